"""Carry out a run: read, solve with progress and cancel, keep the evidence."""

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dispatch.models import SOFT, Plan, PlanKind, PlanState, Visit, VisitStatus
from dispatch.services import events
from dispatch.services.planning import (
    changes,
    describing,
    driven,
    grouping,
    hits,
    live,
    packing,
    repairing,
    spreading,
)
from dispatch.services.planning import problem as reading
from dispatch.services.planning.sentences import Names, reason_row
from dispatch.services.planning.telling import Teller
from scheduling import Assignment, Cancel, Seconds, assemble, solve
from scheduling import Plan as EnginePlan
from scheduling.underway import told_plainly

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
    begin = whole_minute(not_before or at)
    if plan.kind == PlanKind.REPAIR:
        return _finish(plan.pk, _repair(plan, begin), at=clock())
    if spreading.is_under_way(plan):
        return plan
    found = reading.read(plan.territory, days=[plan.day], not_before=begin)
    if spreading.is_large(found.problem):
        plan.start = assemble(found.problem, live.placements(found)).to_json()
        _note_inputs(plan, found, packing.without_travel(found.problem))
        if found.roads is not None:
            packing.keep_ways(plan, found.roads)
        spreading.begin(plan, found, at=at)
        return plan
    return _finish(plan.pk, _plan(plan, found, begin), at=clock())


def run_here(
    plan_id: uuid.UUID,
    *,
    clock: Callable[[], datetime],
    not_before: datetime | None = None,
) -> Plan:
    """The same without workers: a large run block after block, to its draft."""
    plan = run(plan_id, clock=clock, not_before=not_before)
    while spreading.is_under_way(plan):
        for block in plan.blocks.filter(is_over=False):
            search_block(block.pk, clock=clock)
        plan = join_blocks(plan.pk, plan.stage["round"], clock=clock)
    return plan


def search_block(block_id: uuid.UUID, *, clock: Callable[[], datetime]) -> None:
    """Search one block of a large run; the last one of a round calls for the join."""
    spreading.search(block_id, clock=clock)


def give_up_block(block_id: uuid.UUID, *, at: datetime) -> None:
    """Nothing came of a block: its part of the plan stays as it is."""
    spreading.hand_in(block_id, None, at=at)


def join_blocks(
    plan_id: uuid.UUID, number: int, *, clock: Callable[[], datetime]
) -> Plan:
    """Join the blocks of a round, and go on with the next one or leave the draft."""
    plan = Plan.objects.select_related("territory").get(pk=plan_id)
    if not spreading.is_under_way(plan, number):
        return plan
    over = spreading.join(plan, at=clock())
    if over is None:
        return plan
    found, now, result = over
    standing = {
        key: Assignment(route.technician, stop.start)
        for key, (route, stop) in now.stops.items()
    }
    groups = grouping.whole(_draft_of(found, standing, result))
    return _finish(plan.pk, _Done(found, now, result, groups), at=clock())


@dataclass(frozen=True)
class _Done:
    """What a run found: the plan as it would be without it, and its result.

    A repair's result leaves out the queue, and a result for a day under way holds
    people where they are: the `whole` day is shown in figures, and `told` is the
    result for people, with its reasons in words.
    """

    found: reading.Reading
    before: EnginePlan
    result: EnginePlan
    groups: list[list[str]]
    hit: frozenset[str] = frozenset()
    whole: EnginePlan | None = None
    told: EnginePlan | None = None


def _plan(plan: Plan, found: reading.Reading, begin: datetime) -> _Done:
    """Plan the day anew: everything that was told to nobody may move."""
    standing = live.placements(found)
    now = live.Live(found, assemble(found.problem, standing))
    problem, start = live.from_now(now, begin)
    plan.start = start.to_json()
    _note_inputs(plan, found, problem.to_json())
    teller = Teller(plan.pk)
    result = solve(
        problem,
        stop=Seconds(plan.seconds) | Cancel(asked=teller.cancelled),
        seed=plan.seed,
        warm_start=start,
        on_progress=teller.tell,
    )
    told = told_plainly(found.problem, result)
    groups = grouping.whole(_draft_of(found, standing, told))
    return _Done(found, now.plan, result, groups, whole=told, told=told)


