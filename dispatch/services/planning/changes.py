"""What a plan would change: one row per visit, as a person reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.models import SOFT, Visit
from dispatch.queries import cards
from dispatch.services.planning import problem as reading
from dispatch.services.planning.sentences import Names, reason_row
from scheduling import Plan as EnginePlan

MOVED, ADDED, DROPPED = "moved", "added", "dropped"
NONE: frozenset[str] = frozenset()
Place = dict[str, Any]


def rows(
    found: reading.Reading, result: EnginePlan, *, hit: frozenset[str] = NONE
) -> list[dict[str, Any]]:
    """Every visit that may move and whose person or time differs, JSON-ready."""
    names = Names.of(found)
    reasons = {
        left.visit: [reason_row(reason, names) for reason in left.reasons]
        for left in result.unplaced
    }
    closed = [visit for visit in found.closed if str(visit.pk) in hit]
    reasons |= {str(visit.pk): [closed_row(visit)] for visit in closed}
    changed = []
    for visit in [*found.visits.values(), *closed]:
        key = str(visit.pk)
        if key not in hit and (visit.status not in SOFT or _is_fact(found, key)):
            continue
        row = _row(visit, _place_of(visit, names), _planned(result, key, names))
        if row:
            why = reasons.get(key, []) if row["after"] is None else []
            in_short = cards.summary(why)
            changed.append(
                {**row, "hit": key in hit, "reasons": why, "reason_summary": in_short}
            )
    return sorted(changed, key=lambda row: (row["kind"], row["site"]))


def in_vain(
    found: reading.Reading, result: EnginePlan, asked: list[str]
) -> list[dict[str, str]]:
    """Of the visits asked for those without a place, each with a sentence why."""
    names = Names.of(found)
    why = {
        left.visit: cards.summary([reason_row(x, names) for x in left.reasons])
        for left in result.unplaced
    }
    why |= {str(x.pk): closed_row(x)["sentence"] for x in found.closed}
    return [{"visit": key, "sentence": why[key]} for key in asked if key in why]


def _is_fact(found: reading.Reading, key: str) -> bool:
    """Facts stay, also where the engine has no shift to put them in."""
    visit = found.problem.visit_by_id.get(key)
    return visit is not None and visit.lock is not None and visit.lock.frozen


def closed_row(visit: Visit) -> dict[str, Any]:
    """The reason of a visit that no start on the day can serve."""
    return {
        "technician_id": None,
        "technician": None,
        "code": "closed_on_day",
        "sentence": f"{visit.job.site} cannot be visited on this day: its opening "
        "hours, window and promise leave no common time.",
    }


def _row(
    visit: Visit, before: Place | None, after: Place | None
) -> dict[str, Any] | None:
    if before == after:
        return None
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
        "kind": _kind(before, after),
        "before": before,
        "after": after,
        "minutes_shift": shift,
        "told": visit.status not in SOFT,
    }


def _kind(before: Place | None, after: Place | None) -> str:
    if before is None:
        return ADDED
    return DROPPED if after is None else MOVED


def _place_of(visit: Visit, names: Names) -> Place | None:
    if visit.technician_id is None or visit.sched_start is None:
        return None
    return _place(str(visit.technician_id), visit.sched_start, names)


def _planned(result: EnginePlan, key: str, names: Names) -> Place | None:
    if key not in result.stops:
        return None
    route, stop = result.stops[key]
    return _place(route.technician, datetime.fromtimestamp(stop.start, tz=UTC), names)


def _place(technician: str, start: datetime, names: Names) -> Place:
    name = names.technicians.get(technician, "")
    at = start.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"technician": technician, "technician_name": name, "start": at}
