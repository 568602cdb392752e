"""The Celery application; its tasks live in `dispatch/tasks.py`."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
app = Celery("dispatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["dispatch", "field_app"])


@worker_init.connect
def compile_the_engine(**_: Any) -> None:
    """Before the pool is forked: afterwards every child only has to load it."""
    from dispatch.services import warming

    warming.compile_apart()


@worker_process_init.connect
def load_the_engine(**_: Any) -> None:
    """In each child of the pool, before its first task."""
    from dispatch.services import warming

    warming.now()
