"""Enrol devices, hand out their half of the key, and take back their trust."""

import secrets
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from dispatch.queries import access, field
from dispatch.queries.field import User
from dispatch.services import events, lost_photos
from field_app.errors import ReEnrol, Revoked
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
    lose_photos(row, by=by, at=at)
    return True


def photos_waiting(device: Device) -> list[Any]:
    """Photos that this device told of and has not sent."""
    told = device.commands.filter(kind="photo.add").values_list("pk", flat=True)
    return lost_photos.waiting_of(device.user, command_ids=told)


def lose_photos(
    device: Device, *, by: User, at: datetime, why: str = "", only: str = ""
) -> int:
    """What a revoked or lost device has not sent will not come; how many those are."""
    day = f"{at:%-d %b}"
    said = why or f"Lost with the phone “{device.name or 'unnamed'}”, revoked on {day}."
    rows = [row for row in photos_waiting(device) if only in ("", str(row.pk))]
    return sum(lost_photos.lose(row, why=said, by=by, at=at) for row in rows)


def devices_for(caller: User) -> QuerySet[Device]:
    """The devices of the technicians whom the caller may see."""
    people = access.technicians_for(caller).values("user")
    found = Device.objects.filter(user__in=people)
    return found.select_related("user__technician", "revoked_by")


def find(user: User, device_id: uuid.UUID) -> Device:
    """The person's device. Raises ReEnrol, Revoked."""
    device = Device.objects.filter(pk=device_id, user=user).first()
    if device is None:
        raise ReEnrol("This device is not known here. It must enrol again.")
    if device.revoked_at is not None:
        raise Revoked
    return device


def release_half(user: User, device_id: uuid.UUID) -> bytes:
    """The half without which a PIN opens nothing, for a person who is signed in.

    It stays the same for the device's life, so that a phone that lost it reads again.
    Raises ReEnrol, Revoked.
    """
    device = find(user, device_id)
    if device.key_half is None:
        fresh = secrets.token_bytes(32)
        # Two tabs may ask at once: the first half counts.
        Device.objects.filter(pk=device.pk, key_half=None).update(key_half=fresh)
        device.refresh_from_db(fields=["key_half"])
    return bytes(device.key_half or b"")


def refuse_revoked(device_id: str | uuid.UUID | None) -> None:
    """A sign-in made on a device that was revoked since counts no more.

    Without this the device would wipe itself and enrol anew, with the same cookie.
    Raises Revoked.
    """
    if device_id is None:
        return
    if Device.objects.filter(pk=device_id, revoked_at__isnull=False).exists():
        raise Revoked


def refuse_revoked_of(user: User, device_id: uuid.UUID) -> None:
    """The same for the device that a phone says it is; another's counts for nothing."""
    if Device.objects.filter(pk=device_id, user=user).exists():
        refuse_revoked(device_id)