def _repair(plan: Plan, begin: datetime) -> _Done:
    """Place again what a disruption hit, within the budget."""
    asked = plan.cause.get("asked", [])
    cause = hits.read(plan.territory, day=plan.day, at=begin, asked=asked)
    task = repairing.read(plan, cause, at=begin)
    plan.cause = cause.as_cause()
    plan.frozen_until = repairing.frozen_until(begin)
    plan.budget = plan.budget or asdict(repairing.default_budget(task))
    budget = repairing.Budget(**plan.budget)
    plan.replay = repairing.inputs(task, budget)
    _note_inputs(plan, task.found, task.problem.to_json(), hit=task.hit)
    stop = Seconds(plan.seconds) | Cancel(asked=Teller(plan.pk).cancelled)
    done = repairing.repair(task, budget, stop=stop, seed=plan.seed)
    hit = repairing.hit_by(task, done)
    told = repairing.in_words(done, budget)
    draft = _draft_of(task.found, live.placements(task.found), done.plan, hit=hit)
    closed = [str(x.pk) for x in task.found.closed if x in cause.hit]
    groups = grouping.fine(draft) + [[key] for key in closed]
    Plan.objects.filter(pk=plan.pk).update(
        replay={**plan.replay, "rounds": done.rounds},
        cause={
            **plan.cause,
            "hit": sorted(hit),
            "in_vain": changes.in_vain(task.found, told, plan.cause["asked"]),
        },
    )
    whole = assemble(task.found.problem, draft.after)
    return _Done(
        task.found, task.left, done.proved(), groups, hit, whole=whole, told=told
    )


def _note_inputs(
    plan: Plan,
    found: reading.Reading,
    problem: dict[str, Any],
    *,
    hit: frozenset[str] = frozenset(),
) -> None:
    rows = [*found.visits.values(), *(x for x in found.closed if str(x.pk) in hit)]
    plan.problem = problem
    plan.read_versions = {str(row.pk): row.version for row in rows}
    names = ["problem", "start", "replay", "read_versions", "cause"]
    names += ["budget", "frozen_until"]
    plan.save(update_fields=names)


def _draft_of(
    found: reading.Reading,
    before: dict[str, Assignment],
    result: EnginePlan,
    *,
    hit: frozenset[str] = frozenset(),
) -> grouping.Draft:
    after = {
        key: Assignment(route.technician, stop.start)
        for key, (route, stop) in result.stops.items()
    }
    may_move = {
        key for key, row in found.visits.items() if row.status in SOFT or key in hit
    }
    # What is a fact is where it is, also where the engine has no shift to put it in.
    after |= {key: place for key, place in before.items() if key not in may_move}
    return grouping.Draft(found, before, after, hit)


def whole_minute(moment: datetime) -> datetime:
    """The next full minute: people are told whole minutes."""
    rest = moment.second + moment.microsecond / 1e6
    return moment + timedelta(seconds=60 - rest) if rest else moment


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
def _finish(plan_id: uuid.UUID, done: _Done, *, at: datetime) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("territory")
    plan = rows.get(pk=plan_id)
    if plan.state != P.RUNNING:
        # A repair took its place, and that was told; or another worker, given up for
        # dead, was alive and came first.
        return plan
    plan.finished_at = at
    plan.state = P.CANCELLED if plan.cancel_requested else P.DRAFT
    plan.result = done.result.to_json()
    told = done.told or done.result
    plan.changes = changes.rows(done.found, told, hit=done.hit)
    plan.groups = describing.groups(plan.changes, done.groups)
    names, after = Names.of(done.found), done.whole or done.result
    plan.progress = {
        **plan.progress,
        "before": describing.figures(done.found, done.before, names),
        "after": describing.figures(done.found, after, names),
    }
    plan.travel = driven.told(done.found, after)
    # What was kept for the time of the run is in the draft now.
    plan.stage = {}
    plan.save()
    plan.blocks.all().delete()
    if plan.state == P.DRAFT and plan.kind == PlanKind.PLAN:
        _explain(done.found, told)
    _noted(plan, at=at)
    return plan


def _explain(found: reading.Reading, result: EnginePlan) -> None:
    """Keep the reasons with every visit that stays unplaced; no version changes."""
    names = Names.of(found)
    waiting = Visit.objects.filter(status=VisitStatus.UNSCHEDULED)
    for left in result.unplaced:
        rows = [reason_row(reason, names) for reason in left.reasons]
        waiting.filter(pk=left.visit).update(unplaced_reasons=rows)
    for visit in found.closed:
        rows = [changes.closed_row(visit)]
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
