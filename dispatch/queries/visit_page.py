"""One visit with everything that its panel shows."""

from datetime import datetime
from typing import Any

from geopy.distance import great_circle

from dispatch.models import Event, Visit, VisitStatus
from dispatch.queries import access, cards, report, report_document
from dispatch.queries.answers import template_of

# As on the phone: nearer than this is at the site.
NEAR_METRES = 500


def visit(caller: access.Caller, *, visit_id: object, at: datetime) -> dict[str, Any]:
    """The card, and what stands behind it; NotFound for a foreign id."""
    rows = cards.with_card_rows(access.visits_for(caller))
    row = access.get(rows.select_related("job__contact", "job__asset"), str(visit_id))
    job = row.job
    return {
        **cards.card(row, at=at, vans=cards.Vans.read()),
        "contact": _contact(row),
        "asset": job.asset.name if job.asset else None,
        "description": job.description,
        "access_notes": job.site.access_notes,
        "opening_hours_text": "; ".join(str(x) for x in job.site.opening_hours.all()),
        "checklist": _checklist(row),
        "notes": [
            {"body": x.body, "author": str(x.author), "written_at": x.written_at}
            for x in row.notes.select_related("author")
        ],
        "photos": _photos(row),
        "history": _history(row),
        "signoff": _signoff(row),
        "report": _report(row),
        "arrival_place": _arrival_place(row),
        "notice": _notice(row),
        "feedback": _feedback(row),
        "outcome": {"code": row.outcome_code, "note": row.outcome_note},
    }


def _contact(row: Visit) -> dict[str, str] | None:
    contact = row.job.contact
    if contact is None:
        return None
    return {"name": contact.name, "phone": contact.phone, "email": contact.email}


def _checklist(row: Visit) -> dict[str, Any] | None:
    template = template_of(row)
    if template is None:
        return None
    answered = row.answers.values("item").distinct().count()
    total = template.items.count()
    return {"name": template.name, "answered": answered, "total": total}


def _history(row: Visit) -> list[dict[str, Any]]:
    events = Event.objects.filter(subject_id=row.pk).order_by("-id")[:100]
    return [
        {
            "id": event.pk,
            "at": event.at,
            "received_at": event.received_at,
            "kind": event.kind,
            "who": event.actor_label,
            "reason": event.data.get("reason") or event.data.get("override_reason"),
        }
        for event in events
    ]


def _photos(row: Visit) -> list[dict[str, Any]]:
    taken = row.photos.filter(removed_at=None).select_related("author")
    return [
        {
            "id": photo.pk,
            "state": photo.state,
            "caption": photo.caption,
            "label": photo.label,
            "author": str(photo.author),
            "taken_at": photo.taken_at,
            "width": photo.width,
            "height": photo.height,
            "refusal": photo.refusal,
        }
        for photo in taken
    ]


def _signoff(row: Visit) -> dict[str, Any] | None:
    found = row.signoffs.order_by("-signed_at").first()
    if found is None:
        return None
    return {
        "signed_by": found.signed_by,
        "signed_at": found.signed_at,
        "hash": found.content_hash,
        "is_stale": report.is_stale(found),
    }


def _arrival_place(row: Visit) -> dict[str, Any] | None:
    """How far from the address they said that they had arrived."""
    place, site = row.start_place, row.job.site
    if not place:
        return None
    tapped = (place["lat"], place["lon"])
    metres = float(great_circle(tapped, (site.lat, site.lon)).m)
    accuracy = place.get("accuracy", 0)
    return {
        "metres": round(metres),
        "accuracy": round(accuracy),
        "is_far": metres > NEAR_METRES + accuracy,
    }


def _notice(row: Visit) -> dict[str, Any] | None:
    """Whether the technician has seen the last change that they must see."""
    found = row.notices.select_related("technician").order_by("-told_at").first()
    if found is None:
        return None
    return {
        "kind": found.kind,
        "is_urgent": found.is_urgent,
        "technician": found.technician.name,
        "told_at": found.told_at,
        "seen_at": found.seen_at,
        "fallback_at": found.fallback_at,
        "fallback_by": found.fallback_by,
    }


def _report(row: Visit) -> str:
    if row.status != VisitStatus.COMPLETED and not row.signoffs.exists():
        return ""
    return report_document.state(row)


def _feedback(row: Visit) -> dict[str, Any] | None:
    found = getattr(row, "feedback", None)
    if found is None:
        return None
    return {"score": found.score, "reason": found.reason, "comment": found.comment}
