"""The app in somebody else's project: the built wheel, one settings dict, and none of the model libraries."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PROJECT = """
import os
import dj_database_url

SECRET_KEY = "another-project"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.postgres", "rest_framework", "drf_spectacular", "loyalty_ai",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
    "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages"]}}]
ROOT_URLCONF = "urls"
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
DATABASES["default"]["NAME"] = os.environ["PROJECT_DATABASE"]
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
                  "DEFAULT_THROTTLE_RATES": {"loyalty_read": "600/min", "loyalty_ingest": "6000/min"}}
LOYALTY_AI = {"STORES": {"default": {"ADAPTER": "myshop.MyShop", "CURRENCY": "EUR"}}}
"""

ADAPTER = """
from loyalty_ai.shop.adapters.base import ShopAdapter

class MyShop(ShopAdapter):
    def customers(self, since): return iter(())
    def products(self, since): return iter(())
    def events(self, since): return iter(())
"""

NO_MODEL_LIBRARIES = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "transformers", "polars", "lightgbm", "accelerate", "safetensors", "scipy"}:
            raise ModuleNotFoundError(f"{name} is not installed here", name=name)
sys.meta_path.insert(0, Refuse())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(out), str(ROOT)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_app_with_its_files_and_nothing_of_the_project(wheel: Path):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("loyalty_ai/templates/loyalty_ai/") for name in names)
    assert any(name.startswith("loyalty_ai/static/loyalty_ai/") for name in names)
    assert any(name.endswith("zh_Hans/LC_MESSAGES/django.mo") for name in names)
    assert "loyalty_ai/migrations/0001_initial.py" in names
    strangers = {name.split("/")[0] for name in names} - {"loyalty_ai"}
    assert all(name.endswith(".dist-info") for name in strangers), strangers


@pytest.mark.django_db(transaction=True)
def test_one_dict_and_migrate_is_the_whole_installation_without_torch(wheel: Path, tmp_path: Path):
    from django.db import connection

    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "settings.py").write_text(PROJECT)
    (tmp_path / "myshop.py").write_text(ADAPTER)
    (tmp_path / "urls.py").write_text(
        "from django.contrib import admin\nfrom django.urls import include, path\n"
        "urlpatterns = [path('admin/', admin.site.urls), path('loyalty/', include('loyalty_ai.urls'))]\n"
    )
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_MODEL_LIBRARIES)
    name = f"another_project_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    environment = os.environ | {
        "PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{tmp_path}",
        "DJANGO_SETTINGS_MODULE": "settings",
        "PROJECT_DATABASE": name,
    }
    try:
        for command in (["migrate", "-v0"], ["check", "--database", "default"], ["loyalty_sync", "--json"]):
            done = subprocess.run(
                [sys.executable, "-m", "django", *command],
                cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
            )  # fmt: skip
            assert done.returncode == 0, f"{command}: {done.stderr[-2000:]}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
