"""What a plan costs, part by part, from the written times alone."""

from __future__ import annotations

from scheduling.check.facts import Day, Facts
from scheduling.plan import SCALE, Score
from scheduling.problem import Visit

PER_SECOND = SCALE // 60
PER_METRE = SCALE // 1000
STABLE_WITHIN = 15 * 60


def score(facts: Facts) -> Score:
    weight = facts.problem.objective
    days = facts.days
    left = [v for v in facts.problem.visits if v.id not in facts.placed]
    return Score(
        travel=weight.travel * sum(_travel(day) for day in days),
        per_km=weight.per_km * sum(_distance(day) for day in days),
        shift=weight.shift * SCALE * sum(day.person.cost.per_shift for day in days),
        overtime=weight.overtime * sum(_overtime(day) for day in days),
        lateness=weight.lateness * sum(_lateness(day) for day in days),
        max_lateness=weight.max_lateness * PER_SECOND * _longest_delay(facts),
        drop=weight.drop * SCALE * sum(visit.drop_cost or 0 for visit in left),
        preference=weight.preference * SCALE * _regret(facts),
        stability=weight.stability * SCALE * _changes(facts),
        fairness=weight.fairness * PER_SECOND * _above_share(facts),
        unserved=sum(visit.drop_cost is None for visit in left),
    )


def _travel(day: Day) -> int:
    seconds = sum(day.seconds(start, end) or 0 for start, end in day.legs())
    return seconds * day.person.cost.per_travel_minute * PER_SECOND


def _distance(day: Day) -> int:
    if not day.person.cost.per_km:
        return 0
    metres = sum(day.metres(start, end) or 0 for start, end in day.legs())
    return metres * day.person.cost.per_km * PER_METRE


def _overtime(day: Day) -> int:
    extra = max(0, day.over() - day.shift.end)
    return extra * day.shift.overtime.cost_per_minute * PER_SECOND


def _lateness(day: Day) -> int:
    total = 0
    for work in day.works:
        due = work.visit.due
        if due is not None and work.stop.start > due.at:
            total += (work.stop.start - due.at) * due.cost_per_minute * PER_SECOND
    return total


def _longest_delay(facts: Facts) -> int:
    """Seconds by which the latest of all planned visits starts too late."""
    delays = [
        work.stop.start - work.visit.due.at
        for _, work in facts.placed.values()
        if work.visit.due is not None
    ]
    return max([0, *delays])


def _above_share(facts: Facts) -> int:
    """Seconds of service and travel beyond each technician's fair share, together."""
    worked: dict[str, int] = {}
    for day in facts.days:
        drives = sum(day.seconds(start, end) or 0 for start, end in day.legs())
        service = sum(work.visit.duration for work in day.works)
        worked[day.person.id] = worked.get(day.person.id, 0) + drives + service
    people = facts.problem.technicians
    hours = {one.id: sum(x.end - x.start for x in one.shifts) for one in people}
    asked = sum(visit.duration for visit in facts.problem.visits)
    whole = sum(hours.values()) or 1
    return sum(max(0, n - asked * hours[one] // whole) for one, n in worked.items())


def _regret(facts: Facts) -> int:
    total = 0
    for day, work in facts.placed.values():
        wished = work.visit.technicians.preferred
        total += max(wished.values(), default=0) - wished.get(day.person.id, 0)
    return total


def _changes(facts: Facts) -> int:
    return sum(_changed(facts, visit) for visit in facts.problem.visits)


def _changed(facts: Facts, visit: Visit) -> bool:
    told = visit.published
    if told is None:
        return False
    if visit.id not in facts.placed:
        return True
    day, work = facts.placed[visit.id]
    if told.technician != day.person.id or told.shift not in (None, day.shift.id):
        return True
    return abs(work.stop.start - told.start) > STABLE_WITHIN
