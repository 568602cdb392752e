"""WSGI entry: everything but the event stream in production."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
application = get_wsgi_application()
