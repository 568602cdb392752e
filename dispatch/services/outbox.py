"""What must follow a fact: written with it, claimed with a lease, tried five times."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from dispatch.models import MAX_ATTEMPTS, Outbox, OutboxState, User
from dispatch.services import events

LEASE = timedelta(minutes=12)
# A block of a run takes two minutes at most, and many wait for the last one.
LEASES = {"plan.block": timedelta(minutes=3)}
BACKOFF_SECONDS = (5, 20, 60, 300)


def enqueue(kind: str, *, key: str, payload: dict[str, Any], at: datetime) -> Outbox:
    """Write one delivery; the same key a second time is the first one again."""
    row, _ = Outbox.objects.get_or_create(
        key=key, defaults={"kind": kind, "payload": payload, "next_at": at}
    )
    return row


def due(*, at: datetime, limit: int = 100) -> list[uuid.UUID]:
    """Ids of what may be claimed now, oldest first."""
    rows = _claimable(at).order_by("next_at").values_list("id", flat=True)
    return list(rows[:limit])


@transaction.atomic
def claim(outbox_id: uuid.UUID, *, at: datetime) -> Outbox | None:
    """Take one row for a while; None when it is done, leased or not due.

    The attempt is counted here, before anything runs: work that kills its worker
    is given up like any other, and comes back from here dead.
    """
    rows = _claimable(at).select_for_update(skip_locked=True)
    row = rows.filter(id=outbox_id).first()
    if row is None:
        return None
    if row.attempts >= MAX_ATTEMPTS:
        row.state, row.lease_until = OutboxState.DEAD, None
        row.last_error = row.last_error or "Its worker was lost each time."
        row.save(update_fields=["state", "lease_until", "last_error"])
        return row
    row.attempts += 1
    row.lease_until = at + LEASES.get(row.kind, LEASE)
    row.save(update_fields=["attempts", "lease_until"])
    return row


def done(row: Outbox) -> None:
    """The delivery has happened."""
    row.state = OutboxState.DONE
    row.lease_until = None
    row.last_error = ""
    row.save(update_fields=["state", "lease_until", "last_error"])


def failed(row: Outbox, *, error: str, at: datetime) -> None:
    """The delivery failed: try later, or give up and show it."""
    row.last_error = error[:300]
    row.lease_until = None
    if row.attempts >= MAX_ATTEMPTS:
        row.state = OutboxState.DEAD
    else:
        row.next_at = at + timedelta(seconds=BACKOFF_SECONDS[row.attempts - 1])
    row.save(update_fields=["state", "lease_until", "last_error", "next_at"])


def again(row: Outbox, *, at: datetime) -> None:
    """Ask anew for what was done or given up; what still waits keeps its place."""
    Outbox.objects.filter(pk=row.pk).exclude(state=OutboxState.WAITING).update(
        state=OutboxState.WAITING, attempts=0, next_at=at, lease_until=None
    )


@transaction.atomic
def retry(row: Outbox, *, by: User, at: datetime) -> bool:
    """Five new attempts for a delivery that was given up; whether it was."""
    dead = Outbox.objects.select_for_update().filter(state=OutboxState.DEAD)
    found = dead.filter(pk=row.pk).first()
    if found is None:
        return False
    found.state, found.attempts, found.next_at = OutboxState.WAITING, 0, at
    found.lease_until = None
    found.save(update_fields=["state", "attempts", "next_at", "lease_until"])
    data = {"kind": found.kind, "key": found.key, "error": found.last_error}
    events.record("outbox.retried", subject=found, by=by, at=at, data=data)
    return True


def _claimable(at: datetime) -> QuerySet[Outbox]:
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    return Outbox.objects.filter(free, state=OutboxState.WAITING, next_at__lte=at)
