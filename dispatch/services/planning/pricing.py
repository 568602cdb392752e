"""What each rule of a plan costs: asked for, reckoned by a worker, kept with it."""

import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import NotFound, PlanNotReady
from dispatch.models import Plan, PlanKind, PriceRun, PriceState, User
from dispatch.services import events, outbox
from dispatch.services.planning import packing
from scheduling import (
    Cancel,
    InputError,
    RulePrice,
    Seconds,
    price_of_rules,
    without_rule,
)
from scheduling import Plan as EnginePlan
from scheduling.plan import SCALE

SECONDS = 30
VISITS_PER_SECOND = 8
ASK_EVERY_SECONDS = 0.3
P = PriceState


@transaction.atomic
def request(
    plan: Plan, *, by: User, at: datetime, seconds: int | None = None
) -> PriceRun:
    """Ask for the prices of a plan's rules; twice while under way is once.

    Without `seconds` a large day takes longer than a small one.
    """
    # No-key: rows may be made that point at the plan meanwhile.
    row = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    if row.problem is None or row.result is None:
        raise PlanNotReady("The run has no result to reckon with.", state=row.state)
    if row.kind == PlanKind.REPAIR:
        # A repair answers to what happened; its plan is not one of the day as read.
        raise PlanNotReady("Rules are priced for a plan of the day.", state=row.state)
    known = PriceRun.objects.filter(plan=row).first()
    if known is not None and known.is_under_way:
        return known
    if known is not None:
        known.delete()
    usual = max(SECONDS, len(row.problem.get("visits", [])) // VISITS_PER_SECOND)
    run = PriceRun.objects.create(plan=row, requested_by=by, seconds=seconds or usual)
    outbox.enqueue(
        "plan.prices", key=f"plan.prices:{run.pk}", payload={"run": str(run.pk)}, at=at
    )
    _noted(run, by=by, at=at)
    return run


@transaction.atomic
def cancel(plan: Plan, *, by: User, at: datetime) -> PriceRun:
    """Stop the reckoning; what is finished stays."""
    run = PriceRun.objects.select_for_update().filter(plan=plan).first()
    if run is None or not run.is_under_way:
        raise PlanNotReady("Nothing is being reckoned.", state="")
    run.cancel_requested = True
    if run.state == P.QUEUED:
        run.state, run.finished_at = P.CANCELLED, at
        _noted(run, by=by, at=at)
    run.save(update_fields=["cancel_requested", "state", "finished_at"])
    return run


def run(run_id: uuid.UUID, *, clock: Callable[[], datetime]) -> None:
    """Reckon; a run that is over or gone is left alone."""
    row = _begin(run_id, at=clock())
    if row is None:
        return
    plan, teller = row.plan, _Teller(run_id)
    found = price_of_rules(
        packing.problem_of(plan),
        EnginePlan.from_json(plan.result or {}),
        stop=Seconds(row.seconds) | Cancel(asked=teller.cancelled),
        seed=plan.seed,
        on_progress=teller.tell,
    )
    _finish(run_id, found, at=clock())


@transaction.atomic
def fail(run_id: uuid.UUID, *, sentence: str, at: datetime) -> None:
    """The reckoning broke off; say so on the page."""
    row = PriceRun.objects.select_for_update().filter(pk=run_id).first()
    if row is not None and row.is_under_way:
        row.state, row.failure, row.finished_at = P.FAILED, sentence[:300], at
        row.save(update_fields=["state", "failure", "finished_at"])
        _noted(row, by=None, at=at)


def document(plan: Plan, *, rule: str, part: str) -> dict[str, Any]:
    """Problem or plan without a rule; `rule=""` is the plan that all began from."""
    run = PriceRun.objects.filter(plan=plan).first()
    if run is None or rule not in run.plans:
        raise NotFound("Nothing was reckoned without this rule.")
    if part == "plan":
        return dict(run.plans[rule])
    problem = packing.problem_of(plan)
    try:
        return (without_rule(problem, rule) if rule else problem).to_json()
    except InputError as error:
        raise NotFound("The engine no longer knows this rule.") from error


class _Teller:
    """Writes progress to the row, and looks there for a wish to stop."""

    def __init__(self, run_id: uuid.UUID) -> None:
        self._rows = PriceRun.objects.filter(pk=run_id)
        self._asked, self._stop = 0.0, False

    def tell(self, done: int, planned: int, family: str) -> None:
        told = {"done": done, "planned": planned, "rule": family}
        self._rows.update(progress=told)

    def cancelled(self) -> bool:
        # Asked some thousand times a second; the row is read a few times.
        if not self._stop and time.monotonic() - self._asked > ASK_EVERY_SECONDS:
            self._asked = time.monotonic()
            going = self._rows.filter(cancel_requested=False)
            self._stop = not going.exists()
        return self._stop


@transaction.atomic
def _begin(run_id: uuid.UUID, *, at: datetime) -> PriceRun | None:
    rows = PriceRun.objects.select_for_update(of=("self",))
    row = rows.select_related("plan__territory").filter(pk=run_id).first()
    if row is None or not row.is_under_way:
        return None
    row.state, row.started_at = P.RUNNING, at
    row.save(update_fields=["state", "started_at"])
    return row


@transaction.atomic
def _finish(run_id: uuid.UUID, found: list[RulePrice], *, at: datetime) -> None:
    row = PriceRun.objects.select_for_update().filter(pk=run_id).first()
    if row is None:
        return
    row.state = P.CANCELLED if row.cancel_requested else P.DONE
    row.finished_at = at
    row.rows = [_row(one) for one in found]
    row.plans = {one.family: one.without.to_json() for one in found}
    if found:
        row.plans[""] = found[0].plan.to_json()
    row.save()
    _noted(row, by=None, at=at)


def _row(one: RulePrice) -> dict[str, Any]:
    """A price as kept: pence, minutes and visits."""
    minutes = [round(sum(r.travel_seconds for r in x.routes) / 60) for x in _pair(one)]
    left = [len(x.unplaced) for x in _pair(one)]
    return {
        "rule": one.family,
        "pence": round(one.price / SCALE),
        "more_served": one.more_served,
        "proved": one.is_proved,
        "minutes": minutes[0] - minutes[1],
        "placed": left[0] - left[1],
        "evidence": one.without.to_json().get("evidence"),
    }


def _pair(one: RulePrice) -> tuple[EnginePlan, EnginePlan]:
    return one.plan, one.without


def _noted(run: PriceRun, *, by: User | None, at: datetime) -> None:
    events.record(
        f"prices.{run.state}",
        subject=run.plan,
        by=by,
        at=at,
        territory=run.plan.territory,
        label="" if by else "engine",
        data={"day": run.plan.day.isoformat()},
    )
