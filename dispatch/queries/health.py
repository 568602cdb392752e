"""Is everything up, and is anything stuck?"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q
from kombu import Connection
from kombu.exceptions import OperationalError

from dispatch.models import Outbox, OutboxState
from dispatch.queries import roads

BROKER_TIMEOUT_SECONDS = 1


def report(*, at: datetime) -> dict[str, Any]:
    """Database, broker, and how long the outbox has waited, in seconds."""
    rows = Outbox.objects.aggregate(
        waiting=Count("id", filter=Q(state=OutboxState.WAITING)),
        dead=Count("id", filter=Q(state=OutboxState.DEAD)),
        oldest=Min("next_at", filter=Q(state=OutboxState.WAITING)),
    )
    age = (at - rows["oldest"]).total_seconds() if rows["oldest"] else 0
    return {
        "database": database_is_up(),
        "broker": broker_is_up(),
        "outbox_waiting": rows["waiting"],
        "outbox_dead": rows["dead"],
        "oldest_waiting_seconds": max(0, round(age)),
        "travel_estimated_since": roads.estimated_since(),
    }


def database_is_up() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_is_up() -> bool:
    """Whether the broker answers within a second."""
    if not settings.CELERY_BROKER_URL:
        return False
    broker = Connection(
        settings.CELERY_BROKER_URL, connect_timeout=BROKER_TIMEOUT_SECONDS
    )
    try:
        broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_SECONDS)
    except (OperationalError, OSError):
        return False
    finally:
        broker.release()
    return True
