"""The plan as it stands in the database, and what one change would do to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dispatch.models import Technician, Territory, Visit, VisitStatus
from dispatch.services.planning import problem as reading
from dispatch.services.planning.hours import seconds
from dispatch.services.planning.sentences import Names, sentence_for
from scheduling import Assignment as Placement
from scheduling import Plan, Problem, assignments_of, check
from scheduling import assemble as lay_out
from scheduling.check import Violation
from scheduling.plan import PARTS, SCALE
from scheduling.underway import from_now_on

# What a preview leaves out: that a visit stays undone, and that the person who looks
# at it changes what stands on the board.
UNPRICED = {"drop", "stability"}


@dataclass(frozen=True)
class Live:
    """Some days of a territory: the problem, the rows, and the plan as it stands."""

    reading: reading.Reading
    plan: Plan

    @property
    def problem(self) -> Problem:
        """The problem that the plan belongs to."""
        return self.reading.problem


@dataclass(frozen=True)
class Preview:
    """What a placement would mean; prices in pence, drop prices left out."""

    fits: bool
    violations: list[dict[str, Any]] = field(default_factory=list)
    travel_delta_seconds: int = 0
    cost_delta: int = 0


def live_plan(
    territory: Territory, *, days: list[date], free: frozenset[str] = frozenset()
) -> Live:
    """Read the days and write down the plan as it stands, without `free` visits."""
    found = reading.read(territory, days=days, free=free)
    return Live(found, lay_out(found.problem, placements(found, without=free)))


def from_now(now: Live, at: datetime) -> tuple[Problem, Plan]:
    """The same days for a question that is asked at this moment: nobody sets out in
    the past, and nothing new begins there.
    """
    day = from_now_on(now.problem, now.plan, now.problem, seconds(at))
    return day.problem, lay_out(day.problem, {**assignments_of(now.plan), **day.held})


def is_over(problem: Problem, key: str, *, at: datetime) -> bool:
    """Are the visit's own windows in the past? A fact is never over."""
    visit = problem.visit_by_id[key]
    if visit.lock is not None and visit.lock.frozen:
        return False
    return bool(visit.windows) and visit.windows[-1][1] < seconds(at)


def placements(
    found: reading.Reading, *, without: Iterable[str] = ()
) -> dict[str, Placement]:
    """Who is where when, by visit id, from the rows."""
    left_out = set(without)
    return {
        key: Placement(str(visit.technician_id), _start(visit))
        for key, visit in found.visits.items()
        if key not in left_out and visit.technician_id and visit.sched_start
    }


def preview(visit: Visit, *, technician: Technician, start: datetime) -> Preview:
    """Judge one placement by the rules of the engine, beside the plan as it stands.

    Crew mates who are placed move along to the same start.
    """
    territory = visit.job.site.territory
    day = start.astimezone(zone(territory)).date()
    moved = _moved(visit, technician=technician, start=start)
    found = reading.read(territory, days=[day], free=frozenset(moved))
    names = Names.of(found, extra=technician)
    absent = [key for key in moved if key not in found.visits]
    if absent:
        return Preview(False, [closed(visit)])
    before = placements(found)
    after = {**before, **moved}
    return _compare(found, before, after, moved=set(moved), names=names)


def _compare(
    found: reading.Reading,
    before: dict[str, Placement],
    after: dict[str, Placement],
    *,
    moved: set[str],
    names: Names,
) -> Preview:
    old = lay_out(found.problem, before)
    new = lay_out(found.problem, after)
    known = {_standing(item) for item in check(found.problem, old).violations}
    report = check(found.problem, new)
    fresh = [
        item
        for item in report.violations
        if _standing(item) not in known or moved & set(item.visits)
    ]
    violations = [
        {"code": item.code, "sentence": sentence_for(item, names)} for item in fresh
    ]
    violations += [
        {"code": reason.code, "sentence": reason.sentence}
        for left in new.unplaced
        if left.visit in moved
        for reason in left.reasons
    ]
    delta = _price(found, new) - _price(found, old)
    way = _driven(new) - _driven(old)
    return Preview(not violations, violations, way, round(delta / SCALE))


def _moved(
    visit: Visit, *, technician: Technician, start: datetime
) -> dict[str, Placement]:
    at = seconds(start)
    moved = {str(visit.pk): Placement(str(technician.pk), at)}
    for mate in crew_mates(visit):
        moved[str(mate.pk)] = Placement(str(mate.technician_id), at)
    return moved


def crew_mates(visit: Visit) -> list[Visit]:
    """The other visits of the crew that have a place and may still move."""
    if visit.crew_id is None:
        return []
    mates = Visit.objects.filter(crew=visit.crew_id, status=VisitStatus.SCHEDULED)
    return list(mates.exclude(pk=visit.pk).order_by("id"))


def identity(item: Violation) -> tuple[Any, ...]:
    """What makes two findings of the judge the same one."""
    return (item.code, item.visits, item.technician, item.shift)


def _standing(item: Violation) -> tuple[Any, ...]:
    """As `identity`; a route that ended late still does with another visit last."""
    if item.code == "shift_end":
        return (item.code, item.technician, item.shift)
    return identity(item)


def _price(found: reading.Reading, plan: Plan) -> int:
    score = check(found.problem, plan).score
    return sum(getattr(score, part) for part in PARTS if part not in UNPRICED)


def _driven(plan: Plan) -> int:
    return sum(route.travel_seconds for route in plan.routes)


def _start(visit: Visit) -> int:
    start = visit.actual_start or visit.sched_start
    assert start is not None
    return seconds(start)


def closed(visit: Visit) -> dict[str, Any]:
    site = visit.job.site
    sentence = f"{site} is closed, or the visit's own window lies on another day."
    return {"code": "closed_on_day", "sentence": sentence}


def zone(territory: Territory) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(territory.time_zone)
