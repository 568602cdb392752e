"""Which technician may do a visit in which shift, and when: the rules of one pair."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from scheduling.plan import Reason
from scheduling.problem import (
    HeldSkill,
    NeededSkill,
    Problem,
    Shift,
    Technician,
    Visit,
    Window,
)

ALWAYS: tuple[Window, ...] = ((-(1 << 50), 1 << 50),)


def latest_end(person: Technician, shift: Shift) -> int:
    """When the route must be over: shift and overtime, but not into the next shift."""
    end = shift.end + shift.overtime.max
    later = [other.start for other in person.shifts if other.start > shift.start]
    return min([end, *later])


def intersect(
    first: tuple[Window, ...], second: tuple[Window, ...]
) -> tuple[Window, ...]:
    """Times that lie in both; both sorted and without overlap."""
    both = [
        (max(a, c), min(b, d))
        for a, b in first
        for c, d in second
        if max(a, c) <= min(b, d)
    ]
    return tuple(both)


def start_times(person: Technician, shift: Shift, visit: Visit) -> tuple[Window, ...]:
    """When the visit may start in this shift, by windows, lock and certificates."""
    times = wanted(visit)
    times = intersect(times, ((shift.start, latest_end(person, shift)),))
    for need in visit.skills:
        times = intersect(times, _valid(person, need))
    return times


def wanted(visit: Visit) -> tuple[Window, ...]:
    """When the visit may start by its own windows and lock."""
    times = visit.windows or ALWAYS
    if visit.lock is not None and visit.lock.start is not None:
        times = intersect(times, ((visit.lock.start, visit.lock.start),))
    return times


def _valid(person: Technician, need: NeededSkill) -> tuple[Window, ...]:
    spans = sorted(_span(held) for held in person.skills if _enough(held, need))
    merged: list[Window] = []
    for low, high in spans:
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _enough(held: HeldSkill, need: NeededSkill) -> bool:
    return held.name == need.name and held.level >= need.level


def _span(held: HeldSkill) -> Window:
    low, high = ALWAYS[0]
    return (
        low if held.valid_from is None else held.valid_from,
        high if held.valid_until is None else held.valid_until,
    )


def clipped(person: Technician, shift: Shift, visit: Visit) -> bool:
    """Does a certificate begin or end inside the shift, or not reach into it?"""
    day = ((shift.start, latest_end(person, shift)),)
    return any(intersect(day, _valid(person, need)) != day for need in visit.skills)


def is_dated(person: Technician) -> bool:
    """Has the technician certificates that begin or end at all?"""
    return any((x.valid_from, x.valid_until) != (None, None) for x in person.skills)


def obstacles(
    problem: Problem, person: Technician, shift: Shift | None, visit: Visit
) -> Iterator[Reason]:
    """Rules that keep the visit from the technician whatever else is planned.

    `shift=None` asks only what holds for every shift.
    """
    yield from _named(person, visit)
    for aspect in ASPECTS:
        yield from aspect.rule(person, visit)
    if shift is not None:
        yield from _distance(problem, person, shift, visit)
        yield from _times(person, shift, visit)
    elif not person.shifts:
        yield _reason(person, "shift", "Does not work in this period.")


def _reason(person: Technician, code: str, sentence: str, **details: Any) -> Reason:
    return Reason(code, sentence, person.id, details)


def names_of(visit: Visit) -> set[str]:
    """Technicians whom the visit names; to all others it says the same."""
    wishes, lock = visit.technicians, visit.lock
    names = {*wishes.required, *wishes.excluded}
    if lock is not None and lock.technician is not None:
        names.add(lock.technician)
    return names


def may_by_name(person: Technician, visit: Visit) -> bool:
    """May the technician take the visit as far as it names people?"""
    return next(_named(person, visit), None) is None


def _named(person: Technician, visit: Visit) -> Iterator[Reason]:
    wishes, lock = visit.technicians, visit.lock
    if lock is not None and lock.technician not in (None, person.id):
        yield _reason(
            person,
            "lock_technician",
            "The visit is locked to someone else.",
            locked_to=lock.technician,
        )
    if wishes.required and person.id not in wishes.required:
        yield _reason(
            person,
            "not_required",
            "Is not among the technicians this visit asks for.",
            required=list(wishes.required),
        )
    if person.id in wishes.excluded:
        yield _reason(person, "excluded", "Is excluded from this visit.")


def _territory(person: Technician, visit: Visit) -> Iterator[Reason]:
    place = visit.territory
    if place is not None and person.territories and place not in person.territories:
        text = f"Does not work in {place}."
        yield _reason(person, "territory", text, territory=place)


def _skills(person: Technician, visit: Visit) -> Iterator[Reason]:
    for need in visit.skills:
        levels = [held.level for held in person.skills if held.name == need.name]
        details = {"skill": need.name, "level": need.level}
        if not levels:
            text = f"Lacks skill {need.name}"
            text += f" at level {need.level}." if need.level > 1 else "."
            yield _reason(person, "skill_missing", text, **details)
        elif max(levels) < need.level:
            text = f"Holds {need.name} at level {max(levels)}, needs {need.level}."
            yield _reason(person, "skill_level", text, **details, held=max(levels))


def _stock(person: Technician, visit: Visit) -> Iterator[Reason]:
    for part, quantity in sorted(visit.parts.items()):
        held = person.stock.get(part, 0)
        if quantity > held:
            yield _reason(
                person,
                "stock_short",
                f"Needs {quantity} × {part}, the van holds {held}.",
                part=part,
                needed=quantity,
                left=held,
            )


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that a visit asks of a person: those alike in it get one answer."""

    of: Callable[[Visit], Hashable]
    rule: Callable[[Technician, Visit], Iterator[Reason]]

    def allows(self, person: Technician, visit: Visit) -> bool:
        return next(self.rule(person, visit), None) is None


