import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_demo.settings")
application = get_wsgi_application()

from loyalty_ai.assistant.backends.registry import prepare  # noqa: E402 (behind the settings)

prepare()
