from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopDemoConfig(AppConfig):
    """The demo shop."""

    name = "shop_demo"
    verbose_name = _("demo shop")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from shop_demo import celery  # noqa: F401  (the app that sends and runs tasks)
        from shop_demo.accounts import remember_customer

        user_logged_in.connect(remember_customer, dispatch_uid="shop_demo.remember_customer")
