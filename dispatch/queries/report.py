"""The service report of a visit, in one canonical form on device and server."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from dispatch.models import MovementKind, Photo, SignOff, Visit
from dispatch.queries import answers
from dispatch.queries.answer_words import said

VERSION = 3
# What a signature must go stale with; times and names are shown, not covered. Fields
# that later versions added do not age what was signed before them.
COVERED = {
    "answers": ("label", "value", "unit"),
    "parts": ("code", "name", "quantity", "serial"),
}


def report(visit: Visit) -> dict[str, Any]:
    """The service report as it stands now, canonical: the same on device and server."""
    site = visit.job.site
    # Only when there are any: what was signed before keeps its hash.
    photos, returns = _photos(visit), _returns(visit)
    return {
        "v": VERSION,
        "visit": str(visit.pk),
        "number": visit.job.number,
        "site": site.name,
        "address": site.address,
        "work": visit.job.title,
        "came": came(visit),
        "on_site": _iso(visit.actual_start),
        "until": _iso(visit.actual_end),
        **_record(visit),
        **({"returns": returns} if returns else {}),
        **({"photos": photos} if photos else {}),
    }


def came(visit: Visit) -> str:
    """Who was there, the crew included."""
    mates = visit.crew.visits.exclude(pk=visit.pk) if visit.crew else []
    people = [visit.technician, *(mate.technician for mate in mates)]
    return ", ".join(person.name for person in people if person)


def canonical(content: Any) -> str:
    """One spelling for one content: sorted keys, no spaces, whole numbers whole."""
    return json.dumps(
        _plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def digest(content: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def latest(visit: Visit) -> SignOff | None:
    """The newest signature, or None."""
    return visit.signoffs.order_by("-signed_at", "-created_at").first()


def is_stale(signoff: SignOff) -> bool:
    """Whether what the signature covers has changed since: it must be asked again."""
    now = _record(signoff.visit)
    return covered(for_customer(signoff.content, signoff.visit)) != covered(now)


def for_customer(content: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """The content without steps that stay with the office: older apps sent them too."""
    kept_back = {x.label for x in answers.items_of(visit) if not x.in_report}
    rows = content.get("answers") or []
    shown = [
        row
        for row in rows
        if isinstance(row, dict) and row.get("label") not in kept_back
    ]
    return {**content, "answers": shown}


def covered(content: dict[str, Any]) -> str:
    """The part of a report that a signature stands under, canonical."""
    return canonical(
        {
            name: [
                {key: row.get(key) for key in keys}
                for row in content.get(name) or []
                if isinstance(row, dict)
            ]
            for name, keys in COVERED.items()
        }
    )


def _record(visit: Visit) -> dict[str, Any]:
    return {"answers": _answers(visit), "parts": _parts(visit)}


def _answers(visit: Visit) -> list[dict[str, Any]]:
    values = answers.values_of(visit)
    zone = visit.job.site.time_zone
    titles = {row.key: row.title for row in answers.sections_of(visit)}
    return [
        {
            "section": titles.get(item.section) or group(item.is_safety),
            "label": item.label,
            "value": said(item.kind, values[item.key], zone=zone),
            "unit": item.unit,
            "lower": item.lower,
            "upper": item.upper,
        }
        for item in answers.items_of(visit)
        if item.key in values and item.in_report
    ]


def group(is_safety: bool) -> str:
    """The heading of a step that its list puts under none."""
    return "Safety" if is_safety else "Work"


def _parts(visit: Visit) -> list[dict[str, Any]]:
    kinds = [MovementKind.USE, MovementKind.UNDO]
    used: dict[tuple[str, str, str], int] = {}
    for row in visit.movements.filter(kind__in=kinds).select_related("part"):
        key = (row.part.code, row.serial, row.part.name)
        used[key] = used.get(key, 0) - row.quantity
    return [
        {"code": code, "name": name, "quantity": quantity, "serial": serial}
        for (code, serial, name), quantity in sorted(used.items())
        if quantity
    ]


def _returns(visit: Visit) -> list[dict[str, Any]]:
    """What was taken out and along; what goes back from the van is nobody's here."""
    rows = visit.return_orders.filter(from_stock=False).select_related("part")
    found = [
        {
            "code": row.part.code,
            "name": row.part.name,
            "quantity": row.quantity,
            "serial": row.serial,
            "reason": row.reason,
        }
        for row in rows
    ]
    return sorted(found, key=lambda row: (row["code"], row["serial"], row["reason"]))


def photos_of(visit: Visit) -> QuerySet[Photo]:
    """The photos that a customer may see; those of steps kept back are not."""
    kept_back = [x.key for x in answers.items_of(visit) if not x.in_report]
    taken = visit.photos.filter(removed_at=None).exclude(item__in=kept_back)
    return taken.order_by("taken_at", "id")


def _photos(visit: Visit) -> list[dict[str, Any]]:
    return [dict(row) for row in photos_of(visit).values("sha256", "caption", "label")]


def _iso(moment: datetime | None) -> str | None:
    # Whole seconds: the two languages write fractions differently.
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None


def _plain(value: Any) -> Any:
    # JavaScript has one number type: 2.0 and 2 must hash alike, and fractions go as
    # text because the two languages write exponents differently.
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        whole = value.is_integer()
        return int(value) if whole else format(Decimal(repr(value)), "f")
    return value
