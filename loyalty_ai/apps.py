from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyAIConfig(AppConfig):
    """Joins the rooms of the app."""

    name = "loyalty_ai"
    label = "loyalty_ai"
    verbose_name = _("Loyalty")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from loyalty_ai import checks, tasks  # noqa: F401  (a web process asks for jobs too: it has to know their kinds)
        from loyalty_ai.shop.live import connect_shops

        connect_shops()
