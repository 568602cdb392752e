"""Rules about one route: the way, the shift, the breaks, two places at once."""

from __future__ import annotations

from itertools import pairwise

from scheduling.check.facts import Day, Facts, Findings
from scheduling.check.report import Violation
from scheduling.plan import Rest
from scheduling.problem import Break


def judge(facts: Facts, found: Findings) -> None:
    for day in facts.days:
        _travel(day, found)
        _shift_end(day, found)
        _rests_in_place(day, found)
        _rests_owed(day, found)
        _figures(day, found)
    _one_place(facts, found)


def _violation(day: Day, code: str, sentence: str, *visits: str) -> Violation:
    return Violation(code, sentence, visits, day.person.id, day.shift.id)


def _travel(day: Day, found: Findings) -> None:
    free, here, since_fact = day.shift.start, day.shift.start_at, True
    for work in day.works:
        leg = day.seconds(here, work.visit.location)
        given = work.frozen and since_fact
        if leg is None:
            text = "There is no way to this visit."
            found.add(_violation(day, "unreachable", text, work.visit.id), given=given)
        elif work.stop.arrive < free + leg:
            text = "The technician cannot be there so early."
            item = _violation(day, "travel", text, work.visit.id)
            found.add(item, given=given)
        free, here, since_fact = work.stop.end, work.visit.location, work.frozen


def _shift_end(day: Day, found: Findings) -> None:
    last = day.works[-1]
    home = day.shift.end_at
    if home is not None and day.seconds(last.visit.location, home) is None:
        text = "There is no way back from the last visit."
        item = _violation(day, "unreachable", text, last.visit.id)
        found.add(item, given=last.frozen)
    if day.over() > day.shift.end + day.shift.overtime.max:
        text = "The route ends later than shift and overtime allow."
        item = _violation(day, "shift_end", text, last.visit.id)
        found.add(item, given=last.frozen)


def _rests_in_place(day: Day, found: Findings) -> None:
    rests = sorted(day.route.breaks, key=lambda rest: rest.start)
    for early, late in pairwise(rests):
        if late.start < early.end:
            found.add(_violation(day, "break_place", "Two breaks overlap."))
    for rest in rests:
        if rest.end < rest.start or not _stands_still(day, rest):
            text = "The break lies in a drive, in a visit or outside the shift."
            found.add(_violation(day, "break_place", text))


def _stands_still(day: Day, rest: Rest) -> bool:
    """Is the technician neither driving nor working during the whole break?"""
    free, here = day.shift.start, day.shift.start_at
    for work in day.works:
        leg = day.seconds(here, work.visit.location) or 0
        if free <= rest.start and rest.end + leg <= work.stop.arrive:
            return True
        if work.stop.arrive <= rest.start and rest.end <= work.stop.start:
            return True
        free, here = work.stop.end, work.visit.location
    return rest.start >= free and day.shift.end_at is not None


def _rests_owed(day: Day, found: Findings) -> None:
    taken = sorted(day.route.breaks, key=lambda rest: rest.start)
    over = day.over()
    for owed in sorted(day.shift.breaks, key=_by_latest):
        if day.shift.start > owed.latest or over <= owed.latest:
            continue
        fits = [rest for rest in taken if _counts(rest, owed)]
        if fits:
            taken.remove(fits[0])
            continue
        text = "A break is owed and not planned within its times."
        given = all(work.frozen for work in day.works) or _facts_forbid(day, owed)
        found.add(_violation(day, "break_missing", text), given=given)


def _by_latest(owed: Break) -> tuple[int, int]:
    """What has to begin first is given the first rest that suits it."""
    return (owed.latest, owed.earliest)


def _counts(rest: Rest, owed: Break) -> bool:
    in_time = owed.earliest <= rest.start <= owed.latest
    return in_time and rest.end - rest.start >= owed.duration


def _facts_forbid(day: Day, owed: Break) -> bool:
    """Do the frozen visits alone leave no room for the break?"""
    facts = [work for work in day.works if work.frozen]
    if not facts:
        return False
    free, here = day.shift.start, day.shift.start_at
    for work in facts:
        leg = day.seconds(here, work.visit.location) or 0
        for since, way in ((free, leg), (free + leg, 0)):
            begin = max(since, owed.earliest)
            room = begin + owed.duration + way <= work.stop.start
            if begin <= owed.latest and room:
                return False
        free, here = work.stop.end, work.visit.location
    return free > owed.latest


def _figures(day: Day, found: Findings) -> None:
    legs = [day.seconds(start, end) or 0 for start, end in day.legs()]
    written = [work.stop.travel for work in day.works]
    wrong = any(a not in (0, b) for a, b in zip(written, legs, strict=False))
    if wrong or day.route.travel_seconds not in (0, sum(legs)):
        text = "The written travel times are not those of the matrix."
        found.add(_violation(day, "figures", text))


def _one_place(facts: Facts, found: Findings) -> None:
    """A late end of one shift must not reach into the drive of the next."""
    people: dict[str, list[Day]] = {}
    for day in facts.days:
        people.setdefault(day.person.id, []).append(day)
    for days in people.values():
        days.sort(key=lambda day: day.shift.start)
        for early, late in pairwise(days):
            first = late.works[0]
            leg = late.seconds(late.shift.start_at, first.visit.location) or 0
            if early.over() > first.stop.arrive - leg:
                text = "The technician would be in two routes at once."
                item = _violation(late, "double_booked", text, first.visit.id)
                found.add(item, given=first.frozen and early.works[-1].frozen)
