"""The door for bytes: begin, send parts, complete, and look at what is there."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, StringConstraints

from dispatch import tasks
from dispatch.errors import NotSignedIn
from dispatch.http import picture_response
from dispatch.queries import access, field
from dispatch.services import photos, uploads
from field_app.envelope import envelope
from field_app.errors import TooMuch

router = Router()
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class WholeIn(Schema):
    """The file that all parts together make."""

    model_config = ConfigDict(extra="forbid")
    sha256: Sha256


@router.get("/{uuid:media_id}", operation_id="field_media_held")
def held(request: HttpRequest, media_id: uuid.UUID) -> dict[str, Any]:
    """Which parts are here: an upload that was cut off goes on from there."""
    photo = access.get_photo_by(_user(request), media_id)
    return envelope(**asdict(uploads.progress(photo)))


@router.post("/{uuid:media_id}", operation_id="field_media_begin")
def begin(request: HttpRequest, media_id: uuid.UUID) -> dict[str, Any]:
    """Begin, or go on; the act that describes the photo has come before."""
    photo = access.get_photo_by(_user(request), media_id)
    return envelope(**asdict(uploads.begin(photo)))


@router.put("/{uuid:media_id}/parts/{int:number}", operation_id="field_media_part")
def part(
    request: HttpRequest,
    media_id: uuid.UUID,
    number: int,
    sha256: Sha256,
) -> dict[str, Any]:
    """One part as it is, its hash beside it."""
    photo = access.get_photo_by(_user(request), media_id)
    if int(request.headers.get("Content-Length") or 0) > uploads.PART_BYTES:
        raise TooMuch(most_bytes=uploads.PART_BYTES)
    done = uploads.put_part(photo, number, request.body, sha256=sha256)
    return envelope(**asdict(done))


@router.post("/{uuid:media_id}/complete", operation_id="field_media_complete")
def complete(
    request: HttpRequest, media_id: uuid.UUID, body: WholeIn
) -> dict[str, Any]:
    """All parts are here; twice is once."""
    photo = access.get_photo_by(_user(request), media_id)
    done = uploads.complete(photo, sha256=body.sha256, at=timezone.now())
    tasks.wake_all_due()
    return envelope(**asdict(done))


@router.get("/{uuid:media_id}/{size}", operation_id="field_media_file")
def file(
    request: HttpRequest, media_id: uuid.UUID, size: Literal["full", "thumb"]
) -> HttpResponse:
    """A picture of one of the technician's visits, small or whole."""
    photo = access.get_photo_for(_user(request), media_id)
    return picture_response(request, photos.read(photo, size), name=str(photo.pk))


def _user(request: HttpRequest) -> field.User:
    user = request.user
    if not isinstance(user, field.User):
        raise NotSignedIn
    return user
