"""Photos for the office: the bytes, once they are here and safe."""

from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dispatch.api.auth import STAFF, office
from dispatch.http import picture_response
from dispatch.queries import access
from dispatch.services import photos

router = Router(tags=["photos"], auth=STAFF)


@router.get(
    "/photos/{uuid:photo_id}/{size}",
    operation_id="photo_file",
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"image/jpeg": {}}}}
    },
)
def photo_file(
    request: HttpRequest, photo_id: UUID, size: Literal["full", "thumb"]
) -> HttpResponse:
    """One picture as JPEG, small or whole; 404 while it is still on a device."""
    photo = access.get_photo_for(office(request), photo_id)
    return picture_response(request, photos.read(photo, size), name=str(photo.pk))
