"""Photos: what a device said of each, and how far its bytes have come."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.user import User
from dispatch.models.visit import Visit


class PhotoState(models.TextChoices):
    """Where the bytes are; the act may arrive hours before them."""

    PENDING = "pending", "Still on the device"
    RECEIVED = "received", "Received, being checked"
    STORED = "stored", "Stored"
    REFUSED = "refused", "Could not be read"
    # Its phone is gone, or who took it said so; a phone that is found may still send.
    LOST = "lost", "Lost with the device"


class PhotoLabel(models.TextChoices):
    """What a picture shows of the work."""

    NONE = "", "None"
    BEFORE = "before", "Before"
    AFTER = "after", "After"


class Photo(Record):
    """One picture of a visit; its id was given by the device that took it."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(help_text="corrected device time")
    command_id = models.UUIDField(null=True, blank=True, unique=True)
    # As the device sent it: what arrives is held against these.
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    mime = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption = models.CharField(max_length=200, blank=True)
    label = models.CharField(
        max_length=6, choices=PhotoLabel, default=PhotoLabel.NONE, blank=True
    )
    item = models.CharField(max_length=50, blank=True, help_text="checklist step")
    # The picture on which this one was drawn; that one stays as it was.
    drawn_on = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="drawings"
    )
    # Only with the technician's consent.
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    state = models.CharField(
        max_length=8, choices=PhotoState, default=PhotoState.PENDING
    )
    refusal = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["taken_at", "id"]
        indexes = [
            # pull: the pictures whose bytes a person's devices still hold
            models.Index(fields=["author", "state"], name="photo_by_author_and_state")
        ]

    def __str__(self) -> str:
        return self.caption or f"Photo of {self.taken_at:%Y-%m-%d %H:%M}"
