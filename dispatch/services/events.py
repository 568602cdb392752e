"""Record who did what when; the audit trail and the live board read it."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from dispatch.models import Event, Territory, User


def record(
    kind: str,
    *,
    subject: Model,
    by: User | None,
    at: datetime,
    territory: Territory | None = None,
    label: str = "",
    data: dict[str, Any] | None = None,
) -> Event:
    """Append one event; its sequence number is given when the transaction commits."""
    return Event.objects.create(
        kind=kind,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        actor=by,
        actor_label=label or (str(by) if by else "system"),
        territory=territory,
        at=at,
        data=data or {},
    )
