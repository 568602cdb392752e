"""Enrol devices, and take back their trust."""

from datetime import datetime

from dispatch.queries.field import User
from field_app.errors import Revoked
from field_app.models import Device


def enrol(user: User, *, name: str, at: datetime) -> Device:
    """A new device for this person; its sequence begins at 1."""
    return Device.objects.create(user=user, name=name.strip(), enrolled_at=at)


def revoke(device: Device, *, at: datetime) -> None:
    """From now on every call of this device is answered with `wipe`."""
    device.revoked_at = at
    device.save(update_fields=["revoked_at"])


def refuse_revoked(device_id: str | None) -> None:
    """A sign-in made on a device that was revoked since counts no more.

    Without this the device would wipe itself and enrol anew, with the same cookie.
    Raises Revoked.
    """
    if device_id is None:
        return
    if Device.objects.filter(pk=device_id, revoked_at__isnull=False).exists():
        raise Revoked
