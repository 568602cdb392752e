"""How a phone must keep what it holds: settings of the office, by kind of work."""

from typing import Any

from django.conf import settings

from dispatch.queries.field import ServiceLine, Technician
from field_app import seal


def policy_for(technician: Technician) -> dict[str, Any]:
    """Lock, offline limit and the key to seal for, as the phone stores them."""
    days = settings.FIELD_MAX_OFFLINE_DAYS
    if technician.service_line == ServiceLine.HEALTHCARE:
        days = settings.FIELD_MAX_OFFLINE_DAYS_CARE
    return {
        "pin": settings.FIELD_PIN,
        "idle_minutes": settings.FIELD_IDLE_LOCK_MINUTES,
        "max_offline_days": days,
        "seal_key": seal.public_key(),
    }
