"""Visits: the status table, the three clocks, and what was done on site."""

from datetime import datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators as Ops
from django.db import models
from django.db.models import F, Q

from dispatch.models.base import Record
from dispatch.models.checklist import ChecklistItem, ChecklistTemplate
from dispatch.models.job import Job
from dispatch.models.technician import HALF_OPEN, Technician, TsTzRange
from dispatch.models.user import User


class VisitStatus(models.TextChoices):
    """Where a visit stands; `scheduled` may still move, `dispatched` is told."""

    UNSCHEDULED = "unscheduled", "Unscheduled"
    SCHEDULED = "scheduled", "Scheduled"
    DISPATCHED = "dispatched", "Dispatched"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    EN_ROUTE = "en_route", "On the way"
    ON_SITE = "on_site", "On site"
    IN_PROGRESS = "in_progress", "In progress"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    CANNOT_COMPLETE = "cannot_complete", "Could not complete"
    NO_ACCESS = "no_access", "No access"
    CANCELLED = "cancelled", "Cancelled"


S = VisitStatus
# The law of status moves; the migration `visit_law` states it again in the database.
ALLOWED: dict[str, frozenset[str]] = {
    S.UNSCHEDULED: frozenset({S.SCHEDULED, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.UNSCHEDULED, S.DISPATCHED, S.CANCELLED}),
    S.DISPATCHED: frozenset({S.ACKNOWLEDGED, S.EN_ROUTE, S.SCHEDULED, S.CANCELLED}),
    S.ACKNOWLEDGED: frozenset({S.EN_ROUTE, S.ON_SITE, S.SCHEDULED, S.CANCELLED}),
    S.EN_ROUTE: frozenset({S.ON_SITE, S.ACKNOWLEDGED, S.CANCELLED}),
    S.ON_SITE: frozenset({S.IN_PROGRESS, S.NO_ACCESS, S.CANNOT_COMPLETE, S.CANCELLED}),
    S.IN_PROGRESS: frozenset({S.PAUSED, S.COMPLETED, S.CANNOT_COMPLETE}),
    S.PAUSED: frozenset({S.IN_PROGRESS, S.CANNOT_COMPLETE}),
    S.COMPLETED: frozenset(),
    S.CANNOT_COMPLETE: frozenset(),
    S.NO_ACCESS: frozenset(),
    S.CANCELLED: frozenset(),
}
ENDED = frozenset({S.COMPLETED, S.CANNOT_COMPLETE, S.NO_ACCESS, S.CANCELLED})
# Steps against the table that only the office's decision takes: work that was done on
# a visit which had been called off. The database allows them too.
BY_DECISION: dict[str, frozenset[str]] = {
    S.CANCELLED: frozenset({S.COMPLETED, S.CANNOT_COMPLETE, S.NO_ACCESS}),
}
# What the engine may move; everything later is told to somebody.
SOFT = frozenset({S.UNSCHEDULED, S.SCHEDULED})
# With the technician: from told to finished.
WITH_TECHNICIAN = frozenset(
    {S.DISPATCHED, S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED}
)
UNDER_WAY = frozenset({S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED})
# Takes a technician's time: everything placed that was not called off.
PLACED = frozenset({S.SCHEDULED, *WITH_TECHNICIAN, *ENDED} - {S.CANCELLED})


class Pin(models.TextChoices):
    """What a person wishes to stay as it is."""

    NONE = "", "Nothing"
    TIME = "time", "Time"
    PERSON = "person", "Person"
    BOTH = "both", "Time and person"


class WindowKind(models.TextChoices):
    """Why a visit has a hard window of its own."""

    NONE = "", "None"
    CHANGE = "change", "Change window"
    SHUTDOWN = "shutdown", "Shutdown window"
    MEDICINE = "medicine", "Medicine window"


def _whole_span(start: str, end: str) -> Q:
    """Both ends or neither; a comparison with NULL alone would let half a span in."""
    neither = Q(**{f"{start}__isnull": True, f"{end}__isnull": True})
    both = Q(**{f"{start}__isnull": False, f"{end}__isnull": False})
    return neither | (both & Q(**{f"{end}__gt": F(start)}))


