"""Technicians: what they can do, when they work, when they are away."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary
from django.contrib.postgres.fields import RangeOperators as Ops
from django.db import models
from django.db.models import F, Func, Q

from dispatch.models.base import Record, ServiceLine
from dispatch.models.user import Territory, User


class TsTzRange(Func):
    """`tstzrange(start, end, '[)')`: two visits may touch, not overlap."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


HALF_OPEN = RangeBoundary(inclusive_lower=True, inclusive_upper=False)


class Skill(Record):
    """Something that a visit may require."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    is_certificate = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Technician(Record):
    """A person whom we send; in healthcare called a clinician."""

    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="technician"
    )
    name = models.CharField(max_length=80)
    service_line = models.CharField(max_length=4, choices=ServiceLine)
    role_line = models.CharField(max_length=60, blank=True, help_text="e.g. Network 3")
    phone = models.CharField(max_length=32, blank=True)
    home_lat = models.FloatField()
    home_lon = models.FloatField()
    territories = models.ManyToManyField(Territory, related_name="technicians")
    hourly_cost = models.DecimalField(max_digits=8, decimal_places=2, default=32)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Certification(Record):
    """A skill that a technician holds, at a level, from a day to a day."""

    technician = models.ForeignKey(
        Technician, models.CASCADE, related_name="certifications"
    )
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="holders")
    level = models.PositiveSmallIntegerField(default=1)
    issued = models.DateField(null=True, blank=True)
    expires = models.DateField(null=True, blank=True, help_text="last valid day")
    evidence = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technician", "skill"], name="certification_once_per_skill"
            ),
            models.CheckConstraint(
                name="certification_expires_after_issue",
                condition=Q(expires__isnull=True)
                | Q(issued__isnull=True)
                | Q(expires__gte=F("issued")),
                violation_error_message="A certificate must expire after its issue.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"

    def is_valid_on(self, day: date) -> bool:
        """Whether the certificate holds on `day`, both ends included."""
        started = self.issued is None or self.issued <= day
        return started and (self.expires is None or day <= self.expires)


class Shift(Record):
    """One stretch of work, with its lunch."""

    technician = models.ForeignKey(Technician, models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    break_earliest = models.DateTimeField(null=True, blank=True)
    break_latest = models.DateTimeField(null=True, blank=True)
    break_minutes = models.PositiveSmallIntegerField(default=30)
    overtime_minutes = models.PositiveSmallIntegerField(default=30)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="shift_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="A shift must end after it starts.",
            ),
            ExclusionConstraint(
                name="shift_no_overlap",
                expressions=[
                    ("technician", Ops.EQUAL),
                    (TsTzRange("starts_at", "ends_at", HALF_OPEN), Ops.OVERLAPS),
                ],
                violation_error_message="This technician has a shift at that time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technician}: {self.starts_at:%d %b %H:%M}–{self.ends_at:%H:%M}"


class Absence(Record):
    """A time when a technician is not to be planned."""

    technician = models.ForeignKey(Technician, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=80)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="An absence must end after it starts.",
            )
        ]

    def __str__(self) -> str:
        return self.reason
