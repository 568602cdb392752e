"""Carry out a run: read, solve with progress and cancel, keep the evidence."""

import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dispatch.models import Plan, PlanState, Visit, VisitStatus
from dispatch.services import events
from dispatch.services.planning import live, merging
from dispatch.services.planning import problem as reading
from dispatch.services.planning.sentences import Names, reason_row
from scheduling import Cancel, Progress, Seconds, assemble, check, solve
from scheduling import Plan as EnginePlan
from scheduling.plan import SCALE

TELL_EVERY_SECONDS = 0.4
P = PlanState


def run(
    plan_id: uuid.UUID,
    *,
    clock: Callable[[], datetime],
    not_before: datetime | None = None,
) -> Plan:
    """Take a queued run to a draft; one that is over is left alone.

    Nothing is planned to start before `not_before`, or before the run begins. The
    `clock` is read twice: when the run begins, and when it is over.
    """
    at = clock()
    plan = _begin(plan_id, at=at)
    if plan is None:
        return Plan.objects.get(pk=plan_id)
    found = reading.read(
        plan.territory, days=[plan.day], not_before=whole_minute(not_before or at)
    )
    now = assemble(found.problem, live.placements(found))
    plan.problem = found.problem.to_json()
    plan.read_versions = {key: row.version for key, row in found.visits.items()}
    plan.save(update_fields=["problem", "read_versions"])
    teller = _Teller(plan.pk)
    result = solve(
        found.problem,
        stop=Seconds(plan.seconds) | Cancel(asked=teller.cancelled),
        seed=plan.seed,
        warm_start=now,
        on_progress=teller.tell,
    )
    return _finish(plan.pk, found=found, before=now, result=result, at=clock())


def whole_minute(moment: datetime) -> datetime:
    """The next full minute: people are told whole minutes."""
    rest = moment.second + moment.microsecond / 1e6
    return moment + timedelta(seconds=60 - rest) if rest else moment


class _Teller:
    """Writes progress to the row and looks there for a wish to stop, now and then."""

    def __init__(self, plan_id: uuid.UUID) -> None:
        self._rows = Plan.objects.filter(pk=plan_id)
        self._told = self._asked = 0.0
        self._stop = False

    def tell(self, progress: Progress) -> None:
        if time.monotonic() - self._told < TELL_EVERY_SECONDS:
            return
        self._told = time.monotonic()
        self._rows.update(
            progress={
                "iterations": progress.iterations,
                "seconds": round(progress.seconds, 1),
                "unplaced": progress.unplaced,
                "cost": round(progress.score.total / SCALE),
            }
        )

    def cancelled(self) -> bool:
        # Asked some thousand times a second; the row is read a few times.
        if not self._stop and time.monotonic() - self._asked > TELL_EVERY_SECONDS / 2:
            self._asked = time.monotonic()
            self._stop = self._rows.filter(cancel_requested=True).exists()
        return self._stop


@transaction.atomic
def _begin(plan_id: uuid.UUID, *, at: datetime) -> Plan | None:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("territory")
    plan = rows.get(pk=plan_id)
    # RUNNING comes back when a worker died: the run is taken up again.
    if plan.state not in {P.QUEUED, P.RUNNING}:
        return None
    plan.state, plan.started_at = P.RUNNING, at
    plan.save(update_fields=["state", "started_at"])
    _noted(plan, at=at)
    return plan


@transaction.atomic
def _finish(
    plan_id: uuid.UUID,
    *,
    found: reading.Reading,
    before: EnginePlan,
    result: EnginePlan,
    at: datetime,
) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("territory")
    plan = rows.get(pk=plan_id)
    plan.finished_at = at
    plan.state = P.CANCELLED if plan.cancel_requested else P.DRAFT
    plan.result = result.to_json()
    plan.changes = merging.changes(found, result)
    plan.progress = {
        **plan.progress,
        "before": _figures(found, before),
        "after": _figures(found, result),
    }
    plan.save()
    if plan.state == P.DRAFT:
        _explain(found, result)
    _noted(plan, at=at)
    return plan


def _figures(found: reading.Reading, plan: EnginePlan) -> dict[str, Any]:
    score = check(found.problem, plan).score
    return {
        "placed": len(plan.stops),
        "unplaced": len(plan.unplaced) + len(found.closed),
        "travel_minutes": round(sum(r.travel_seconds for r in plan.routes) / 60),
        "cost": round((score.total - score.drop) / SCALE),
        "score": {key: round(value) for key, value in score.in_units().items()},
    }


def _explain(found: reading.Reading, result: EnginePlan) -> None:
    """Keep the reasons with every visit that stays unplaced; no version changes."""
    names = Names.of(found)
    waiting = Visit.objects.filter(status=VisitStatus.UNSCHEDULED)
    for left in result.unplaced:
        rows = [reason_row(reason, names) for reason in left.reasons]
        waiting.filter(pk=left.visit).update(unplaced_reasons=rows)
    for visit in found.closed:
        rows = [
            {
                "technician_id": None,
                "technician": None,
                "code": "closed_on_day",
                "sentence": f"{visit.job.site} cannot be visited on this day: its "
                "opening hours, window and promise leave no common time.",
            }
        ]
        waiting.filter(pk=visit.pk).update(unplaced_reasons=rows)


def _noted(plan: Plan, *, at: datetime) -> None:
    events.record(
        f"plan.{plan.state}",
        subject=plan,
        by=None,
        at=at,
        territory=plan.territory,
        label="engine",
        data={"day": plan.day.isoformat()},
    )
