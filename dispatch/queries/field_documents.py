"""Rows as the field app holds them: one plain, JSON-ready document each."""

from datetime import datetime, timedelta
from typing import Any

from dispatch.models import (
    ChecklistTemplate,
    MovementKind,
    Part,
    ReviewCase,
    Shift,
    StockItem,
    StockMovement,
    Technician,
    Visit,
)
from dispatch.queries import report
from dispatch.queries.answers import answers_of

Document = dict[str, Any]
VISIT_PREFETCH = (
    "job__work_type__parts__part",
    "job__site__contacts",
    "notes__author",
    "movements__part",
    "crew__visits__technician",
    "notices",
)


def me(technician: Technician) -> Document:
    """Who holds this device."""
    return {
        "technician": str(technician.pk),
        "name": technician.name,
        "initials": initials(technician.name),
        "role_line": technician.role_line,
        "service_line": technician.service_line,
        "territories": [place.name for place in technician.territories.all()],
    }


def visit(row: Visit) -> Document:
    """One visit with all that is done, read and signed on it."""
    job = row.job
    return {
        "id": str(row.pk),
        "number": job.number,
        "title": job.title,
        "description": job.description,
        "work_type": job.work_type.name,
        "service_line": job.service_line,
        "priority": job.priority,
        "status": row.status,
        "customer": job.customer.name,
        "site": _site(row),
        "contact": _contact(row),
        "asset": _asset(row),
        "checklist": _text(job.work_type.checklist_id),
        **_times(row),
        "crew_mate": _crew_mate(row),
        "parts_needed": [
            {"part": str(line.part_id), "quantity": line.quantity}
            for line in job.work_type.parts.all()
        ],
        "answers": _answers(row),
        "notes": _notes(row),
        "movements": [_movement(entry) for entry in _used(row)],
        "signoff": _signoff(row),
        "outcome_code": row.outcome_code,
        "notice": _notice(row),
    }


def checklist(template: ChecklistTemplate) -> Document:
    """A list of steps with everything a gate wants to know."""
    return {
        "id": str(template.pk),
        "name": template.name,
        "items": [
            {
                "key": item.key,
                "label": item.label,
                "hint": item.hint,
                "kind": item.kind,
                "options": item.options,
                "unit": item.unit,
                "lower": item.lower,
                "upper": item.upper,
                "gate": item.gate,
                "is_safety": item.is_safety,
            }
            for item in template.items.all()
        ],
    }


def shift(row: Shift) -> Document:
    """One stretch of work with its lunch."""
    return {
        "id": str(row.pk),
        "starts_at": _iso(row.starts_at),
        "ends_at": _iso(row.ends_at),
        "break_at": _iso(row.break_earliest),
        "break_minutes": row.break_minutes,
    }


def part(row: Part) -> Document:
    """One line of the catalogue."""
    return {
        "id": str(row.pk),
        "code": row.code,
        "name": row.name,
        "unit": row.unit,
        "has_serial": row.has_serial,
    }


def stock(row: StockItem) -> Document:
    """What the van holds of one part."""
    return {
        "part": str(row.part_id),
        "on_hand": row.on_hand,
        "minimum": row.minimum,
    }


def case(row: ReviewCase) -> Document:
    """An act of this technician that the office looks at, and its answer."""
    return {
        "command": str(row.command_id),
        "code": row.code,
        "reason": row.reason,
        "decision": row.decision,
        "decided_at": _iso(row.decided_at),
    }


def initials(name: str) -> str:
    """Two letters for a round picture."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _times(row: Visit) -> Document:
    start = row.sched_start
    leave = start - timedelta(seconds=row.travel_seconds) if start else None
    return {
        "sched_start": _iso(start),
        "sched_end": _iso(row.sched_end),
        "leave_by": _iso(leave),
        "promise": _span(row.promise_start, row.promise_end),
        "window": _span(row.window_start, row.window_end),
        "window_kind": row.window_kind,
        "onsite_due": _iso(row.job.onsite_due),
        "restore_due": _iso(row.job.restore_due),
        "en_route_at": _iso(row.en_route_at),
        "actual_start": _iso(row.actual_start),
        "actual_end": _iso(row.actual_end),
    }


def _site(row: Visit) -> Document:
    site = row.job.site
    return {
        "name": site.name,
        "address": site.address,
        "city": site.city,
        "lat": site.lat,
        "lon": site.lon,
        "time_zone": site.time_zone,
        "access_notes": site.access_notes,
        "access_needs": site.access_needs,
    }


def _contact(row: Visit) -> Document | None:
    found = row.job.contact or next(iter(row.job.site.contacts.all()), None)
    return {"name": found.name, "phone": found.phone} if found else None


def _asset(row: Visit) -> Document | None:
    asset = row.job.asset
    if asset is None:
        return None
    return {
        "name": asset.name,
        "serial": asset.serial,
        "model": asset.model,
        "location": asset.location_path,
    }


def _crew_mate(row: Visit) -> str:
    if row.crew is None:
        return ""
    mates = [other for other in row.crew.visits.all() if other.pk != row.pk]
    return ", ".join(str(mate.technician) for mate in mates if mate.technician)


def _answers(row: Visit) -> list[Document]:
    return [
        {
            "item": key,
            "value": answer.value,
            "by": str(answer.answered_by),
            "at": _iso(answer.answered_at),
            "command": _text(answer.command_id),
        }
        for key, answer in sorted(answers_of(row).items())
    ]


def _notes(row: Visit) -> list[Document]:
    return [
        {
            "id": str(note.command_id or note.pk),
            "body": note.body,
            "by": str(note.author),
            "at": _iso(note.written_at),
        }
        for note in row.notes.all()
    ]


def _used(row: Visit) -> list[StockMovement]:
    kinds = (MovementKind.USE, MovementKind.UNDO)
    return [entry for entry in row.movements.all() if entry.kind in kinds]


def _movement(entry: StockMovement) -> Document:
    return {
        "id": str(entry.command_id or entry.pk),
        "part": str(entry.part_id),
        "quantity": -entry.quantity,
        "serial": entry.serial,
        "at": _iso(entry.device_at or entry.created_at),
    }


def _signoff(row: Visit) -> Document | None:
    signoff = report.latest(row)
    if signoff is None:
        return None
    return {
        "signed_by": signoff.signed_by,
        "method": signoff.method,
        "at": _iso(signoff.signed_at),
        "hash": signoff.content_hash,
        "stale": report.is_stale(signoff),
    }


def _notice(row: Visit) -> Document | None:
    """What its technician must still see; their steps on a visit count as seen."""
    for notice in row.notices.all():
        if notice.seen_at is None and notice.technician_id == row.technician_id:
            return {
                "id": str(notice.pk),
                "kind": notice.kind,
                "urgent": notice.is_urgent,
                "before": notice.before,
                "at": _iso(notice.told_at),
            }
    return None


def _span(start: datetime | None, end: datetime | None) -> Document | None:
    return {"start": _iso(start), "end": _iso(end)} if start and end else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _text(value: object) -> str | None:
    return str(value) if value is not None else None
