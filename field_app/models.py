"""Devices and what they sent: each command with its stored receipt."""

import uuid

import uuid6
from django.conf import settings
from django.db import models


def new_device_id() -> uuid.UUID:
    """A UUIDv7, like every other key."""
    return uuid.UUID(bytes=uuid6.uuid7().bytes)


class Device(models.Model):
    """One installation of the field app in one person's hand."""

    id = models.UUIDField(primary_key=True, default=new_device_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="field_devices"
    )
    name = models.CharField(max_length=120, blank=True)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=1)
    last_seq = models.PositiveBigIntegerField(default=0)
    # How often the command after `last_seq` broke; counted outside its savepoint.
    tries = models.PositiveSmallIntegerField(default=0)
    cursor = models.PositiveBigIntegerField(default=0)
    # What it confirmed to hold and what it was last sent, as hashes: see sync/pull.py.
    view_record = models.JSONField(default=dict)
    last_contact = models.DateTimeField(null=True, blank=True)
    last_corrected_at = models.DateTimeField(null=True, blank=True)
    # Receipts up to here have reached the device; older ones may be compacted.
    acked_through = models.PositiveBigIntegerField(default=0)
    # Up to here they are: the acts were settled long ago.
    compacted_through = models.PositiveBigIntegerField(default=0)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    # What the device says of itself; empty while it runs an older app.
    unsent = models.PositiveIntegerField(default=0, help_text="as the device said")
    schema = models.PositiveIntegerField(null=True, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    storage_protected = models.BooleanField(null=True, blank=True)
    bytes_used = models.BigIntegerField(null=True, blank=True)
    bytes_quota = models.BigIntegerField(null=True, blank=True)
    media_pending = models.PositiveIntegerField(null=True, blank=True)
    push_on = models.BooleanField(null=True, blank=True)
    installed = models.BooleanField(null=True, blank=True)
    # The server's half of the key to the device's data; see devices.release_half.
    key_half = models.BinaryField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name or str(self.id)


class Command(models.Model):
    """One act from a device, and what became of it; never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    device = models.ForeignKey(Device, models.CASCADE, related_name="commands")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    v = models.PositiveSmallIntegerField()
    visit_id = models.UUIDField(null=True)
    args = models.JSONField()
    base = models.JSONField(null=True)
    digest = models.CharField(max_length=64)
    result = models.CharField(max_length=16)
    receipt = models.JSONField()
    # Three clocks: the device's, ours, and the device's put right.
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    corrected_at = models.DateTimeField()
    skew_seconds = models.IntegerField(default=0)
    time_suspect = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["device", "seq"], name="command_once_per_device_and_seq"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq}"
