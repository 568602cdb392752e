"""WSGI entry: everything but the event stream in production."""

import os

from django.core.wsgi import get_wsgi_application

from dispatch.config import keeping
from dispatch.services import warming

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
application = get_wsgi_application()
# A worker takes requests once it is loaded; gunicorn gives up on it after 30 seconds.
warming.begin(wait=10.0)
keeping.begin(wait=5.0)
