"""Enrol devices, and take back their trust."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from dispatch.queries import access, field
from dispatch.queries.field import User
from dispatch.services import events
from field_app.errors import Revoked
from field_app.models import Device


def enrol(user: User, *, name: str, at: datetime) -> Device:
    """A new device for this person; its sequence begins at 1."""
    return Device.objects.create(user=user, name=name.strip(), enrolled_at=at)


@transaction.atomic
def revoke(device: Device, *, by: User, reason: str, at: datetime) -> bool:
    """From now on every call of this device is answered with `wipe`; it stays so.

    Whether it was trusted until now: twice is once.
    """
    row = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    if row.revoked_at is not None:
        return False
    row.revoked_at, row.revoked_by = at, by
    row.save(update_fields=["revoked_at", "revoked_by"])
    events.record(
        "device.revoked",
        subject=row,
        by=by,
        at=at,
        territory=field.first_territory(row.user_id),
        data={
            "name": row.name,
            "owner": str(row.user),
            "unsent": row.unsent,
            "reason": reason.strip()[:300],
        },
    )
    return True


def devices_for(caller: User) -> QuerySet[Device]:
    """The devices of the technicians whom the caller may see."""
    people = access.technicians_for(caller).values("user")
    found = Device.objects.filter(user__in=people)
    return found.select_related("user__technician", "revoked_by")


def refuse_revoked(device_id: str | None) -> None:
    """A sign-in made on a device that was revoked since counts no more.

    Without this the device would wipe itself and enrol anew, with the same cookie.
    Raises Revoked.
    """
    if device_id is None:
        return
    if Device.objects.filter(pk=device_id, revoked_at__isnull=False).exists():
        raise Revoked
