"""Settings of the demo shop: a small project of its own that uses loyalty_ai as any shop would."""

from __future__ import annotations

import os
from pathlib import Path

from loyalty_ai.jobs.schedule import SCHEDULE
from shop_demo.broker import broker_options
from shop_demo.database import database_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("LOYALTY_DEMO_VAR", BASE_DIR / "var"))

DEBUG = os.environ.get("DJANGO_DEBUG", "1") == "1"
SECRET_KEY = os.environ.get(
    "DJANGO_SECRET_KEY", "only-for-the-demo-on-this-machine-0123456789abcdefghijklmnopqrstuvwxyz"
)
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "loyalty_ai",
    "shop_demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop_demo.middleware.content_security_policy",
]

ROOT_URLCONF = "shop_demo.urls"
WSGI_APPLICATION = "shop_demo.wsgi.application"
ASGI_APPLICATION = "shop_demo.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "shop_demo.context.shop",
            ],
        },
    },
]

DATABASES = database_settings()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "shop_demo" / "locale"]
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
WHITENOISE_USE_FINDERS = True
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "account"
LOGOUT_REDIRECT_URL = "home"

# DJANGO_DEBUG=0 is the shop behind HTTPS on the internet; else it is the demo on this machine.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"loyalty_read": "600/min", "loyalty_ingest": "6000/min", "loyalty_assistant": "30/min"},
}
SPECTACULAR_SETTINGS = {"TITLE": "loyalty_ai", "VERSION": "0.1.0", "SERVE_INCLUDE_SCHEMA": False}

EUROPEAN_UNION = [
    "AT",
    "BE",
    "CY",
    "CZ",
    "DE",
    "DK",
    "ES",
    "FI",
    "FR",
    "GR",
    "IE",
    "IT",
    "LT",
    "MT",
    "NL",
    "PL",
    "PT",
    "SE",
]
"""Its countries in the log."""

LOYALTY_AI = {
    "STORES": {
        "default": {
            "ADAPTER": "shop_demo.adapter.DemoShop",
            "CURRENCY": "GBP",
            "LANGUAGE": "en",
            "TIME_ZONE": "Europe/London",
            # Customers in the European Union are asked first.
            "CONSENT_REGIONS": {country: {"analytics": False} for country in EUROPEAN_UNION},
        }
    },
    "ARTIFACTS": VAR / "artifacts",
    "ERASURE_KEYS": {"1": os.environ.get("LOYALTY_ERASURE_KEY", "only-for-the-demo-erasure-key")},
}

# --- Celery: messages only call workers, the job rows are the truth. Embedded unless CELERY_BROKER_URL names a broker. ---
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, VAR / "broker")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "loyalty"  # training and scoring are sent to loyalty_train and loyalty_score by their kind
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a call for a worker waits with the broker, not behind a long job
# The embedded broker keeps what was sent to workers that are gone, so that nothing is broadcast there.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not CELERY_BROKER_URL.startswith("filesystem")
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = SCHEDULE
# --- end of Celery ---
