"""How a plan that is accepted meets what people did since it was read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dispatch.models import SOFT, Plan, User, Visit, VisitStatus
from dispatch.services import law, visits
from dispatch.services.planning import changes, judging, live
from dispatch.services.planning import problem as reading
from dispatch.services.planning.hours import seconds
from scheduling import Assignment as Placement
from scheduling import Plan as EnginePlan

S = VisitStatus
Rows = dict[str, Visit]


@dataclass
class Outcome:
    """What was applied, and what stayed as people left it."""

    changes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)


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
    left_alone = settled_and_touched(plan)
    rows = free_rows(set(plan.read_versions) - {str(row.pk) for row in left_alone})
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
        if write(row, target.get(key), by=by, at=at, travel=_travel(result, key)):
            outcome.changes.append(applied(plan, row))
    return outcome


def settled_and_touched(plan: Plan) -> list[Visit]:
    """Lock the plan's visits, then say which of them somebody changed."""
    # Locked before they are looked at: an edit under way is finished first, and seen.
    visits.lock_all(plan.read_versions)
    return touched(plan)


def free_rows(ids: Iterable[str], *, statuses: Collection[VisitStatus] = SOFT) -> Rows:
    """The rows among `ids` that may be written, by id."""
    found = Visit.objects.select_related("job__site__territory", "technician")
    found = found.filter(pk__in=ids, status__in=statuses, hold_expires_at=None)
    return {str(row.pk): row for row in found.order_by("pk")}


def _withdraw_conflicts(
    plan: Plan, target: dict[str, Placement], rows: Rows
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
    broken = judging.broken(found, placed)
    if judging.broken(found, {**placed, **target}) <= broken:
        return {}
    for unit in _units(target, rows):
        for wish in (target, old):
            trial = {**placed, **{key: wish[key] for key in unit if key in wish}}
            now = judging.broken(found, trial)
            if now <= broken:
                placed = trial
                break
            stuck.update({key: stuck_row(rows[key]) for key in unit})
    target.clear()
    target.update({key: placed[key] for key in rows if key in placed})
    return stuck


def _people(rows: Iterable[Visit]) -> list[object]:
    return [row.technician_id for row in rows]


def _units(target: dict[str, Placement], rows: Rows) -> list[list[str]]:
    """Visits in order of their start; the visits of one crew stand together."""
    units: dict[object, list[str]] = {}
    for key in sorted(target, key=lambda key: target[key].start):
        units.setdefault(rows[key].crew_id or key, []).append(key)
    return list(units.values())


def write(
    row: Visit,
    place: Placement | None,
    *,
    by: User | None,
    at: datetime,
    travel: int = 0,
    reasons: list[dict[str, Any]] | None = None,
) -> bool:
    """Give one row its place, or none; False when it is there already."""
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
    row.travel_seconds = travel
    if place or reasons is not None:
        row.unplaced_reasons = [] if place else reasons
    visits.store(row)
    visits.noted(row, "visit.planned", by=by, at=at, before=before)
    return True


def _travel(result: EnginePlan, key: str) -> int:
    return result.stops[key][1].travel if key in result.stops else 0


def applied(plan: Plan, row: Visit) -> dict[str, Any]:
    """The change as the draft showed it."""
    known: dict[str, dict[str, Any]] = {row["visit"]: row for row in plan.changes}
    return known.get(str(row.pk), {"visit": str(row.pk), "kind": changes.MOVED})


def stuck_row(row: Visit) -> dict[str, Any]:
    """A visit that could not go where the draft had it."""
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
