"""What happened, in the words of a history."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

# A sentence that begins with a capital names nobody; others follow a name.
WORDS = {
    "job.opened": "opened the job",
    "job.taken": "took the call",
    "job.changed": "changed the job",
    "job.merged": "merged this job into {number}",
    "job.absorbed": "merged {number} into this job",
    "request.received": "wrote down what was asked for",
    "customer.added": "added the customer",
    "customer.changed": "changed the customer",
    "site.added": "added the site",
    "site.changed": "changed the site",
    "asset.changed": "changed the asset",
    "contact.changed": "changed the contact",
    "technician.changed": "changed the person",
    "technician.absent": "wrote down an absence",
    "technician.absence_undone": "took an absence back",
    "admin.added": "added it in the records",
    "admin.changed": "changed it in the records",
    "admin.deleted": "deleted it in the records",
    "visit.held": "held a window",
    "visit.booked": "promised the window",
    "visit.placed": "placed the visit",
    "visit.planned": "placed the visit by plan",
    "visit.unscheduled": "put the visit back into the queue",
    "visit.undone": "took the last act back",
    "visit.pinned": "changed the pin",
    "visit.dispatched": "sent the visit",
    "visit.scheduled": "recalled the visit",
    "visit.overruns": "said that the visit runs over",
    "visit.overrun_undone": "took back that the visit runs over",
    "visit.acknowledged": "acknowledged the visit",
    "visit.en_route": "set off",
    "visit.on_site": "arrived",
    "visit.in_progress": "started work",
    "visit.paused": "paused",
    "visit.completed": "completed the visit",
    "visit.cannot_complete": "could not complete the visit",
    "visit.no_access": "got no access",
    "visit.cancelled": "cancelled the visit",
    "visit.noted": "wrote a note",
    "visit.answered": "answered the checklist",
    "visit.signed": "had the work signed off",
    "visit.times_corrected": "corrected the times",
    "visit.return_opened": "opened a return visit",
    "visit.seen": "saw the change",
    "visit.not_seen": "An urgent change was not seen in time",
    "visit.photographed": "took a photo",
    "visit.photo_removed": "removed a photo",
    "visit.photo_stored": "A photo arrived",
    "visit.photo_refused": "A photo could not be read",
    "feedback.given": "rated the visit",
    "feedback.low": "rated the visit low",
    "lock.forced_release": "took off somebody’s lock",
    "part.requested": "asked for a part",
    "promise.missed": "The promise was missed",
    "review.opened": "An act waits for the office",
    "review.settled": "decided about an act",
    "sla.missed": "A service level was missed",
    "recurring.added": "made it recurring work",
    "recurring.changed": "changed the recurring work",
    "recurring.made": "The next job was opened",
}
FIELDS = {
    "access_minutes": "minutes to get in",
    "access_needs": "needed to get in",
    "access_notes": "getting in",
    "location_path": "location",
    "preferred_channel": "reached by",
    "role_line": "role",
    "sla": "SLA",
    "warranty_end": "warranty until",
}


def sentence(kind: str, who: str, data: dict[str, Any]) -> str:
    """Who did what."""
    words = WORDS.get(kind, kind.replace(".", " ").replace("_", " "))
    if "{number}" in words:
        words = words.format(number=data.get("number", "another"))
    return words if words[0].isupper() else f"{who} {words}"


def details(data: dict[str, Any], *, zone: ZoneInfo) -> list[str]:
    """What stands behind it: fields before and after, the reason, the new time."""
    lines = [
        f"{_field(name).capitalize()}: {_said(before)} → {_said(after)}"
        for name, (before, after) in data.get("changed", {}).items()
    ]
    moved = _moved(data, zone)
    if moved:
        lines.append(moved)
    reason = data.get("reason") or data.get("override_reason")
    if reason:
        lines.append(f"Reason: {str(reason).replace('_', ' ')}")
    if data.get("text"):
        lines.append(str(data["text"]))
    return lines


def _moved(data: dict[str, Any], zone: ZoneInfo) -> str:
    before, after = data.get("before") or {}, data.get("after") or {}
    start = after.get("sched_start")
    if not start or start == before.get("sched_start"):
        return ""
    return (
        f"Planned for {datetime.fromisoformat(start).astimezone(zone):%a %d %b, %H:%M}"
    )


def _field(name: str) -> str:
    return FIELDS.get(name, name.replace("_", " "))


def _said(text: str) -> str:
    return f"“{text}”" if text else "nothing"
