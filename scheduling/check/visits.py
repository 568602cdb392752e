"""Rules about one visit and the technician it is given to."""

from __future__ import annotations

from scheduling.check.facts import Day, Facts, Findings, Work
from scheduling.check.report import Violation
from scheduling.problem import NeededSkill


def judge(facts: Facts, found: Findings) -> None:
    for day, work in facts.placed.values():
        for code, sentence in _broken(day, work):
            found.add(_violation(day, work, code, sentence), given=work.frozen)
        _frozen_kept(day, work, found)
    _frozen_dropped(facts, found)


def _violation(day: Day, work: Work, code: str, sentence: str) -> Violation:
    return Violation(code, sentence, (work.visit.id,), day.person.id, day.shift.id)


def _broken(day: Day, work: Work) -> list[tuple[str, str]]:
    visit, start = work.visit, work.stop.start
    broken: list[tuple[str, str]] = []
    if visit.windows and not any(low <= start <= high for low, high in visit.windows):
        broken.append(("window", "The start lies in none of the visit's windows."))
    for need in visit.skills:
        if not _holds(day, need, start):
            text = f"Lacks skill {need.name} at level {need.level} at that time."
            broken.append(("skill", text))
    broken += _persons(day, work)
    broken += _distance(day, work)
    lock = visit.lock
    if lock is not None and not lock.frozen:
        if lock.technician not in (None, day.person.id):
            broken.append(("lock_technician", "Is locked to another technician."))
        if lock.start not in (None, start):
            broken.append(("lock_start", "Is locked to another start."))
    return broken


def _holds(day: Day, need: NeededSkill, start: int) -> bool:
    return any(
        held.name == need.name
        and held.level >= need.level
        and (held.valid_from is None or held.valid_from <= start)
        and (held.valid_until is None or start <= held.valid_until)
        for held in day.person.skills
    )


def _persons(day: Day, work: Work) -> list[tuple[str, str]]:
    broken: list[tuple[str, str]] = []
    wishes, name = work.visit.technicians, day.person.id
    if wishes.required and name not in wishes.required:
        broken.append(("required", "Only certain technicians may do this visit."))
    if name in wishes.excluded:
        broken.append(("excluded", "Is excluded from this visit."))
    area, own = work.visit.territory, day.person.territories
    if area is not None and own and area not in own:
        broken.append(("territory", "Does not work in the visit's territory."))
    return broken


def _distance(day: Day, work: Work) -> list[tuple[str, str]]:
    limit = day.person.max_travel_from_home
    if limit is None:
        return []
    away = day.seconds(day.shift.start_at, work.visit.location)
    if away is None or away > limit:
        return [("travel_too_far", "Is farther from home than the technician goes.")]
    return []


def _frozen_kept(day: Day, work: Work, found: Findings) -> None:
    lock = work.visit.lock
    if lock is None or not lock.frozen:
        return
    if lock.technician != day.person.id or lock.start != work.stop.start:
        text = "The visit is frozen and was moved."
        found.add(_violation(day, work, "frozen_moved", text))


def _frozen_dropped(facts: Facts, found: Findings) -> None:
    for visit in facts.problem.visits:
        lock = visit.lock
        if lock is None or not lock.frozen or visit.id in facts.placed:
            continue
        person = facts.problem.technician_by_id[lock.technician or ""]
        text = "The visit is frozen and was dropped."
        violation = Violation("frozen_dropped", text, (visit.id,), person.id)
        # Without a shift there is no route that could hold the fact.
        found.add(violation, given=not person.shifts)
