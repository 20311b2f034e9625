"""A project that shows widgets and includes none of our addresses."""

urlpatterns = []
