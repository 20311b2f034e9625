"""A project that includes the app under a prefix of its own."""

from django.urls import include, path

urlpatterns = [path("loyalty/", include("loyalty_ai.urls"))]