ASPECTS = (
    Aspect(lambda visit: visit.territory, _territory),
    Aspect(lambda visit: visit.skills, _skills),
    Aspect(lambda visit: tuple(sorted(visit.parts.items())), _stock),
)


def _distance(
    problem: Problem, person: Technician, shift: Shift, visit: Visit
) -> Iterator[Reason]:
    index = problem.location_index
    row = problem.travel[person.profile].seconds[index[shift.start_at]]
    away, limit = row[index[visit.location]], person.max_travel_from_home
    if limit is None:
        return
    if away is None:
        yield _reason(person, "unreachable", "There is no way from home to this visit.")
    elif away > limit:
        yield _reason(
            person,
            "travel_too_far",
            f"Is {away // 60} minutes from home, goes at most {limit // 60}.",
            travel_seconds=away,
            limit_seconds=limit,
        )


def _times(person: Technician, shift: Shift, visit: Visit) -> Iterator[Reason]:
    if not wanted(visit):
        yield _reason(
            person,
            "lock_start",
            "The locked start lies outside the visit's windows.",
        )
        return
    working = ((shift.start, latest_end(person, shift)),)
    times = intersect(wanted(visit), working)
    if not times:
        yield _reason(
            person, "shift", "Is not at work when the visit may start.", shift=shift.id
        )
        return
    for need in visit.skills:
        valid = _valid(person, need)
        if valid and not intersect(times, valid):
            yield _certificate(person, need, times, valid)
            return
        times = intersect(times, valid)


def _certificate(
    person: Technician,
    need: NeededSkill,
    times: tuple[Window, ...],
    valid: tuple[Window, ...],
) -> Reason:
    details = {"skill": need.name, "level": need.level}
    if valid[-1][1] < times[0][0]:
        return _reason(
            person,
            "skill_expired",
            f"The certificate for {need.name} will have expired.",
            **details,
            valid_until=valid[-1][1],
        )
    return _reason(
        person,
        "skill_not_yet",
        f"The certificate for {need.name} is not valid at that time.",
        **details,
        valid_from=valid[0][0],
    )
