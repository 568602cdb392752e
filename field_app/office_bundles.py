"""The office's page for sealed acts: hand in the file, see what became of each."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dispatch.errors import DomainError
from dispatch.queries import field
from field_app.office import around
from field_app.sync import bundle

PAGE = "field_app/bundle.html"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_bundle(request: HttpRequest) -> HttpResponse:
    """Dispatchers and admins import the file that a technician's phone saved."""
    user = request.user
    assert isinstance(user, field.User)
    if not field.is_office(user):
        raise PermissionDenied
    here = around(user)
    if request.method != "POST":
        return render(request, PAGE, here)
    try:
        context = _take(user, request)
    except DomainError as error:
        told = {"problem": error.message}
        return render(request, PAGE, here | told, status=error.status)
    return render(request, PAGE, here | context)


def _take(user: field.User, request: HttpRequest) -> dict[str, Any]:
    upload = request.FILES.get("file")
    if upload is None or upload.size is None:
        raise bundle.NotABundle("Choose the file first.")
    if upload.size > bundle.BIGGEST_FILE:
        raise bundle.NotABundle("This file is larger than any phone's unsent acts.")
    read = bundle.read(upload.read())
    device = bundle.get_device_for(user, read.device)
    lines = bundle.take(read, by=user, at=timezone.now())
    return {
        "device": device,
        "owner": device.user.get_full_name() or device.user.get_username(),
        "lines": lines,
        "not_taken": sum(line.result == bundle.NOT_TAKEN for line in lines),
    }
