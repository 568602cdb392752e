"""Putting improved blocks back into the plan that they were cut from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scheduling.blocks import Block
from scheduling.check import Report, check
from scheduling.plan import Plan, Unplaced
from scheduling.problem import Problem


def join(
    problem: Problem,
    plan: Plan,
    blocks: Sequence[Block],
    found: Sequence[Plan | None],
    *,
    warm: bool = False,
) -> Plan:
    """The plan with every block's result that makes it better, in block order; while
    it is still `warm`, also with those that make it dearer for the time being.

    `found[i]` is what became of `blocks[i]`; None, or what the judge objects to in
    the whole, leaves that part as it was.
    """

    def fine(new: Report, old: Report) -> bool:
        cheap = warm or new.score.rank <= old.score.rank
        return cheap and _wrong(new) <= _wrong(old)

    now = judged(problem, plan)
    together = plan
    for block, part in zip(blocks, found, strict=True):
        if part is not None:
            together = _with(together, block, part)
    whole = judged(problem, together)
    if fine(whole[1], now[1]):
        return whole[0]
    # One of them does harm, as rules across blocks may have it: take them singly.
    for block, part in zip(blocks, found, strict=True):
        if part is None:
            continue
        tried = judged(problem, _with(now[0], block, part))
        if fine(tried[1], now[1]):
            now = tried
    return now[0]


def judged(problem: Problem, plan: Plan) -> tuple[Plan, Report]:
    """The plan with its score, and what the judge says about it."""
    report = check(problem, plan)
    return replace(plan, score=report.score), report


def _wrong(report: Report) -> int:
    return sum(item.code != "must_serve" for item in report.violations)


def _with(plan: Plan, block: Block, part: Plan) -> Plan:
    """The plan with the routes of a block in place of those it was cut from."""
    fresh = {(x.technician, x.shift): x for x in part.routes}
    routes = [
        fresh.pop(key, None)
        if (key := (route.technician, route.shift)) in block.routes
        else route
        for route in plan.routes
    ]
    kept = tuple(x for x in (*routes, *fresh.values()) if x is not None and x.stops)
    inside = {visit.id for visit in block.problem.visits}
    placed = {stop.visit for route in kept for stop in route.stops}
    left = [x for x in plan.unplaced if x.visit not in inside]
    left += [Unplaced(name) for name in sorted(inside - placed)]
    return replace(plan, routes=kept, unplaced=tuple(left))
