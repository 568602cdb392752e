"""Visit cards: the one shape in which board, panel and API show a visit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from dispatch.models import (
    ENDED,
    PLACED,
    StockItem,
    Visit,
    VisitStatus,
    WorkTypePart,
)

JEOPARDY = (90, 75, 50)
PLURAL = {"lacks": "lack", "is": "are", "does": "do", "needs": "need", "has": "have"}


def with_card_rows(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Fetch everything that a card reads, in a fixed number of queries."""
    mates = Visit.objects.filter(crew__isnull=False).select_related("technician")
    parts = WorkTypePart.objects.select_related("part")
    return visits.select_related(
        "job__site__territory", "job__customer", "job__work_type", "technician", "crew"
    ).prefetch_related(
        "waits_for",
        Prefetch("crew__visits", queryset=mates),
        Prefetch("job__work_type__parts", queryset=parts),
    )


@dataclass(frozen=True)
class Vans:
    """What every van holds: (technician, part) to quantity."""

    on_hand: dict[tuple[object, object], int]

    @classmethod
    def read(cls) -> "Vans":
        """All van stock in one query."""
        vans = StockItem.objects.exclude(technician=None)
        rows = vans.values_list("technician_id", "part_id", "on_hand")
        return cls({(who, part): count for who, part, count in rows})

    def covers(self, visit: Visit) -> bool:
        """Whether the assigned van holds the parts of the work, and none is awaited."""
        if visit.status in ENDED:
            return True
        if any(row.is_waiting for row in visit.waits_for.all()):
            return False
        if visit.technician_id is None:
            return True
        return all(
            self.on_hand.get((visit.technician_id, line.part_id), 0) >= line.quantity
            for line in visit.job.work_type.parts.all()
        )


def card(visit: Visit, *, at: datetime, vans: Vans) -> dict[str, Any]:
    """One visit as JSON; fetch it with `with_card_rows` first."""
    job, site = visit.job, visit.job.site
    return {
        "id": visit.pk,
        "version": visit.version,
        "job_id": job.pk,
        "number": job.number,
        "title": job.title,
        "work_type": job.work_type.name,
        "service_line": job.work_type.service_line,
        "customer": job.customer.name,
        "site": {
            "id": site.pk,
            "name": site.name,
            "address": site.address,
            "lat": site.lat,
            "lon": site.lon,
        },
        "status": visit.status,
        "technician_id": visit.technician_id,
        "start": visit.sched_start,
        "end": visit.sched_end,
        "duration_minutes": visit.total_minutes,
        "travel_seconds": visit.travel_seconds,
        "promise": span(visit.promise_start, visit.promise_end),
        "window": _window(visit),
        "onsite_due": job.onsite_due,
        "restore_due": job.restore_due,
        "priority": job.priority,
        "pin": visit.pin,
        "pin_reason": visit.pin_reason,
        "crew_id": visit.crew_id,
        "crew_mate": _mate(visit),
        "hold_expires_at": visit.hold_expires_at,
        "is_late": visit.is_late(at) or sla_missed(visit, at),
        "jeopardy": jeopardy(visit, at),
        "en_route_at": visit.en_route_at,
        "actual_start": visit.actual_start,
        "actual_end": visit.actual_end,
        "forecast_end": visit.forecast_end if visit.minutes_over else None,
        "override_reason": visit.override_reason,
        "reasons": visit.unplaced_reasons,
        "reason_summary": summary(visit.unplaced_reasons),
        "parts_ready": vans.covers(visit),
        "parts": [
            {"code": line.part.code, "name": line.part.name, "quantity": line.quantity}
            for line in job.work_type.parts.all()
        ],
    }


def next_due(visit: Visit) -> datetime | None:
    """The SLA milestone that runs now: on site, then restore."""
    if visit.actual_start is None and visit.job.onsite_due:
        return visit.job.onsite_due
    return visit.job.restore_due


def sla_missed(visit: Visit, at: datetime) -> bool:
    """Whether the running milestone has passed."""
    due = next_due(visit)
    return due is not None and visit.status not in ENDED and at > due


def jeopardy(visit: Visit, at: datetime) -> int | None:
    """How much of the time to the running milestone is used: 50, 75 or 90 %.

    A visit that is placed in time is not in jeopardy, however late the hour.
    """
    due = next_due(visit)
    if due is None or visit.status in ENDED or at > due:
        return None
    if visit.status in PLACED and visit.sched_start and visit.sched_start <= due:
        return None
    used = (at - visit.job.created_at) / (due - visit.job.created_at) * 100
    return next((mark for mark in JEOPARDY if used >= mark), None)


def summary(rows: list[dict[str, Any]]) -> str:
    """One sentence over all reasons: how many were checked, and what stopped them."""
    people = [row for row in rows if row.get("technician_id")]
    if not people:
        return str(rows[0]["sentence"]) if rows else ""
    first: dict[str, str] = {}
    for row in people:
        words = str(row["sentence"]).rstrip(".")
        first.setdefault(row["technician_id"], words[:1].lower() + words[1:])
    counts: dict[str, int] = {}
    for words in first.values():
        counts[words] = counts.get(words, 0) + 1
    top = sorted(counts.items(), key=lambda item: -item[1])[:3]
    parts = [f"{count} {_said_of(count, words)}" for words, count in top]
    return f"{len(first)} checked: {', '.join(parts)}."


def _said_of(count: int, words: str) -> str:
    """Reasons are sentences about one person; of several the verb is plural."""
    verb, rest = words.partition(" ")[::2]
    return f"{PLURAL.get(verb, verb)} {rest}" if count > 1 else words


def span(start: datetime | None, end: datetime | None) -> dict[str, datetime] | None:
    """A pair of times, or nothing."""
    return {"start": start, "end": end} if start and end else None


def _window(visit: Visit) -> dict[str, Any] | None:
    found = span(visit.window_start, visit.window_end)
    return {**found, "kind": visit.window_kind} if found else None


def _mate(visit: Visit) -> str | None:
    if visit.crew is None:
        return None
    mates = [row for row in visit.crew.visits.all() if row.pk != visit.pk]
    if not mates:
        return None
    mate = mates[0].technician
    return mate.name if mate else "nobody yet"


OPEN = frozenset(VisitStatus.values) - ENDED
