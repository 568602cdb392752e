"""A large run as many small ones: blocks that any worker may take, joined in rounds.

Each block is an outbox row of its own: more workers take more of them at once. The
last block of a round leaves the row that joins it.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.models import Plan, PlanBlock, PlanState, Visit
from dispatch.services import outbox
from dispatch.services.planning import live, packing
from dispatch.services.planning import problem as reading
from dispatch.services.planning.telling import BlockTeller
from scheduling import Cancel, Problem, Progress, Seconds, assemble
from scheduling import Plan as EnginePlan
from scheduling.arrays import Index
from scheduling.blocks import Improved
from scheduling.plan import SCALE
from scheduling.rounds import Round, blocks_needed, rounds_for, rounds_worth
from scheduling.solver import improve
from scheduling.spread import Spread, first_plan
from scheduling.stop import Clock
from scheduling.team import Job

Over = tuple[reading.Reading, EnginePlan, EnginePlan]


def is_large(problem: Problem) -> bool:
    """Is it more than one search does well?"""
    return blocks_needed(problem) > 1


def is_under_way(plan: Plan, number: int | None = None) -> bool:
    """Has the run been cut into blocks, and is it in this round, if one is named?"""
    if plan.state != PlanState.RUNNING or not plan.stage:
        return False
    return number is None or plan.stage["round"] == number


def begin(plan: Plan, found: reading.Reading, *, at: datetime) -> None:
    """Make a first plan and leave the blocks of the first round."""
    now = assemble(found.problem, live.placements(found))
    index = Index(found.problem)
    spread = _spread(plan, index, first_plan(index, now))
    plan.stage = {
        "before": now.to_json(),
        "closed": [str(visit.pk) for visit in found.closed],
    }
    _lay_out(plan, spread, _rounds(plan, found.problem), 0, at=at)


def search(block_id: uuid.UUID, *, clock: Callable[[], datetime]) -> None:
    """Search a block, unless that is done or the run is called off."""
    block = PlanBlock.objects.select_related("plan").filter(pk=block_id).first()
    if block is None or block.is_over or block.plan.state != PlanState.RUNNING:
        return
    result = None
    if not block.plan.cancel_requested:
        result = _searched(block)
    hand_in(block_id, result, at=clock())


def _searched(block: PlanBlock) -> Improved:
    job = packing.unpack(bytes(block.task))
    part = job.block
    before = Progress(0, part.score, len(part.plan.unplaced), 0.0)
    teller = BlockTeller(block, before)
    stop = Seconds(block.seconds) | Cancel(asked=teller.cancelled)
    return job.improve(improve, stop, teller.tell)


@transaction.atomic
def hand_in(block_id: uuid.UUID, found: Improved | None, *, at: datetime) -> None:
    """Note what became of a block; the last one of a round calls for the join."""
    block = PlanBlock.objects.filter(pk=block_id).first()
    if block is None:
        return
    # The run is locked first: of two that finish together, one is the last.
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=block.plan_id)
    block.refresh_from_db()
    if block.is_over:
        return
    block.is_over = True
    if found is not None:
        block.result = {
            "best": found.best.to_json(),
            "last": found.last.to_json(),
            "iterations": list(found.iterations),
        }
    block.save(update_fields=["is_over", "result"])
    if not plan.blocks.filter(round=block.round, is_over=False).exists():
        outbox.enqueue(
            "plan.join",
            key=f"plan.join:{plan.pk}:{block.round}",
            payload={"plan": str(plan.pk), "round": block.round},
            at=at,
        )


def join(plan: Plan, *, at: datetime) -> Over | None:
    """Join the round; None when another one follows, else what the run came to."""
    number, problem = plan.stage["round"], packing.problem_of(plan)
    index, rounds = Index(problem), _rounds(plan, problem)
    spread = _spread(plan, index, EnginePlan.from_json(plan.stage["plan"]))
    spread.best, spread.rounds = EnginePlan.from_json(plan.stage["best"]), len(rounds)
    spread.parts = [(done, planned) for done, planned in plan.stage["parts"]]
    rows = plan.blocks.filter(round=number).order_by("number")
    found = [_improved(result) for result in rows.values_list("result", flat=True)]
    spread.take(rounds[number], spread.cut(rounds[number]), found)
    if number + 1 < len(rounds) and not plan.cancel_requested:
        _lay_out(plan, spread, rounds, number + 1, at=at)
        return None
    assert plan.started_at is not None
    result = spread.written((at - plan.started_at).total_seconds())
    before = EnginePlan.from_json(plan.stage["before"])
    return _found(plan, problem), before, result


def _rounds(plan: Plan, problem: Problem) -> list[Round]:
    return rounds_for(problem, 1, rounds_worth(problem, plan.seconds))


def _spread(plan: Plan, index: Index, so_far: EnginePlan) -> Spread:
    """The engine's side of the run; a run that is called off has no next round."""
    called_off = Cancel(asked=lambda: plan.cancel_requested)
    return Spread(index, so_far, Clock(called_off), plan.seed)


def _improved(result: dict[str, Any] | None) -> Improved | None:
    if result is None:
        return None
    best, last = (EnginePlan.from_json(result[key]) for key in ("best", "last"))
    done, planned = result["iterations"]
    return Improved(best, last, (done, planned))


@transaction.atomic
def _lay_out(
    plan: Plan, spread: Spread, rounds: list[Round], number: int, *, at: datetime
) -> None:
    """Leave the blocks of a round, each with its delivery."""
    row = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if row.state != PlanState.RUNNING or row.stage.get("round", -1) != number - 1:
        # Another worker, given up for dead, was alive and came first.
        return
    jobs = spread.cut(rounds[number])
    share = plan.seconds / len(rounds)
    plan.stage |= {
        "round": number,
        "plan": spread.plan.to_json(),
        "best": spread.best.to_json(),
        "parts": spread.parts,
        "base": _base(spread, len(jobs), number * share),
    }
    plan.save(update_fields=["stage"])
    plan.blocks.all().delete()
    for k, job in enumerate(jobs):
        _leave(plan, number, k, job, share, at=at)


def _base(spread: Spread, blocks: int, seconds: float) -> dict[str, float]:
    """What the progress of the blocks is added to."""
    return {
        "iterations": spread.done,
        "seconds": seconds,
        "unplaced": len(spread.plan.unplaced),
        "cost": spread.plan.score.total / SCALE,
        "blocks": blocks,
    }


def _leave(
    plan: Plan, number: int, k: int, job: Job, seconds: float, *, at: datetime
) -> None:
    block = PlanBlock.objects.create(
        plan=plan, round=number, number=k, task=packing.pack(job), seconds=seconds
    )
    outbox.enqueue(
        "plan.block",
        key=f"plan.block:{block.pk}",
        payload={"block": str(block.pk)},
        at=at,
    )


def _found(plan: Plan, problem: Problem) -> reading.Reading:
    """The rows that the run was read from, as they are now; what moved on since then
    is told by its version."""
    rows = Visit.objects.select_related("job__site", "job__work_type", "crew")
    known = {
        str(row.pk): row
        for row in rows.filter(pk__in=[visit.id for visit in problem.visits])
    }
    visits = {visit.id: known[visit.id] for visit in problem.visits}
    closed = list(rows.filter(pk__in=plan.stage["closed"]).order_by("id"))
    return reading.Reading(problem, visits, closed, packing.ways_of(plan))
