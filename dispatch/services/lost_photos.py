"""Photos whose bytes will not come: said, laid before the office, taken if found."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from dispatch.errors import InvalidInput, NotFound
from dispatch.models import CaseAnswer, Photo, PhotoState, ReviewCase, User, Visit
from dispatch.services import photos, reports, reviews

CODE, KIND = "photo_lost", "photo.lost"
# A case for each photo, whoever says first that it is lost.
SPACE = uuid.UUID("6c3f3c1e-52a4-4c39-9f0c-5b8d5a0c7a11")


def waiting_of(author: User, *, command_ids: Iterable[uuid.UUID]) -> list[Photo]:
    """Photos of this person that were told of by these acts, and have not come."""
    rows = Photo.objects.filter(
        author=author,
        command_id__in=list(command_ids),
        state=PhotoState.PENDING,
        removed_at=None,
    )
    return list(rows.select_related("visit__job__site__territory"))


@transaction.atomic
def lose(photo: Photo, *, why: str, by: User, at: datetime) -> bool:
    """Its bytes will not come; whether they were still waited for.

    The case belongs to who took it: they, or the office, know what it showed.
    """
    rows = Photo.objects.select_for_update(of=("self",)).filter(pk=photo.pk)
    row = rows.select_related("visit__job__site__territory", "author").first()
    if row is None or row.state != PhotoState.PENDING:
        return False
    row.state, row.settled_at, row.refusal = PhotoState.LOST, at, why[:200]
    row.save(update_fields=["state", "settled_at", "refusal"])
    photos.record(row, "visit.photo_lost", by=by, at=at)
    step = row.item and f", for the step {row.item!r}"
    reviews.open_case(
        visit=row.visit,
        command_id=_case_of(row),
        kind=KIND,
        payload={
            "args": {"media": str(row.pk), "caption": row.caption},
            "at": row.taken_at.isoformat(),
        },
        code=CODE,
        reason=f"{why} The visit has a photo without a picture{step}.",
        by=row.author,
        at=at,
    )
    reports.want(row.visit, at=at)
    return True


def say_lost(visit: Visit, *, photo_id: uuid.UUID, by: User, at: datetime) -> None:
    """Who took it says that they do not have it any more.

    Raises NotFound, and InvalidInput when it is somebody else's.
    """
    photo = visit.photos.filter(pk=photo_id).first()
    if photo is None:
        raise NotFound("This photo is not on this visit.")
    if photo.author_id != by.pk:
        raise InvalidInput(
            "Only who took the photo, or the office, can say that it is lost.",
            field="media",
        )
    day = f"{at:%-d %b}"
    lose(photo, why=f"{by} said on {day} that it is lost.", by=by, at=at)


def found(photo: Photo, *, at: datetime) -> None:
    """The bytes have come after all: nothing is left to decide."""
    cases = ReviewCase.objects.select_for_update(of=("self",))
    case = cases.filter(command_id=_case_of(photo), decided_at=None).first()
    if case is not None:
        reviews.close(
            case,
            answer=CaseAnswer.AUTHOR,
            decision="The picture came after all.",
            by=photo.author,
            at=at,
        )


def _case_of(photo: Photo) -> uuid.UUID:
    return uuid.uuid5(SPACE, str(photo.pk))
