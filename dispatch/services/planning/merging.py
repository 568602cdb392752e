"""What a plan would change, and how it meets what people did meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from dispatch.models import ENDED, SOFT, Plan, User, Visit, VisitStatus
from dispatch.services import law, visits
from dispatch.services.planning import live
from dispatch.services.planning import problem as reading
from dispatch.services.planning.hours import seconds
from dispatch.services.planning.sentences import Names
from scheduling import Assignment as Placement
from scheduling import Plan as EnginePlan
from scheduling import assemble as lay_out
from scheduling import check

S = VisitStatus
MOVED, ADDED, DROPPED = "moved", "added", "dropped"


@dataclass
class Outcome:
    """What was applied, and what stayed as people left it."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)


def changes(found: reading.Reading, result: EnginePlan) -> list[dict[str, Any]]:
    """Every soft visit whose person or time differs, JSON-ready."""
    names = Names.of(found)
    rows = []
    for key, visit in found.visits.items():
        if visit.status not in SOFT:
            continue
        before = _place_of(visit, names)
        after = _planned(result, key, names)
        kind = _kind(before, after)
        if kind:
            rows.append(_row(visit, kind, before, after))
    return sorted(rows, key=lambda row: (row["kind"], row["site"]))


def touched(plan: Plan) -> list[Visit]:
    """Visits that somebody changed since the plan was read."""
    ids = list(plan.read_versions)
    rows = Visit.objects.filter(pk__in=ids).select_related("job__site", "technician")
    return [row for row in rows if row.version != plan.read_versions[str(row.pk)]]


def kept_rows(rows: list[Visit]) -> list[dict[str, Any]]:
    """What is listed as kept, with a sentence each."""
    return [
        {
            "visit": str(row.pk),
            "number": row.job.number,
            "site": row.job.site.name,
            "sentence": f"Changed since the run began; stays {_words(row)}.",
        }
        for row in rows
    ]


def apply(plan: Plan, *, by: User | None, at: datetime) -> Outcome:
    """Write the draft's placements to the rows that nobody touched meanwhile."""
    assert plan.result is not None
    result = EnginePlan.from_json(plan.result)
    # Locked before they are looked at: an edit under way is finished first, and seen.
    visits.lock_all(plan.read_versions)
    left_alone = touched(plan)
    untouched_ids = set(plan.read_versions) - {str(row.pk) for row in left_alone}
    rows = {
        str(row.pk): row
        for row in Visit.objects.select_related("job__site__territory", "technician")
        .filter(pk__in=untouched_ids, status__in=SOFT, hold_expires_at=None)
        .order_by("pk")
    }
    target = {
        key: Placement(result.stops[key][0].technician, result.stops[key][1].start)
        for key in rows
        if key in result.stops
    }
    outcome = Outcome(kept=kept_rows(left_alone))
    outcome.kept += _withdraw_conflicts(plan, target, rows).values()
    law.hold_people(
        [*(place.technician for place in target.values()), *_people(rows.values())]
    )
    for key, row in rows.items():
        if _write(row, target.get(key), result, by=by, at=at):
            outcome.changes.append(_applied(plan, row))
    return outcome


def _withdraw_conflicts(
    plan: Plan, target: dict[str, Placement], rows: dict[str, Visit]
) -> dict[str, dict[str, Any]]:
    """Keep of `target` only what holds beside what happened since the run began.

    What the plan has no row of counts too: new visits, holds, absences. Each visit
    (each crew as one) that does not fit goes back to where it was if that still
    holds, else to the queue; both are returned, to be listed.
    """
    found = reading.read(plan.territory, days=[plan.day], free=frozenset(rows))
    placed = live.placements(found, without=rows)
    old = {
        key: Placement(str(row.technician_id), seconds(row.sched_start))
        for key, row in rows.items()
        if row.technician_id and row.sched_start
    }
    stuck: dict[str, dict[str, Any]] = {}
    broken = _broken(found, placed)
    if _broken(found, {**placed, **target}) <= broken:
        return {}
    for unit in _units(target, rows):
        for wish in (target, old):
            trial = {**placed, **{key: wish[key] for key in unit if key in wish}}
            now = _broken(found, trial)
            if now <= broken:
                placed = trial
                break
            stuck.update({key: _stuck_row(rows[key]) for key in unit})
    target.clear()
    target.update({key: placed[key] for key in rows if key in placed})
    return stuck


def _people(rows: Iterable[Visit]) -> list[object]:
    return [row.technician_id for row in rows]


