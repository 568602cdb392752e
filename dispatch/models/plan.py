"""Plans: one run of the engine, its evidence, and what became of it."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.user import Territory, User


class PlanState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued", "Waiting for a worker"
    RUNNING = "running", "Running"
    DRAFT = "draft", "Draft"
    ACCEPTED = "accepted", "Accepted"
    DISCARDED = "discarded", "Discarded"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class PlanKind(models.TextChoices):
    """What a run is for."""

    PLAN = "plan", "Plan the day"
    REPAIR = "repair", "Repair after a disruption"


class Plan(Record):
    """A run for one territory and day, replayable from its inputs and seed."""

    territory = models.ForeignKey(Territory, models.PROTECT, related_name="plans")
    day = models.DateField()
    kind = models.CharField(
        max_length=6, choices=PlanKind, default=PlanKind.PLAN, editable=False
    )
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.QUEUED)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    progress = models.JSONField(default=dict, blank=True)
    seed = models.PositiveIntegerField(default=1)
    seconds = models.PositiveSmallIntegerField(default=8)
    problem = models.JSONField(null=True, blank=True)
    # Where the search began: what stood on the board.
    start = models.JSONField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    # The version of every visit when the problem was read: what moved on since
    # then stays as the person left it.
    read_versions = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=list, blank=True)
    kept = models.JSONField(default=list, blank=True)
    # Of a repair: why it runs and whom it hits, how much it may move, from when on.
    cause = models.JSONField(default=dict, blank=True)
    budget = models.JSONField(default=dict, blank=True)
    frozen_until = models.DateTimeField(null=True, blank=True)
    # Of a repair, beside the problem: the plan before, what happened, and the
    # iterations of each search.
    replay = models.JSONField(default=dict, blank=True)
    # Changes that hold only together; each group holds alone beside the board.
    groups = models.JSONField(default=list, blank=True)
    # Of a run in blocks, while it is under way: the round, and the plan so far.
    stage = models.JSONField(default=dict, blank=True, editable=False)
    # Where the travel times came from: the engine, its legs, and the estimated ones.
    travel = models.JSONField(default=dict, blank=True, editable=False)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "day"],
                condition=models.Q(state__in=["queued", "running"]),
                name="plan_one_run_at_a_time",
                violation_error_message="A run for this day is under way.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.territory} {self.day} ({self.get_state_display()})"


class PriceState(models.TextChoices):
    """Where the reckoning of a plan's rules stands."""

    QUEUED = "queued", "Waiting for a worker"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Failed"


class PriceRun(Record):
    """What each family of rules costs in a plan: asked for on demand, kept with it."""

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="price_run")
    state = models.CharField(
        max_length=10, choices=PriceState, default=PriceState.QUEUED
    )
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seconds = models.PositiveSmallIntegerField(default=30)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    # Plans made so far, of how many, and the family that is left out now.
    progress = models.JSONField(default=dict, blank=True)
    rows = models.JSONField(default=list, blank=True)
    # The plan with all rules under "", and the one without each family.
    plans = models.JSONField(default=dict, blank=True)
    failure = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"Prices of {self.plan} ({self.get_state_display()})"

    @property
    def is_under_way(self) -> bool:
        """Will there be more to see?"""
        return self.state in {PriceState.QUEUED, PriceState.RUNNING}


class PlanBlock(Record):
    """A part of a large run, to be searched by whichever worker takes it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="blocks")
    round = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    # Problem, plan, seed and heat, packed: `services/planning/packing.py`.
    task = models.BinaryField()
    seconds = models.FloatField()
    progress = models.JSONField(default=dict, blank=True)
    is_over = models.BooleanField(default=False)
    # None once it is over: nothing came of it, its part of the plan stays.
    result = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["plan", "round", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "round", "number"], name="plan_block_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}: block {self.number} of round {self.round}"
