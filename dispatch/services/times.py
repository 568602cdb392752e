"""Corrected times of a visit: both values stay, and each change says why."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from dispatch.errors import InvalidInput, TimesDiffer
from dispatch.models import TimeCorrection, User, Visit
from dispatch.services import events

LONGEST = timedelta(hours=24)
REASONS = {
    "forgot_start": "The start was tapped too late",
    "forgot_end": "The end was tapped too late",
    "no_phone": "The phone was off, empty or not there",
    "wrong_visit": "Tapped on another visit",
    "clock_wrong": "The phone's clock was wrong",
}
RESOLUTIONS = {
    "person_confirms": "The person who was visited confirms it",
    "written_record": "It stands in the care record on site",
    "supervisor_saw": "A supervisor was there or called",
    "own_word": "Nothing but the technician's word",
}


@transaction.atomic
def correct(
    visit: Visit,
    *,
    start: datetime,
    end: datetime,
    reason_code: str,
    resolution_code: str,
    note: str,
    by: User,
    at: datetime,
    command_id: uuid.UUID,
    decided: bool = False,
) -> TimeCorrection:
    """Keep other times beside the tapped ones, once the office has `decided`.

    Raises InvalidInput, and TimesDiffer until then.
    """
    known = TimeCorrection.objects.filter(command_id=command_id).first()
    if known is not None:
        return known
    _check(start, end, reason_code, resolution_code, at=at)
    if not decided:
        raise TimesDiffer(
            f"{by} says {start:%d %b %H:%M}–{end:%H:%M} UTC: "
            f"{REASONS[reason_code].lower()}. {RESOLUTIONS[resolution_code]}."
        )
    kept = TimeCorrection.objects.create(
        visit=visit,
        start=start,
        end=end,
        reason_code=reason_code,
        resolution_code=resolution_code,
        note=note[:1000],
        asked_by=by,
        asked_at=at,
        command_id=command_id,
    )
    events.record(
        "visit.times_corrected",
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
        data={
            "start": start.isoformat(),
            "end": end.isoformat(),
            "tapped_start": visit.actual_start and visit.actual_start.isoformat(),
            "tapped_end": visit.actual_end and visit.actual_end.isoformat(),
            "reason": reason_code,
            "resolution": resolution_code,
        },
    )
    return kept


def _check(
    start: datetime, end: datetime, reason: str, resolution: str, *, at: datetime
) -> None:
    if reason not in REASONS:
        raise InvalidInput("Choose why the times were wrong.", field="reason")
    if resolution not in RESOLUTIONS:
        raise InvalidInput("Choose what shows the right times.", field="resolution")
    if end <= start:
        raise InvalidInput("The end must be after the start.", field="end")
    if end - start > LONGEST:
        raise InvalidInput("A visit cannot last longer than 24 hours.", field="end")
    if end > at + timedelta(minutes=5):
        raise InvalidInput("Times that are still to come cannot be noted.", field="end")
