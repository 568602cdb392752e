"""The office's page of devices: who holds what, what waits there, how to revoke."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from dispatch.errors import NotAllowed, NotFound
from dispatch.queries import access
from dispatch.queries.field import User
from field_app import devices
from field_app.models import Device

LONG_OFFLINE = timedelta(days=1)
SHOWN = 500


@dataclass(frozen=True)
class Line:
    """One device as the table shows it."""

    device: Device
    away: str
    is_away: bool
    filled: int | None

    @property
    def person(self) -> Any:
        """Whose it is."""
        return getattr(self.device.user, "technician", None) or self.device.user

    @property
    def is_revoked(self) -> bool:
        """Whether its trust was taken back."""
        return self.device.revoked_at is not None

    @property
    def is_full(self) -> bool:
        """Whether its storage will soon be full."""
        return self.filled is not None and self.filled >= 80


@require_safe
@login_required
def devices_page(request: HttpRequest) -> HttpResponse:
    """Every device of the people whom the caller may see; trusted ones first."""
    user, now = _office(request), timezone.now()
    found = devices.devices_for(user).order_by("user__technician__name", "-enrolled_at")
    lines = [_line(device, now=now) for device in found[:SHOWN]]
    context = {
        "trusted": [line for line in lines if not line.is_revoked],
        "revoked": [line for line in lines if line.is_revoked],
        "territories": access.territories_for(user),
        **around(user),
    }
    return render(request, "field_app/devices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revoke(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Ask what revoking means for the work that waits there; then do it."""
    user, now = _office(request), timezone.now()
    device = _device(user, device_id)
    if request.method != "POST":
        line = _line(device, now=now)
        return render(request, "field_app/revoke.html", {"line": line, **around(user)})
    reason = request.POST.get("reason", "").replace("\x00", "")
    name = device.name or "The device"
    if devices.revoke(device, by=user, reason=reason, at=now):
        told = f"{name} is revoked. It deletes its data at its next contact."
    else:
        told = f"{name} was revoked already."
    messages.success(request, told)
    return redirect("office-devices")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lost_photos(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """The photos that a phone has told of and not sent; say that they will not come."""
    user, now = _office(request), timezone.now()
    device = _device(user, device_id)
    if request.method != "POST":
        line, waiting = _line(device, now=now), devices.photos_waiting(device)
        context = {"line": line, "photos": waiting, **around(user)}
        return render(request, "field_app/lost_photos.html", context)
    why = f"{user} noted on {now:%-d %b} that it is lost."
    only = request.POST.get("photo", "")
    count = devices.lose_photos(device, by=user, at=now, why=why, only=only)
    told = f"{count} photo{'' if count == 1 else 's'} noted as lost, with a case each."
    messages.success(request, told)
    return redirect("office-lost-photos", device_id=device.pk)


def _office(request: HttpRequest) -> User:
    try:
        access.require_role(request.user, *access.OFFICE)
    except NotAllowed as error:
        raise PermissionDenied("This page is for the office.") from error
    user = request.user
    assert isinstance(user, User)
    return user


def _device(user: User, device_id: UUID) -> Device:
    try:
        return access.get(devices.devices_for(user), device_id)
    except NotFound as error:
        raise Http404 from error


def around(user: User) -> dict[str, Any]:
    """What the bar on top of the office's pages shows."""
    waiting = access.review_cases_for(user).filter(decided_at=None).count()
    return {"here": "devices", "waiting": waiting, "bundles": reverse("field-bundle")}


def _line(device: Device, *, now: datetime) -> Line:
    heard = device.last_contact or device.enrolled_at
    away = max(timedelta(), now - heard)
    filled = None
    if device.bytes_quota and device.bytes_used is not None:
        filled = round(100 * device.bytes_used / device.bytes_quota)
    return Line(device, _length(away), away >= LONG_OFFLINE, filled)


def _length(span: timedelta) -> str:
    """How long ago in one unit: `4 min`, `3 h`, `2 days`."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{span.days} days"
