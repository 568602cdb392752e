"""Outbox: what must follow a fact, kept until it is done or given up."""

from django.db import models

from dispatch.models.base import Record


class OutboxState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    DEAD = "dead", "Given up"


MAX_ATTEMPTS = 5


class Outbox(Record):
    """One thing to deliver; attempts are counted before each try."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(
        max_length=8, choices=OutboxState, default=OutboxState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            # sweeper: what is due
            models.Index(
                fields=["next_at"],
                name="outbox_due",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
