"""Book a visit: one question a page, and nothing is held before a window is chosen."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST

from dispatch import tasks
from dispatch.errors import DomainError, HoldExpired, InvalidInput, SlotGone
from dispatch.portal import windows
from dispatch.portal.draft import Draft
from dispatch.portal.forms import WhatForm, WhereForm, WhoForm, WindowForm
from dispatch.portal.limits import limited
from dispatch.portal.pages import show
from dispatch.portal.visits import remember
from dispatch.queries import portal
from dispatch.services import booking, geocoding, links
from dispatch.services.offering import FURTHEST_DAYS, Wish

page = require_http_methods(["GET", "HEAD", "POST"])


@page
def what(request: HttpRequest) -> HttpResponse:
    """First question: what is wrong."""
    draft = Draft(request)
    form = WhatForm(_sent(request), initial=draft.answers.get("what"))
    if request.method == "POST" and form.is_valid():
        work = form.cleaned_data["work"].code
        text = form.cleaned_data["description"]
        draft.keep("what", {"work": work, "description": text})
        return redirect("portal:where")
    context = {"form": form, "kinds": portal.bookable(), "step": 1}
    return show(request, "portal/what.html", context, status=_status(form))


@page
def where(request: HttpRequest) -> HttpResponse:
    """Second question: where."""
    draft = Draft(request)
    if step := draft.missing("where"):
        return _back_to(step)
    form = WhereForm(_sent(request), initial=draft.answers.get("where"))
    if request.method == "POST" and form.is_valid() and _found(form):
        draft.keep("where", form.cleaned_data)
        return redirect("portal:who")
    context = {"form": form, "step": 2}
    return show(request, "portal/where.html", context, status=_status(form))


@page
def who(request: HttpRequest) -> HttpResponse:
    """Third question: how we reach them."""
    draft = Draft(request)
    if step := draft.missing("who"):
        return _back_to(step)
    form = WhoForm(_sent(request), initial=draft.answers.get("who"))
    if request.method == "POST" and form.is_valid():
        draft.keep("who", form.cleaned_data)
        return redirect("portal:when")
    context = {"form": form, "step": 3}
    return show(request, "portal/who.html", context, status=_status(form))


@page
@limited("slots", count=60, seconds=300)
def when(request: HttpRequest) -> HttpResponse:
    """Last question: when; choosing a window holds it."""
    draft = Draft(request)
    if step := draft.missing("when"):
        return _back_to(step)
    try:
        wish = draft.wish()
    except InvalidInput as refusal:
        messages.error(request, refusal.message)
        return redirect(
            "portal:where" if refusal.details["field"] == "postcode" else "portal:book"
        )
    if request.method == "POST":
        return _hold(request, draft, wish)
    return _windows(request, draft, wish)


@require_POST
@limited("book", count=20, seconds=600)
def confirm(request: HttpRequest) -> HttpResponse:
    """Make the held window a promise, and open its page."""
    draft = Draft(request)
    visit = portal.booked(draft.answers.get("visit"))
    if draft.missing("when") or visit is None:
        return _back_to(draft.missing("when") or "when")
    at = timezone.now()
    try:
        visit, token = booking.confirm(visit, booker=draft.booker(), at=at)
    except (SlotGone, HoldExpired, InvalidInput) as refusal:
        return _refused(request, draft, refusal, near=visit.promise_start)
    tasks.wake_all_due()
    draft.forget()
    link = links.link_for(token, at=at)
    messages.success(request, request.build_absolute_uri(f"/v/{token}/"))
    return remember(redirect("portal:visit", ref=link.pk), link, at=at)


def _hold(request: HttpRequest, draft: Draft, wish: Wish) -> HttpResponse:
    form = WindowForm(request.POST)
    if not form.is_valid():
        return _windows(
            request, draft, wish, problem=form.errors["start"][0], status=422
        )
    start = form.cleaned_data["start"]
    text = draft.answers["what"]["description"]
    try:
        visit = booking.hold(wish, start=start, description=text, at=timezone.now())
    except (SlotGone, InvalidInput) as refusal:
        return _refused(request, draft, refusal, near=start)
    draft.keep("visit", str(visit.pk))
    query = request.GET.urlencode()
    return redirect(f"{request.path}{'?' if query else ''}{query}#chosen")


def _refused(
    request: HttpRequest, draft: Draft, refusal: DomainError, *, near: datetime | None
) -> HttpResponse:
    """Say why, and what is free nearest to the time that is gone."""
    try:
        wish = draft.wish()
    except InvalidInput:
        return redirect("portal:when")
    return _windows(
        request,
        draft,
        wish,
        problem=refusal.message,
        near=near,
        status=refusal.status,
    )


def _windows(
    request: HttpRequest,
    draft: Draft,
    wish: Wish,
    *,
    problem: str = "",
    near: datetime | None = None,
    status: int = 200,
) -> HttpResponse:
    at = timezone.now()
    first, remark = _first_day(request, wish, at)
    offer = booking.slots(wish, at=at, first=first)
    context: dict[str, Any] = windows.listed(offer, wish, at=at, near=near)
    context |= {
        "step": 4,
        "answers": draft.answers,
        "problem": problem or remark,
        "held": windows.held(wish.held, at=at),
        "what": wish.work_type.customer_words or wish.work_type.name,
        "place": wish.place,
        "about": windows.about(wish),
        "week": request.GET.get("from", ""),
    }
    return show(request, "portal/when.html", context, status=status)


def _first_day(
    request: HttpRequest, wish: Wish, at: datetime
) -> tuple[date | None, str]:
    """The first day asked for, or nothing and what is wrong with it."""
    asked = request.GET.get("from", "")
    if not asked:
        return None, ""
    today = at.astimezone(windows.zone(wish)).date()
    try:
        first = parse_date(asked)
    except ValueError:
        first = None
    if first is None:
        return None, "That is not a day. Here are the next days."
    if first < today:
        return None, "That day is over. Here are the next days."
    if first > today + timedelta(days=FURTHEST_DAYS):
        return None, f"We plan {FURTHEST_DAYS} days ahead. Here are the next days."
    return first, ""


def _found(form: WhereForm) -> bool:
    try:
        geocoding.locate(**form.cleaned_data)
    except InvalidInput as refusal:
        form.add_error("postcode", refusal.message)
        return False
    return True


def _back_to(step: str) -> HttpResponse:
    return redirect("portal:book" if step == "what" else f"portal:{step}")


def _sent(request: HttpRequest) -> Any:
    # A form sent without any field is still a form that was sent.
    return request.POST if request.method == "POST" else None


def _status(form: Any) -> int:
    return 422 if form.errors else 200
