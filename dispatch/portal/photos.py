"""The photos of a customer's report; the cookie of its link opens them."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dispatch.errors import NotFound
from dispatch.http import picture_response
from dispatch.models import TrackingLink
from dispatch.portal.pages import not_found
from dispatch.portal.visits import private
from dispatch.queries import access, portal
from dispatch.services import photos


@require_safe
@private
def picture(
    request: HttpRequest, link: TrackingLink, photo_id: uuid.UUID, size: str
) -> HttpResponse:
    """One picture of the report, as soon as there is a report."""
    visit = portal.visit_page(link.visit_id, at=timezone.now())
    if not visit["has_report"]:
        return not_found(request)
    try:
        photo = access.get(portal.photos_of(link.visit_id), photo_id)
        data = photos.read(photo, size)
    except NotFound:
        return not_found(request)
    return picture_response(request, data, name=str(photo.pk))
