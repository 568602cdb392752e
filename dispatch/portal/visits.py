"""The page behind a customer's link: a cookie opens it, and only posts act."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import (
    conditional_page,
    require_http_methods,
    require_POST,
    require_safe,
)

from dispatch import tasks
from dispatch.errors import AlreadyRated, DomainError, NotFound
from dispatch.models import TrackingLink, Visit
from dispatch.portal import ics
from dispatch.portal.forms import SCORES, RateForm
from dispatch.portal.limits import limited
from dispatch.portal.pages import not_found, show
from dispatch.queries import portal, portal_report
from dispatch.services import booking, feedback, links

SALT = "portal.visit"
# A browser that gets a cookie with this prefix takes it from this host alone.
PREFIX = "visit-" if settings.LOCAL else "__Host-visit-"
P = ParamSpec("P")
VisitView = Callable[Concatenate[HttpRequest, TrackingLink, P], HttpResponse]


def private(view: VisitView[P]) -> Callable[..., HttpResponse]:
    """Open a page only with the cookie of its link, and tell no other site of it."""

    @wraps(view)
    def guarded(
        request: HttpRequest, ref: uuid.UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            link = _link_of(request, ref)
        except NotFound:
            return not_found(request)
        response = view(request, link, *args, **kwargs)
        # Not "no-referrer": with it a browser posts forms from `Origin: null`, and
        # the CSRF check refuses them.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_safe
@limited("link", count=60, seconds=300)
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Exchange a token for a cookie; from here on it is in no address any more."""
    at = timezone.now()
    try:
        link = links.link_for(token, at=at)
    except NotFound:
        return not_found(request)
    response = remember(redirect("portal:visit", ref=link.pk), link, at=at)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
@private
def page(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """Status, promised time, and once somebody is on the way when they arrive."""
    return _page(request, link, RateForm())


@conditional_page
@require_safe
@private
def status(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """Only what changes, for a page that looks again from time to time."""
    visit = portal.visit_page(link.visit_id, at=timezone.now())
    context = {"visit": visit, "ref": link.pk}
    response = show(request, "portal/_status.html", context)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """Ask first, then call the visit off."""
    problem = ""
    if request.method == "POST":
        try:
            booking.cancel(_visit(link), at=timezone.now())
        except DomainError as refusal:
            problem = refusal.message
        else:
            tasks.wake_all_due()
            return redirect("portal:visit", ref=link.pk)
    context = {
        "visit": portal.visit_page(link.visit_id, at=timezone.now()),
        "ref": link.pk,
        "problem": problem,
    }
    return show(request, "portal/cancel.html", context, status=409 if problem else 200)


@require_POST
@private
@limited("rate", count=20, seconds=600)
def rate(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """Keep the rating; a second one changes nothing."""
    form = RateForm(request.POST)
    if not form.is_valid():
        return _page(request, link, form, status=422)
    try:
        feedback.rate(_visit(link), at=timezone.now(), **form.cleaned_data)
    except AlreadyRated as refusal:
        messages.info(request, refusal.message)
    except DomainError as refusal:
        form.add_error("score", refusal.message)
        return _page(request, link, form, status=refusal.status)
    tasks.wake_all_due()
    return redirect("portal:visit", ref=link.pk)


@require_safe
@private
def report(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """The service report, made to be printed."""
    visit = portal.visit_page(link.visit_id, at=timezone.now())
    if not visit["has_report"]:
        return not_found(request)
    context = {
        "report": portal_report.report_page(link.visit_id),
        "visit": visit,
        "ref": link.pk,
    }
    return show(request, "portal/report.html", context)


@require_safe
@private
def calendar(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """The promised window as a calendar entry."""
    entry = ics.entry(_visit(link), at=timezone.now())
    if not entry:
        return not_found(request)
    response = HttpResponse(entry, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="visit.ics"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def remember(
    response: HttpResponse, link: TrackingLink, *, at: datetime
) -> HttpResponse:
    """Give the browser a signed cookie that opens this one visit."""
    response.set_cookie(
        _cookie(link.pk),
        signing.dumps(str(link.pk), salt=SALT),
        max_age=max(1, int((link.expires_at - at).total_seconds())),
        secure=not settings.LOCAL,
        httponly=True,
        samesite="Lax",
    )
    return response


def _link_of(request: HttpRequest, ref: uuid.UUID) -> TrackingLink:
    """The link whose cookie the browser shows. Raises NotFound."""
    try:
        signed = signing.loads(request.COOKIES.get(_cookie(ref), ""), salt=SALT)
    except signing.BadSignature as error:
        raise NotFound from error
    if signed != str(ref):
        raise NotFound
    return links.link_by_id(ref, at=timezone.now())


def _cookie(ref: uuid.UUID) -> str:
    return f"{PREFIX}{ref.hex}"


def _visit(link: TrackingLink) -> Visit:
    return link.visit


def _page(
    request: HttpRequest, link: TrackingLink, form: RateForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "visit": portal.visit_page(link.visit_id, at=timezone.now()),
        "ref": link.pk,
        "form": form,
        "scores": SCORES,
        "reasons": feedback.REASONS,
    }
    return show(request, "portal/visit.html", context, status=status)
