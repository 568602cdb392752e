"""ASGI entry: the event stream; in the trial run, everything."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
application = get_asgi_application()