class Crew(Record):
    """Visits of one job that start together, by different people."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="crews")
    lag_minutes = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"Crew of {self.job}"


class Visit(Record):
    """One person at one site once."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="visits")
    crew = models.ForeignKey(
        Crew, models.SET_NULL, null=True, blank=True, related_name="visits"
    )
    status = models.CharField(
        max_length=16, choices=VisitStatus, default=VisitStatus.UNSCHEDULED
    )
    technician = models.ForeignKey(
        Technician, models.PROTECT, null=True, blank=True, related_name="visits"
    )
    duration_minutes = models.PositiveSmallIntegerField()
    # Which days the plan may use: not before, and no later than.
    earliest_start = models.DateTimeField()
    latest_end = models.DateTimeField()
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    window_kind = models.CharField(
        max_length=10, choices=WindowKind, default=WindowKind.NONE, blank=True
    )
    promise_start = models.DateTimeField(null=True, blank=True)
    promise_end = models.DateTimeField(null=True, blank=True)
    sched_start = models.DateTimeField(null=True, blank=True)
    sched_end = models.DateTimeField(null=True, blank=True)
    travel_seconds = models.PositiveIntegerField(
        default=0, help_text="from the place before, as planned"
    )
    pin = models.CharField(max_length=8, choices=Pin, default=Pin.NONE, blank=True)
    pin_reason = models.CharField(max_length=120, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    required_technician = models.ForeignKey(
        Technician, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    preferred_technician = models.ForeignKey(
        Technician, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    excluded_technicians = models.ManyToManyField(
        Technician, blank=True, related_name="+"
    )
    override_reason = models.CharField(max_length=200, blank=True)
    unplaced_reasons = models.JSONField(default=list, blank=True)
    outcome_code = models.CharField(max_length=40, blank=True)
    outcome_note = models.TextField(blank=True)
    # Both clocks of both ends: what the device said, and when we heard of it.
    en_route_at = models.DateTimeField(null=True, blank=True)
    actual_start = models.DateTimeField(null=True, blank=True)
    actual_end = models.DateTimeField(null=True, blank=True)
    forecast_end = models.DateTimeField(
        null=True, blank=True, help_text="when work under way is expected to end"
    )
    start_received_at = models.DateTimeField(null=True, blank=True)
    end_received_at = models.DateTimeField(null=True, blank=True)
    start_place = models.JSONField(null=True, blank=True, help_text="lat lon accuracy")
    end_place = models.JSONField(null=True, blank=True, help_text="lat lon accuracy")
    checklist = models.ForeignKey(
        ChecklistTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="the version that the visit began with",
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["sched_start", "id"]
        indexes = [
            # board day: every placed visit of a day
            models.Index(fields=["sched_start", "technician"], name="visit_board_day"),
            # queue: what still wants a place
            models.Index(fields=["status", "earliest_start"], name="visit_queue"),
        ]
        constraints = [
            models.CheckConstraint(
                name="visit_ends_after_start",
                condition=Q(sched_end__isnull=True) | Q(sched_end__gt=F("sched_start")),
                violation_error_message="A visit must end after it starts.",
            ),
            models.CheckConstraint(
                name="visit_really_ends_after_it_started",
                condition=Q(actual_end__isnull=True)
                | Q(actual_end__gte=F("actual_start")),
                violation_error_message="A visit must end after it starts.",
            ),
            models.CheckConstraint(
                name="visit_window_is_ordered",
                condition=_whole_span("window_start", "window_end"),
                violation_error_message="A window must end after it starts.",
            ),
            models.CheckConstraint(
                name="visit_promise_is_ordered",
                condition=_whole_span("promise_start", "promise_end"),
                violation_error_message="A promise must end after it starts.",
            ),
            models.CheckConstraint(
                name="visit_placed_has_who_and_when",
                condition=Q(status__in=[S.UNSCHEDULED, S.CANCELLED])
                | Q(
                    technician__isnull=False,
                    sched_start__isnull=False,
                    sched_end__isnull=False,
                ),
                violation_error_message="A placed visit needs a person and a time.",
            ),
            models.CheckConstraint(
                name="visit_unscheduled_has_no_place",
                condition=~Q(status=S.UNSCHEDULED)
                | Q(technician__isnull=True, sched_start__isnull=True),
                violation_error_message="An unscheduled visit has no person or time.",
            ),
            ExclusionConstraint(
                name="visit_nobody_in_two_places",
                expressions=[
                    ("technician", Ops.EQUAL),
                    (TsTzRange("sched_start", "sched_end", HALF_OPEN), Ops.OVERLAPS),
                ],
                condition=Q(status__in=[S.SCHEDULED, *sorted(WITH_TECHNICIAN)]),
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message="This technician is elsewhere at that time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} ({self.get_status_display()})"

    def may_move_to(self, status: str, *, decided: bool = False) -> bool:
        """Whether the status table, or the office by its decision, allows `status`."""
        if decided and status in BY_DECISION.get(self.status, ()):
            return True
        return status in ALLOWED[self.status]

    @property
    def total_minutes(self) -> int:
        """Work and the way in, in minutes."""
        return self.duration_minutes + self.job.site.access_minutes

    @property
    def length(self) -> timedelta:
        """How long the visit keeps a technician at the site."""
        return timedelta(minutes=self.total_minutes)

    @property
    def minutes_over(self) -> int:
        """How long work under way is expected to take beyond its planned end."""
        if self.status not in UNDER_WAY or not self.forecast_end or not self.sched_end:
            return 0
        return max(0, round((self.forecast_end - self.sched_end).total_seconds() / 60))

    def is_late(self, at: datetime) -> bool:
        """Whether the promised window has passed and nobody is on site."""
        if self.promise_end is None or self.actual_start is not None:
            return False
        return self.status not in ENDED and at > self.promise_end


class ChecklistAnswer(Record):
    """One answer; a later one does not erase it."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="answers")
    item = models.ForeignKey(ChecklistItem, models.PROTECT, related_name="answers")
    value = models.JSONField()
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(help_text="corrected device time")
    command_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["answered_at", "id"]

    def __str__(self) -> str:
        return f"{self.item}: {self.value}"


class TimeCorrection(Record):
    """Other times than the ones that were tapped, with the reason; both are kept."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="time_corrections")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason_code = models.CharField(max_length=40)
    resolution_code = models.CharField(max_length=40)
    note = models.CharField(max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(help_text="corrected device time")
    command_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                name="time_correction_ends_after_start",
                condition=Q(end__gt=F("start")),
                violation_error_message="A visit must end after it starts.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}: {self.reason_code}"


class Note(Record):
    """What somebody wrote about a visit; append-only."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="notes")
    body = models.TextField()
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(help_text="corrected device time")
    command_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return self.body[:60]


class SignOff(Record):
    """A signature under exactly what the signer saw; never changed."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="signoffs")
    signed_by = models.CharField(max_length=80)
    method = models.CharField(
        max_length=6, choices=[("drawn", "Drawn"), ("typed", "Typed name")]
    )
    signature_svg = models.TextField(blank=True)
    content = models.JSONField(help_text="what the signer saw")
    content_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField(help_text="corrected device time")
    command_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        ordering = ["signed_at"]

    def __str__(self) -> str:
        return f"Signed by {self.signed_by}"


class Feedback(Record):
    """How the customer rates the visit, once."""

    visit = models.OneToOneField(Visit, models.CASCADE, related_name="feedback")
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40, blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.CheckConstraint(
                name="feedback_score_1_to_5",
                condition=Q(score__range=(1, 5)),
                violation_error_message="A rating goes from 1 to 5.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.score} of 5"


class TrackingLink(Record):
    """A customer's link to one visit; only its SHA-256 is stored."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Link to {self.visit_id}"


class CaseAnswer(models.TextChoices):
    """How a review case ended."""

    APPLY = "apply", "Carried out"
    NOTE = "note", "Kept as a note"
    DISCARD = "discard", "Discarded"
    ANSWER = "answer", "Answered"
    RECOUNT = "recount", "Count asked for"
    ACCEPT = "accept", "Difference booked"
    AUTHOR = "author", "Settled by the technician"


class ReviewCase(Record):
    """An act from a device that a person in the office must decide."""

    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="review_cases"
    )
    technician = models.ForeignKey(
        Technician, models.PROTECT, null=True, blank=True, related_name="+"
    )
    command_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=8, choices=CaseAnswer, blank=True)
    decision = models.CharField(
        max_length=300, blank=True, help_text="the reason or the reply, in words"
    )

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            # inbox: what waits for an answer
            models.Index(
                fields=["created_at"],
                name="review_case_open",
                condition=Q(decided_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.reason
