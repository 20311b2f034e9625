from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from shop_demo import views

urlpatterns = [
    path("", views.home, name="home"),
    path("shop/", views.shop, name="shop"),
    path("shop/<slug:department>/", views.shop, name="department"),
    path("shop/<slug:department>/<slug:shelf>/", views.shop, name="shelf"),
    path("product/<str:sku>/", views.product, name="product"),
    path("cover/<str:sku>.svg", views.cover, name="cover"),
    path("cart/", views.cart, name="cart"),
    path("cart/add/", views.add_to_cart, name="add_to_cart"),
    path("cart/change/", views.change_cart, name="change_cart"),
    path("checkout/", views.checkout, name="checkout"),
    path("thanks/<str:number>/", views.thanks, name="thanks"),
    path("account/", views.account, name="account"),
    path("account/orders/<str:number>/", views.order, name="order"),
    path("sign-in/", views.sign_in, name="login"),
    path("sign-out/", views.sign_out, name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("loyalty/", include("loyalty_ai.urls")),
    path("admin/", admin.site.urls),
]
