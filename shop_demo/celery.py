"""The demo project's Celery app: `celery -A shop_demo worker`, `celery -A shop_demo beat`."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_demo.settings")

app = Celery("shop_demo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()  # or else the threads of a web server send to an app that knows no broker
