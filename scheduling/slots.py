"""Arrival windows that a living plan can really keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from scheduling.assemble import Assignment, assemble, assignments_of
from scheduling.errors import InputError
from scheduling.explain import with_visit
from scheduling.plan import Plan
from scheduling.problem import Problem, Visit
from scheduling.standing import Board, Span, Spot


@dataclass(frozen=True, slots=True)
class Slot:
    """An arrival window that can be kept, and how; the price is in 1/3000 units."""

    start: int
    end: int
    technician: str
    shift: str
    service_start: int
    marginal_cost: int

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
    if window_minutes <= 0:
        raise InputError("window_minutes", "must be positive")
    windows = [window for day in days for window in _cut(day, window_minutes * 60)]
    board = Board(problem, plan, visit)
    if board.missing():
        return []
    best: dict[Span, Slot] = {}
    for r in board.open_routes():
        for gap in board.gaps(r):
            for window in windows:
                if not gap.meets(window):
                    continue
                spot = board.spot(gap, window)
                if spot is not None:
                    _keep(best, _slot(board, r, window, spot))
    return sorted(best.values(), key=lambda slot: (slot.marginal_cost, slot.start))


def _cut(day: Span, length: int) -> Iterator[Span]:
    begin, end = day
    if begin > end:
        raise InputError("days", f"a day begins ({begin}) after it ends ({end})")
    for start in range(begin, end - length + 1, length):
        yield start, start + length


def _keep(best: dict[Span, Slot], slot: Slot) -> None:
    window = (slot.start, slot.end)
    known = best.get(window)
    if known is None or slot.marginal_cost < known.marginal_cost:
        best[window] = slot


def _slot(board: Board, r: int, window: Span, spot: Spot) -> Slot:
    _, person, shift = board.index.shifts[r]
    low, high = window
    return Slot(low, high, person.id, shift.id, spot.start, spot.cost)


def place(problem: Problem, plan: Plan, visit: str | Visit, slot: Slot) -> Plan:
    """The plan with the visit put into a slot; everything else keeps its start."""
    problem, name = with_visit(problem, visit)
    chosen = Assignment(slot.technician, slot.service_start, slot.shift)
    placed = assemble(problem, {**assignments_of(plan), name: chosen})
    return replace(placed, score=plan.score)
