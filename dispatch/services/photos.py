"""Photos of a visit: said by an act, shown as pending until their bytes arrive."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import InvalidInput, NotFound
from dispatch.models import Photo, PhotoState, User, Visit
from dispatch.services import checklists, events, media

MOST_PER_VISIT = 200
MOST_BYTES = 12 * 1024 * 1024


@transaction.atomic
def add(
    visit: Visit,
    *,
    photo_id: uuid.UUID,
    by: User,
    at: datetime,
    command_id: uuid.UUID | None = None,
    drawn_on: uuid.UUID | None = None,
    place: dict[str, float] | None = None,
    item: str = "",
    **facts: Any,
) -> Photo:
    """Note that a photo was taken; with `item` it answers that step of the checklist.

    `facts` are what the device knows of the bytes. The same command twice is one
    photo. Raises InvalidInput, and what the checklist refuses.
    """
    Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    known = Photo.objects.filter(pk=photo_id).first()
    if known is not None:
        if known.command_id != command_id or command_id is None:
            raise InvalidInput("A photo with this id exists already.", field="media")
        return known
    if visit.photos.count() >= MOST_PER_VISIT:
        raise InvalidInput(
            f"A visit holds at most {MOST_PER_VISIT} photos.", field="media"
        )
    where = place or {}
    photo = Photo.objects.create(
        id=photo_id,
        visit=visit,
        author=by,
        taken_at=at,
        command_id=command_id,
        drawn_on=visit.photos.filter(pk=drawn_on).first() if drawn_on else None,
        lat=where.get("lat"),
        lon=where.get("lon"),
        item=item,
        **facts,
    )
    if item:
        # Two people's pictures of one thing do not contradict each other.
        checklists.answer(
            visit,
            item_key=item,
            value=str(photo_id),
            by=by,
            at=at,
            command_id=command_id,
            decided=True,
        )
    record(photo, "visit.photographed", by=by, at=at)
    return photo


@transaction.atomic
def remove(visit: Visit, *, photo_id: uuid.UUID, by: User, at: datetime) -> Photo:
    """Take a photo out of visit and report; its bytes stay, as what was done stays.

    Raises NotFound, and InvalidInput while it answers a step of the checklist.
    """
    photo = visit.photos.select_for_update().filter(pk=photo_id).first()
    if photo is None:
        raise NotFound("This photo is not on this visit.")
    if photo.removed_at is not None:
        return photo
    current = checklists.answers_of(visit).get(photo.item) if photo.item else None
    if current is not None and current.value == str(photo.pk):
        raise InvalidInput(
            f"This photo answers “{current.item.label}”. "
            "Take another one for that step first.",
            field="media",
        )
    photo.removed_at = at
    photo.save(update_fields=["removed_at"])
    record(photo, "visit.photo_removed", by=by, at=at)
    return photo


def read(photo: Photo, size: str) -> bytes:
    """The bytes of a finished picture. Raises NotFound until there are any."""
    if photo.state != PhotoState.STORED or size not in media.SIZES:
        raise NotFound
    data = media.store().get(media.kept(photo.pk, size))
    if data is None:
        raise NotFound
    return data


def record(photo: Photo, kind: str, *, by: User | None, at: datetime) -> None:
    """Tell board and history of a photo; never what is in it."""
    events.record(
        kind,
        subject=photo.visit,
        by=by,
        at=at,
        territory=photo.visit.job.site.territory,
        data={
            "photo": str(photo.pk),
            "caption": photo.caption,
            "label": photo.label,
            "sha256": photo.sha256,
        },
    )