def _units(target: dict[str, Placement], rows: dict[str, Visit]) -> list[list[str]]:
    """Visits in order of their start; the visits of one crew stand together."""
    units: dict[object, list[str]] = {}
    for key in sorted(target, key=lambda key: target[key].start):
        units.setdefault(rows[key].crew_id or key, []).append(key)
    return list(units.values())


def _broken(
    found: reading.Reading, placed: dict[str, Placement]
) -> set[tuple[Any, ...]]:
    """Which rules are broken where, and who would be in two places."""
    inside = {key: place for key, place in placed.items() if key in found.visits}
    plan = lay_out(found.problem, inside)
    rules = {live.identity(x) for x in check(found.problem, plan).violations}
    # Nobody works then any more: the engine found no shift to put it in.
    homeless = {("homeless", x.visit) for x in plan.unplaced if x.visit in inside}
    # A visit that breaks a rule already would hide that another one runs into it.
    return rules | homeless | _twice(found, inside)


def _twice(
    found: reading.Reading, placed: dict[str, Placement]
) -> set[tuple[Any, ...]]:
    """Neighbours of one person that overlap."""
    days: dict[str, list[tuple[int, int, str]]] = {}
    for key, place in placed.items():
        visit = found.visits[key]
        if visit.status not in ENDED:
            end = place.start + round(visit.length.total_seconds())
            days.setdefault(place.technician, []).append((place.start, end, key))
    return {
        ("twice", one, other)
        for day in days.values()
        for (_, end, one), (start, _, other) in pairwise(sorted(day))
        if start < end
    }


def _write(
    row: Visit,
    place: Placement | None,
    result: EnginePlan,
    *,
    by: User | None,
    at: datetime,
) -> bool:
    start = datetime.fromtimestamp(place.start, tz=UTC) if place else None
    who = place.technician if place else None
    now = (str(row.technician_id) if row.technician_id else None, row.sched_start)
    if now == (who, start):
        return False
    before = visits.facts(row)
    row.technician_id = who
    row.sched_start = start
    row.sched_end = start + row.length if start else None
    row.status = S.SCHEDULED if start else S.UNSCHEDULED
    row.travel_seconds = _travel(result, str(row.pk)) if start else 0
    visits.store(row)
    visits.noted(row, "visit.planned", by=by, at=at, before=before)
    return True


def _travel(result: EnginePlan, key: str) -> int:
    return result.stops[key][1].travel if key in result.stops else 0


def _applied(plan: Plan, row: Visit) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {row["visit"]: row for row in plan.changes}
    return known.get(str(row.pk), {"visit": str(row.pk), "kind": MOVED})


def _kind(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str | None:
    if before == after:
        return None
    if before is None:
        return ADDED
    return DROPPED if after is None else MOVED


def _place_of(visit: Visit, names: Names) -> dict[str, Any] | None:
    if visit.technician_id is None or visit.sched_start is None:
        return None
    return _place(str(visit.technician_id), visit.sched_start, names)


def _planned(result: EnginePlan, key: str, names: Names) -> dict[str, Any] | None:
    if key not in result.stops:
        return None
    route, stop = result.stops[key]
    return _place(route.technician, datetime.fromtimestamp(stop.start, tz=UTC), names)


def _place(technician: str, start: datetime, names: Names) -> dict[str, Any]:
    name = names.technicians.get(technician, "")
    at = start.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"technician": technician, "technician_name": name, "start": at}


def _row(
    visit: Visit,
    kind: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> dict[str, Any]:
    shift: int | None = None
    if before and after:
        gap = datetime.fromisoformat(after["start"]) - datetime.fromisoformat(
            before["start"]
        )
        shift = round(gap / timedelta(minutes=1))
    return {
        "visit": str(visit.pk),
        "number": visit.job.number,
        "site": visit.job.site.name,
        "kind": kind,
        "before": before,
        "after": after,
        "minutes_shift": shift,
    }


def _stuck_row(row: Visit) -> dict[str, Any]:
    return {
        "visit": str(row.pk),
        "number": row.job.number,
        "site": row.job.site.name,
        "sentence": "Not moved: it would collide with a change made meanwhile.",
    }


def _words(row: Visit) -> str:
    if row.technician is None or row.sched_start is None:
        return row.get_status_display().lower()
    zone = live.zone(row.job.site.territory)
    return f"with {row.technician} at {row.sched_start.astimezone(zone):%H:%M}"
