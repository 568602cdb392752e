"""ASGI entry: the event stream; in the trial run, everything."""

import os

from django.core.asgi import get_asgi_application

from dispatch.config import keeping
from dispatch.services import warming

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
application = get_asgi_application()
warming.begin()
keeping.begin()
