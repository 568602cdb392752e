"""Events: the audit trail, the live board's feed, the field app's clock."""

from django.db import models

from dispatch.models.user import Territory, User


class Counter(models.Model):
    """One row, locked at commit, so that sequence numbers follow commit order."""

    name = models.CharField(primary_key=True, max_length=20)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Event(models.Model):
    """Who did what when; append-only.

    `seq` is given by a deferred trigger at commit: a reader who has seen n has seen
    everything before n. It is null only inside the writing transaction.
    """

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.UUIDField()
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    actor_label = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # history of one record
            models.Index(fields=["subject_id", "id"], name="event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type}"
