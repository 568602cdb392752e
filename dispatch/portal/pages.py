"""What every page of the portal shares."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page with the number to call; never kept by anybody on the way."""
    phone = getattr(settings, "SUPPORT_PHONE", "")
    shared = {"phone": phone, "phone_link": phone.replace(" ", "")}
    response = render(request, template, shared | (context or {}), status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def not_found(request: HttpRequest) -> HttpResponse:
    """One answer for every link that opens nothing, whatever the reason."""
    response = show(request, "portal/not_found.html", status=404)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
