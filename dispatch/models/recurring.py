"""Recurring work: a rule, and the jobs that it has made."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.customer import Asset, Contact, Site
from dispatch.models.job import Job, WorkType


class RecurringState(models.TextChoices):
    """Whether the rule makes jobs."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


class Recurring(Record):
    """Work that comes again: by an RRULE, in the time zone of the site's territory."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="recurring")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True)
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, blank=True)
    work_type = models.ForeignKey(WorkType, models.PROTECT, related_name="recurring")
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    priority = models.PositiveSmallIntegerField(default=3, help_text="1 is highest")
    rule = models.CharField(max_length=200, help_text="an RRULE of RFC 5545")
    first_on = models.DateField()
    # When the visit may be, local time of the day.
    not_before = models.TimeField()
    not_after = models.TimeField()
    horizon_days = models.PositiveSmallIntegerField(
        default=28, help_text="how far ahead jobs are opened"
    )
    state = models.CharField(
        max_length=8, choices=RecurringState, default=RecurringState.ACTIVE
    )

    class Meta:
        verbose_name_plural = "recurring work"
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                name="recurring_closes_after_it_opens",
                condition=models.Q(not_after__gt=models.F("not_before")),
                violation_error_message="The window must end after it starts.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Occurrence(Record):
    """One date of a rule: the job that was made for it, or that it is left out."""

    recurring = models.ForeignKey(Recurring, models.CASCADE, related_name="occurrences")
    on = models.DateField()
    job = models.OneToOneField(
        Job, models.SET_NULL, null=True, blank=True, related_name="occurrence"
    )
    is_skipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["recurring", "on"], name="occurrence_once_per_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recurring} on {self.on}"
