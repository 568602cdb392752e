"""Arrival windows that a living plan can really keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from scheduling.assemble import Assignment, assemble, assignments_of
from scheduling.eligible import ALWAYS as ANY_TIME
from scheduling.eligible import intersect
from scheduling.errors import InputError
from scheduling.explain import TechnicianWhyNot, WhyNot, explain, with_visit
from scheduling.plan import Plan, Reason
from scheduling.problem import Problem, Visit
from scheduling.standing import Board, Question, Span


@dataclass(frozen=True, slots=True)
class Slot:
    """An arrival window that can be kept, and how; the price is in 1/3000 units.

    `travel` are the seconds driven to it from the place before.
    """

    start: int
    end: int
    technician: str
    shift: str
    service_start: int
    marginal_cost: int
    travel: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def offer_slots(
    problem: Problem,
    plan: Plan,
    visit: str | Visit,
    *,
    days: Sequence[Span],
    window_minutes: int,
) -> list[Slot]:
    """Arrival windows that hold without moving anything, cheapest first.

    `days` are (begin, end) spans in epoch seconds, each cut into whole windows from
    its begin; per window the cheapest technician is offered. Half of a crew is never
    offered alone. Raises `InputError` on a bad id, span or window length.
    """
    windows = cut_windows(days, window_minutes)
    board = Board(problem, plan, visit)
    return [] if board.missing() else ranked(kept_windows(board.question, windows))


def why_no_slot(
    problem: Problem, plan: Plan, visit: str | Visit, *, days: Sequence[Span]
) -> WhyNot:
    """Why nobody keeps a window in these spans: per technician what stands against it.

    Somebody without a reason has room only if other visits start at other times.
    """
    problem, name = with_visit(problem, visit)
    asked = problem.visit_by_id[name]
    spans = tuple(sorted((low, high) for low, high in days if low <= high))
    windows = intersect(asked.windows or ANY_TIME, spans)
    if not windows:
        text = "Its own windows lie outside the days that were asked for."
        return _for_all(problem, name, Reason("windows", text))
    missing = _missing(problem, plan, name)
    if missing is not None:
        text = f"'{missing}' has to be planned first, or together with it."
        return _for_all(
            problem, name, Reason("partner", text, None, {"visit": missing})
        )
    found = explain(problem, plan, replace(asked, windows=windows))
    if not any(one.possible for one in found.technicians):
        return found
    return replace(found, sentence="There is room only if other visits are moved.")


def _for_all(problem: Problem, name: str, reason: Reason) -> WhyNot:
    people = [TechnicianWhyNot(x.id, (reason,)) for x in problem.technicians]
    return WhyNot(name, reason.sentence, tuple(people))


def _missing(problem: Problem, plan: Plan, name: str) -> str | None:
    """A crew mate or a predecessor without which the visit is never offered."""
    mates = [x for crew in problem.crews if name in crew.visits for x in crew.visits]
    heads = [order.before for order in problem.sequences if order.after == name]
    others = (x for x in [*mates, *heads] if x != name and x not in plan.stops)
    return next(others, None)


def cut_windows(days: Sequence[Span], window_minutes: int) -> list[Span]:
    """The spans cut into whole windows; `InputError` where that means nothing."""
    if window_minutes <= 0:
        raise InputError("window_minutes", "must be positive")
    return [window for day in days for window in _cut(day, window_minutes * 60)]


def kept_windows(question: Question, windows: Sequence[Span]) -> list[Slot]:
    """Those of the windows that can be kept, each with its cheapest technician."""
    spots = ((window, question.cheapest(window)) for window in windows)
    return [
        Slot(
            start=low,
            end=high,
            technician=question.table.index.shifts[spot.route][1].id,
            shift=question.table.index.shifts[spot.route][2].id,
            service_start=spot.start,
            marginal_cost=spot.cost,
            travel=spot.travel,
        )
        for (low, high), spot in spots
        if spot is not None
    ]


def ranked(slots: Sequence[Slot]) -> list[Slot]:
    """Cheapest first, then by time."""
    return sorted(slots, key=lambda slot: (slot.marginal_cost, slot.start))


def _cut(day: Span, length: int) -> Iterator[Span]:
    begin, end = day
    if begin > end:
        raise InputError("days", f"a day begins ({begin}) after it ends ({end})")
    for start in range(begin, end - length + 1, length):
        yield start, start + length


def place(problem: Problem, plan: Plan, visit: str | Visit, slot: Slot) -> Plan:
    """The plan with the visit put into a slot; everything else keeps its start."""
    problem, name = with_visit(problem, visit)
    chosen = Assignment(slot.technician, slot.service_start, slot.shift)
    placed = assemble(problem, {**assignments_of(plan), name: chosen})
    return replace(placed, score=plan.score)
