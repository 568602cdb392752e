"""The bytes of a photo, part by part: every part and the whole are held to a hash."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from dispatch.errors import (
    PartDamaged,
    PartMisfit,
    PartsMissing,
    StoreFull,
    WrongHash,
)
from dispatch.models import Photo, PhotoState
from dispatch.services import lost_photos, media, outbox, photos, pictures, reports

PART_BYTES = 256 * 1024
# Bytes that are waited for, and those that nobody waits for but would still be taken.
WANTED = frozenset({PhotoState.PENDING, PhotoState.LOST})


@dataclass(frozen=True)
class Upload:
    """How far a photo's bytes have come."""

    state: str
    held: list[int]
    parts: int
    part_bytes: int = PART_BYTES


def progress(photo: Photo) -> Upload:
    """Which parts are held; a device that was cut off goes on from there."""
    held = _held(photo) if photo.state in WANTED else []
    return Upload(photo.state, held, _count(photo))


def begin(photo: Photo) -> Upload:
    """Ask whether there is room. Raises StoreFull."""
    if photo.state in WANTED:
        reserve = settings.MEDIA_RESERVE_MB * 1024 * 1024
        if media.store().free() < reserve + 3 * photo.size:
            raise StoreFull
    return progress(photo)


def put_part(photo: Photo, number: int, data: bytes, *, sha256: str) -> Upload:
    """Keep one part; the same part twice is one part.

    Raises PartMisfit, PartDamaged.
    """
    if photo.state not in WANTED:
        return progress(photo)
    wanted = _length(photo, number)
    if wanted == 0 or len(data) != wanted:
        raise PartMisfit(part=number, wanted=wanted, came=len(data))
    if hashlib.sha256(data).hexdigest() != sha256.lower():
        raise PartDamaged(part=number)
    media.store().put(f"{media.incoming(photo.pk)}/{number:04}", data)
    return progress(photo)


@transaction.atomic
def complete(photo: Photo, *, sha256: str, at: datetime) -> Upload:
    """All parts together are what the act said; a worker makes the pictures of it.

    Raises PartsMissing, and WrongHash, after which the parts must come again.
    """
    row = Photo.objects.select_for_update(of=("self",)).get(pk=photo.pk)
    if row.state not in WANTED:
        return progress(row)
    missing = sorted(set(range(_count(row))) - set(_held(row)))
    if missing:
        raise PartsMissing(missing=missing)
    if _joined_hash(row) != row.sha256 or sha256.lower() != row.sha256:
        media.store().drop(media.incoming(row.pk))
        raise WrongHash
    if row.state == PhotoState.LOST:
        lost_photos.found(row, at=at)
    row.state, row.refusal = PhotoState.RECEIVED, ""
    row.save(update_fields=["state", "refusal"])
    payload = {"photo": str(row.pk)}
    outbox.enqueue("photo.process", key=f"photo:{row.pk}", payload=payload, at=at)
    return progress(row)


@transaction.atomic
def process(photo_id: uuid.UUID, *, at: datetime) -> None:
    """Make the pictures, or say why not. Idempotent: what is settled is left alone."""
    row = _waiting(photo_id)
    if row is None:
        return
    data = b"".join(_parts(row))
    try:
        made = pictures.make(data)
    except pictures.NotAPictureError as error:
        _refuse(row, str(error), at=at)
        return
    keep(row, made, at=at)
    media.store().drop(media.incoming(row.pk))


@transaction.atomic
def give_up(photo_id: uuid.UUID, *, at: datetime) -> None:
    """Its worker broke again and again: the device, which has the bytes, is told."""
    row = _waiting(photo_id)
    if row is not None:
        _refuse(row, "It could not be processed here.", at=at)


def keep(photo: Photo, made: pictures.Made, *, at: datetime) -> None:
    """Store both sizes and say so."""
    store = media.store()
    store.put(media.kept(photo.pk, media.FULL), made.full)
    store.put(media.kept(photo.pk, media.THUMB), made.thumb)
    photo.state, photo.settled_at = PhotoState.STORED, at
    photo.width, photo.height = made.width, made.height
    photo.save(update_fields=["state", "settled_at", "width", "height"])
    photos.record(photo, "visit.photo_stored", by=None, at=at)
    reports.want(photo.visit, at=at)


def _refuse(photo: Photo, reason: str, *, at: datetime) -> None:
    photo.state, photo.settled_at = PhotoState.REFUSED, at
    photo.refusal = reason
    photo.save(update_fields=["state", "settled_at", "refusal"])
    photos.record(photo, "visit.photo_refused", by=None, at=at)
    reports.want(photo.visit, at=at)
    media.store().drop(media.incoming(photo.pk))


def _waiting(photo_id: uuid.UUID) -> Photo | None:
    rows = Photo.objects.select_for_update(of=("self",)).select_related(
        "visit__job__site__territory"
    )
    return rows.filter(pk=photo_id, state=PhotoState.RECEIVED).first()


def _count(photo: Photo) -> int:
    return -(-photo.size // PART_BYTES)


def _length(photo: Photo, number: int) -> int:
    """How long that part must be; 0 for a part that the photo does not have."""
    if not 0 <= number < _count(photo):
        return 0
    return min(PART_BYTES, photo.size - number * PART_BYTES)


def _held(photo: Photo) -> list[int]:
    found = media.store().sizes(media.incoming(photo.pk))
    numbers = sorted(int(name) for name in found if name.isdecimal())
    return [n for n in numbers if found[f"{n:04}"] == _length(photo, n)]


def _parts(photo: Photo) -> list[bytes]:
    store, folder = media.store(), media.incoming(photo.pk)
    return [store.get(f"{folder}/{n:04}") or b"" for n in range(_count(photo))]


def _joined_hash(photo: Photo) -> str:
    whole = hashlib.sha256()
    for part in _parts(photo):
        whole.update(part)
    return whole.hexdigest()
