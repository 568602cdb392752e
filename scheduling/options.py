"""Which edits answer which reason: what could be given so that a visit fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scheduling.corner import partners
from scheduling.edits import (
    Edit,
    ExclusionDropped,
    LockDropped,
    MaxTravelWaived,
    OvertimeAllowed,
    PartHandedOver,
    RequiredDropped,
    ShiftEndsLater,
    ShiftStartsEarlier,
    SkillWaived,
    TerritoryWaived,
    VisitDropped,
    WindowWidened,
)
from scheduling.plan import Plan, Reason
from scheduling.problem import Problem, Shift, Technician, Visit

STEP = 5 * 60
LONGEST_SHIFT, WIDEST_WINDOW = 4 * 3600, 8 * 3600
# Of a week of shifts those are asked that come nearest to the visit's windows.
MOST_SHIFTS = 3
ABOUT_TIME = {"window_full", "overtime", "break", "shift", "lock_start"}
# A reason that only some starts have; a fixed one holds whatever else is planned.
LAPSED = {"skill_expired", "skill_not_yet"}


@dataclass(frozen=True, slots=True)
class Knob:
    """An edit in so many steps of five minutes; `most=1` and any count: just do it."""

    make: Callable[[int], Edit]
    most: int = 1


def always(edit: Edit) -> Knob:
    return Knob(lambda _: edit)


def answers(
    problem: Problem, plan: Plan, visit: Visit, person: str, reasons: Iterable[Reason]
) -> Iterator[Knob]:
    """Edits that speak to these reasons of one technician, visits in the way last."""
    who = problem.technician_by_id[person]
    codes = {reason.code for reason in reasons}
    for reason in reasons:
        edit = _fixed(problem, visit, who, reason)
        if edit is not None:
            yield always(edit)
    # More time helps nobody whom another rule keeps out as well.
    if codes and codes <= ABOUT_TIME | LAPSED:
        yield from in_time(visit, who)
    if codes and codes <= ABOUT_TIME | {"stock_short"}:
        yield from (always(edit) for edit in _clipping(visit, who))
        for name in movable(problem, plan, person):
            yield always(VisitDropped(name))


def _fixed(
    problem: Problem, visit: Visit, who: Technician, reason: Reason
) -> Edit | None:
    """The edit that takes just this reason away, where it is not about time."""
    details = reason.details
    match reason.code:
        case "lock_technician":
            return LockDropped(visit.id, "technician")
        case "not_required":
            return RequiredDropped(visit.id, visit.technicians.required)
        case "excluded":
            return ExclusionDropped(visit.id, who.id)
        case "territory":
            return TerritoryWaived(visit.id, visit.territory or "")
        case "stock_short":
            missing = int(details["needed"]) - int(details["left"])
            return PartHandedOver(who.id, str(details["part"]), missing)
        case "travel_too_far":
            return MaxTravelWaived(who.id, int(details["travel_seconds"]))
        case "skill_missing" | "skill_level" | "skill_expired" | "skill_not_yet":
            return _skill(visit, who, reason)
        case _:
            return None


def _skill(visit: Visit, who: Technician, reason: Reason) -> SkillWaived:
    """The need waived; a certificate that is not valid then is always called so."""
    name, level = str(reason.details["skill"]), int(reason.details["level"])
    lapsed = reason.code in LAPSED
    held = reason.details.get("held")
    return SkillWaived(
        visit.id,
        who.id,
        name,
        level,
        to_level=held if reason.code == "skill_level" else None,
        lapsed=lapsed,
        valid_until=reason.details.get("valid_until"),
        valid_from=reason.details.get("valid_from"),
    )


def _clipping(visit: Visit, who: Technician) -> Iterator[SkillWaived]:
    """Needs whose certificates leave only some of the times open."""
    for need in visit.skills:
        held = [x for x in who.skills if x.name == need.name and x.level >= need.level]
        if held and all((x.valid_from, x.valid_until) != (None, None) for x in held):
            begins = [x.valid_from for x in held if x.valid_from is not None]
            ends = [x.valid_until for x in held if x.valid_until is not None]
            yield SkillWaived(
                visit.id,
                who.id,
                need.name,
                need.level,
                lapsed=True,
                valid_until=max(ends, default=None),
                valid_from=min(begins, default=None),
            )


def in_time(visit: Visit, who: Technician) -> Iterator[Knob]:
    """More time: at either end of a shift, or of the windows, or a start set free."""
    lock = visit.lock
    if lock is not None and lock.start is not None:
        yield always(LockDropped(visit.id, "start"))
    for shift in _near(visit, who):
        yield from _longer(who, shift)
    if visit.windows and (lock is None or lock.start is None):
        most = WIDEST_WINDOW // STEP
        yield Knob(lambda n: WindowWidened(visit.id, later=n * STEP), most)
        yield Knob(lambda n: WindowWidened(visit.id, earlier=n * STEP), most)


def _near(visit: Visit, who: Technician) -> list[Shift]:
    def gap(shift: Shift) -> int:
        spans = visit.windows or ((shift.start, shift.end),)
        return min(max(low - shift.end, shift.start - high, 0) for low, high in spans)

    near = [one for one in who.shifts if gap(one) <= LONGEST_SHIFT]
    return sorted(near, key=lambda one: (gap(one), one.start))[:MOST_SHIFTS]


def _longer(who: Technician, shift: Shift) -> Iterator[Knob]:
    def end(n: int) -> Edit:
        return ShiftEndsLater(who.id, shift.id, n * STEP)

    def extra(n: int) -> Edit:
        return OvertimeAllowed(who.id, shift.id, n * STEP)

    def start(n: int) -> Edit:
        return ShiftStartsEarlier(who.id, shift.id, n * STEP)

    after = [x.start for x in who.shifts if x.start >= shift.end and x != shift]
    room = min([LONGEST_SHIFT, *(x - shift.end for x in after)])
    beyond = min([room, *(x - shift.end - shift.overtime.max for x in after)])
    before = [shift.start - x.end for x in who.shifts if x.end <= shift.start]
    # Starting so early that one more break is owed is another question.
    rests = [shift.start - x.latest - 1 for x in shift.breaks if x.latest < shift.start]
    ahead = min([LONGEST_SHIFT, *before, *rests])
    for make, most in ((end, room), (extra, beyond), (start, ahead)):
        if most >= STEP:
            yield Knob(make, most // STEP)


def movable(problem: Problem, plan: Plan, person: str) -> Iterator[str]:
    """Visits of the technician that nothing holds: no lock and no tie."""
    for route in plan.routes:
        if route.technician != person:
            continue
        for stop in route.stops:
            visit = problem.visit_by_id[stop.visit]
            if visit.lock is None and not any(partners(problem, visit.id)):
                yield visit.id
