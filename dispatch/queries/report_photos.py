"""The photos of a printed report: what was signed, what came later, and what waits."""

from collections import defaultdict
from typing import Any

from dispatch.models import Photo, PhotoLabel, PhotoState, SignOff, Visit
from dispatch.queries import answers, report, wording

Document = dict[str, Any]
WAITING = {
    PhotoState.PENDING: "Still on the technician’s phone. It follows by itself.",
    PhotoState.RECEIVED: "Received and being checked. It follows by itself.",
    PhotoState.LOST: "The picture was lost with the phone.",
    PhotoState.REFUSED: "This picture could not be read.",
}
MARKS = frozenset({PhotoLabel.BEFORE, PhotoLabel.AFTER})
REMOVED = "Taken out of the record after it was signed."
UNKNOWN = "Not received. Ask us about it."


def shown(visit: Visit, signoff: SignOff | None) -> dict[str, list[Document]]:
    """Those that the signature stands under, and apart those added since."""
    words = {item.key: item.label for item in answers.items_of(visit)}
    zone = visit.job.site.time_zone
    current = list(report.photos_of(visit))
    if signoff is None:
        return {"photos": [_row(x, words, zone) for x in current], "later": []}
    kept = {x.pk for x in current}
    taken = _by_hash(visit)
    signed, seen = [], set()
    for named in _named(signoff.content):
        found = taken[str(named.get("sha256"))]
        if not found:
            signed.append(_absent(named))
            continue
        photo = found.pop(0)
        seen.add(photo.pk)
        if photo.pk in kept:
            signed.append(_row(photo, words, zone))
        elif photo.removed_at is not None:
            signed.append(_row(photo, words, zone) | {"file": "", "state": REMOVED})
        # Else it answers a step that the customer is not shown.
    later = [_row(x, words, zone) for x in current if x.pk not in seen]
    return {"photos": signed, "later": later}


def _named(content: Document) -> list[Document]:
    return [row for row in content.get("photos") or [] if isinstance(row, dict)]


def _by_hash(visit: Visit) -> dict[str, list[Photo]]:
    # The same bytes twice are two photos, in the order in which they were signed.
    found: dict[str, list[Photo]] = defaultdict(list)
    for photo in visit.photos.order_by("taken_at", "id"):
        found[photo.sha256].append(photo)
    return found


def _row(photo: Photo, words: dict[str, str], zone: str) -> Document:
    is_stored = photo.state == PhotoState.STORED
    step = words.get(photo.item, "")
    caption = _caption(photo.label, photo.caption or step)
    day, time = (part(photo.taken_at, zone=zone) for part in _MOMENT)
    return {
        "id": str(photo.pk),
        "file": f"{photo.pk}.jpg" if is_stored else "",
        "state": "" if is_stored else _why_not(photo, zone),
        "caption": caption,
        "alt": f"Photo, {caption or 'the work'}, taken {day}, {time}",
        "width": photo.width,
        "height": photo.height,
        # Asked for by the list, or marked by who took it.
        "wanted": bool(photo.item or photo.label),
    }


def _why_not(photo: Photo, zone: str) -> str:
    if photo.state == PhotoState.LOST and photo.settled_at:
        day = wording.day(photo.settled_at, zone=zone)
        return f"The picture was lost with the phone. Noted on {day}."
    return WAITING[PhotoState(photo.state)]


_MOMENT = (wording.day, wording.figures)


def _absent(named: Document) -> Document:
    caption = _caption(str(named.get("label") or ""), str(named.get("caption") or ""))
    return {
        "id": "",
        "file": "",
        "state": UNKNOWN,
        "caption": caption,
        "alt": "",
        "wanted": True,
    }


def _caption(label: str, caption: str) -> str:
    marked = str(PhotoLabel(label).label) if label in MARKS else ""
    return ": ".join(filter(None, (marked, caption)))
