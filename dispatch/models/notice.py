"""What a technician must hear at once: where devices listen, what they saw."""

import uuid

from django.db import models
from django.db.models import Q

from dispatch.models.base import Record
from dispatch.models.technician import Technician
from dispatch.models.user import User
from dispatch.models.visit import Visit


class PushSubscription(Record):
    """Where a device may be woken; its push service forgets that some day."""

    user = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    # The field app's device; that room stands above this one, hence no foreign key.
    device_id = models.UUIDField(unique=True, default=uuid.uuid4)
    endpoint = models.URLField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"Push to {self.device_id}"


class NoticeKind(models.TextChoices):
    """What happened to a visit that its technician had been told of."""

    NEW = "new", "New and urgent"
    CHANGED = "changed", "Changed"


class VisitNotice(Record):
    """One thing that a technician must see; open until they say that they have."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="notices")
    technician = models.ForeignKey(Technician, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=8, choices=NoticeKind)
    is_urgent = models.BooleanField(default=False)
    before = models.JSONField(null=True, help_text="start and end as told before")
    told_at = models.DateTimeField()
    # Both clocks: when they saw it, and when we heard of it.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_received_at = models.DateTimeField(null=True, blank=True)
    fallback_at = models.DateTimeField(null=True, blank=True)
    fallback_by = models.CharField(
        max_length=8,
        blank=True,
        default="",
        help_text="email, sms, or empty when there was no way",
    )

    class Meta:
        ordering = ["-told_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "technician"],
                name="visit_notice_one_open",
                condition=Q(seen_at=None),
            )
        ]
        indexes = [
            # the clock: what nobody has seen
            models.Index(
                fields=["told_at"], name="visit_notice_open", condition=Q(seen_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.visit_id}"
