"""Electronic visit verification: six elements, as tapped and as corrected."""

from datetime import datetime, timedelta
from typing import Any

from dispatch.models import ENDED, TimeCorrection, Visit
from dispatch.queries.answers import answers_of

LONGEST = timedelta(hours=24)
# Beyond this the place of a tap says little about where it was.
VAGUE_METRES = 200


def record(visit: Visit) -> dict[str, Any]:
    """What, for whom, when, where, by whom, from when to when; and what is amiss."""
    job = visit.job
    corrected = visit.time_corrections.order_by("-created_at").first()
    return {
        "service": job.work_type.name,
        "service_code": job.work_type.code,
        "person": str(job.customer_id),
        "date": visit.actual_start and visit.actual_start.date(),
        "provider": str(visit.technician_id) if visit.technician_id else None,
        "begin": _call(visit.actual_start, visit.start_received_at, visit.start_place),
        "end": _call(visit.actual_end, visit.end_received_at, visit.end_place),
        "time_zone": job.site.time_zone,
        "corrected": _corrected(corrected),
        "confirmed_by": _confirmed(visit),
        "exceptions": _exceptions(visit, corrected),
    }


def _call(
    at: datetime | None, received: datetime | None, place: dict[str, float] | None
) -> dict[str, Any] | None:
    if at is None:
        return None
    where = place or {}
    return {
        "at": at,
        "received_at": received,
        "lat": where.get("lat"),
        "lon": where.get("lon"),
        "accuracy_m": where.get("accuracy"),
    }


def _corrected(row: TimeCorrection | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "begin": row.start,
        "end": row.end,
        "reason_code": row.reason_code,
        "resolution_code": row.resolution_code,
    }


def _confirmed(visit: Visit) -> str:
    for answer in answers_of(visit).values():
        if answer.item.kind == "signature":
            return str(answer.value["name"])
    signoff = visit.signoffs.order_by("-signed_at").first()
    return signoff.signed_by if signoff else ""


def _exceptions(visit: Visit, corrected: TimeCorrection | None) -> list[str]:
    found = []
    for name, at, place in (
        ("begin", visit.actual_start, visit.start_place),
        ("end", visit.actual_end, visit.end_place),
    ):
        if at is None:
            is_due = name == "begin" or visit.status in ENDED
            found += [f"{name}_missing"] if is_due else []
        elif not place:
            found.append(f"{name}_place_missing")
        elif place.get("accuracy", 0) > VAGUE_METRES:
            found.append(f"{name}_place_vague")
    start, end = visit.actual_start, visit.actual_end
    if start and end and end - start > LONGEST:
        found.append("longer_than_a_day")
    if corrected is not None:
        found.append("times_corrected")
    return found
