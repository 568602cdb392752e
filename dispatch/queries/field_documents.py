"""Rows as the field app holds them: one plain, JSON-ready document each."""

from datetime import datetime, timedelta
from typing import Any

from dispatch.models import (
    ChecklistTemplate,
    MovementKind,
    Photo,
    ReviewCase,
    Shift,
    StockMovement,
    Technician,
    Visit,
)
from dispatch.queries import report
from dispatch.queries.answers import answers_of, lines_of, template_of

Document = dict[str, Any]
VISIT_PREFETCH = (
    "job__work_type__parts__part",
    "job__site__contacts",
    "notes__author",
    "photos__author",
    "answers__item",
    "answers__answered_by",
    "movements__part",
    "waits_for",
    "crew__visits__technician",
    "notices",
    # who else did something here
    "notes__author__technician",
    "movements__technician",
    "review_cases__technician",
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


def visit(row: Visit, *, reader: object) -> Document:
    """One visit with all that is done, read and signed on it."""
    job = row.job
    template = template_of(row)
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
        "checklist": _text(template.pk if template else None),
        **_times(row),
        "crew_mate": _crew_mate(row),
        "also": _also(row),
        "parts_needed": _needed(row),
        "answers": _answers(row, reader),
        "notes": _notes(row),
        "movements": [_movement(entry) for entry in _used(row)],
        "photos": [
            photo(taken) for taken in row.photos.all() if taken.removed_at is None
        ],
        "signoff": _signoff(row),
        "outcome_code": row.outcome_code,
        "notice": _notice(row),
    }


def checklist(template: ChecklistTemplate) -> Document:
    """A list of steps with everything a gate wants to know."""
    return {
        "id": str(template.pk),
        "name": template.name,
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "hint": section.hint,
                "opens_after": section.opens_after,
                "in_order": section.in_order,
                "waits_for_safety": section.waits_for_safety,
            }
            for section in template.sections.all()
        ],
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
                "section": item.section,
                "opens_after": item.opens_after,
                "wait_minutes": item.wait_minutes,
                "normal_lower": item.normal_lower,
                "normal_upper": item.normal_upper,
                "refers_to": item.refers_to,
                "only_if": item.only_if,
                "only_if_is": item.only_if_is,
                "needs_witness": item.needs_witness,
                "in_report": item.in_report,
            }
            for item in lines_of(template)
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


def case(row: ReviewCase) -> Document:
    """An act of this technician that the office looks at, and its answer."""
    return {
        # As the phone knows it, also when it is kept under another id.
        "command": str(row.payload.get("sent_id") or row.command_id),
        "kind": row.kind,
        "visit": _text(row.visit_id),
        "code": row.code,
        "reason": row.reason,
        # In one line for apps that do not know answer and reply yet.
        "decision": f"{row.answer}: {row.decision}".strip(": "),
        "answer": row.answer,
        "reply": row.decision,
        "decided_by": str(row.decided_by) if row.decided_by else "",
        "decided_at": _iso(row.decided_at),
    }


def photo(row: Photo) -> Document:
    """A picture of a visit; its bytes are fetched apart."""
    return {
        "id": str(row.pk),
        "by": str(row.author),
        "at": _iso(row.taken_at),
        "sha256": row.sha256,
        "caption": row.caption,
        "label": row.label,
        "item": row.item,
        "width": row.width,
        "height": row.height,
        "drawn_on": _text(row.drawn_on_id),
        "state": row.state,
    }


def upload(row: Photo) -> Document:
    """How far the bytes of one of this person's own photos have come."""
    return {"id": str(row.pk), "state": row.state, "reason": row.refusal}


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


def _also(row: Visit) -> Document | None:
    """Who else worked on this visit, and whether a step of theirs is with the office.

    It happens when a visit changed hands while a phone was offline.
    """
    waiting = [
        case.technician
        for case in row.review_cases.all()
        if case.decided_at is None and case.technician_id != row.technician_id
    ]
    people = [getattr(note.author, "technician", None) for note in row.notes.all()]
    people += [entry.technician for entry in _used(row)]
    others = {
        person.name
        for person in (*people, *waiting)
        if person is not None and person.pk != row.technician_id
    }
    if not others:
        return None
    return {"names": sorted(others), "with_office": bool(waiting)}


def _answers(row: Visit, reader: object) -> list[Document]:
    return [
        {
            "item": key,
            "value": answer.value,
            "by": str(answer.answered_by),
            "at": _iso(answer.answered_at),
            "command": _text(answer.command_id),
            "mine": answer.answered_by_id == reader,
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


def _needed(row: Visit) -> list[Document]:
    """What the kind of work wants, and what a return visit waited for."""
    sums: dict[str, int] = {}
    lines = [(x.part_id, x.quantity) for x in row.job.work_type.parts.all()]
    asked = [(x.part_id, x.quantity) for x in row.waits_for.all() if x.part_id]
    for part_id, quantity in lines + asked:
        sums[str(part_id)] = sums.get(str(part_id), 0) + quantity
    return [{"part": part, "quantity": count} for part, count in sums.items()]


def _used(row: Visit) -> list[StockMovement]:
    kinds = (MovementKind.USE, MovementKind.UNDO)
    return [entry for entry in row.movements.all() if entry.kind in kinds]


def _movement(entry: StockMovement) -> Document:
    return {
        "id": str(entry.command_id or entry.pk),
        "part": str(entry.part_id),
        "quantity": -entry.quantity,
        "serial": entry.serial,
        "lot": entry.lot,
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
