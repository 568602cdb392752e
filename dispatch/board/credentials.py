"""The page of certificates: what will break, the cheapest way out, what ends soon."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from dispatch import tasks
from dispatch.board.door import office
from dispatch.errors import DomainError, InvalidInput, NotFound
from dispatch.models import Certification, PlanKind, User, Visit
from dispatch.queries import access, credentials
from dispatch.services import credentials as services
from dispatch.services import placing
from dispatch.services.planning import candidates, plans

HORIZONS = (14, 30, 90)
# So many of those who could do it are offered.
MOST_OFFERED = 3


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The horizon of the address, and who could do the visit that it names."""
    user, now = office(request), timezone.now()
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in HORIZONS} else HORIZONS[1]
    visit = _visit(user, request.GET.get("visit", ""))
    context = {
        "here": "credentials",
        "waiting": access.review_cases_for(user).filter(decided_at=None).count(),
        "days": days,
        "horizons": HORIZONS,
        "horizon": credentials.horizon(user, at=now, days=days),
        "chosen": visit,
        "offers": _offers(visit, at=now) if visit else [],
        "today": timezone.localdate(),
        "certificates": credentials.certificates_for(user).order_by(
            "technician__name", "skill__name"
        ),
    }
    return render(request, "board/credentials.html", context)


@require_POST
@login_required
def act(request: HttpRequest) -> HttpResponse:
    """One deed of the office; what is refused says why on the page."""
    user = office(request)
    deed = DEEDS.get(request.POST.get("act", ""))
    days = request.POST.get("days", "")
    back = reverse("board:credentials")
    back += f"?days={days}" if days in {str(one) for one in HORIZONS} else ""
    try:
        if deed is None:
            raise InvalidInput("There is no such deed.", field="act")
        words, onward = deed(request, user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(back)
    messages.success(request, words)
    return redirect(onward or back)


def _visit(user: User, key: str) -> Visit | None:
    if not key:
        return None
    try:
        row = access.get(access.visits_for(user), key)
    except NotFound:
        return None
    return row if row.sched_start is not None else None


def _offers(visit: Visit, *, at: datetime) -> list[dict[str, Any]]:
    """Who could do it on its day, the cheapest first."""
    found = candidates.ranked(visit, day=credentials.day_of(visit), at=at)
    own = str(visit.technician_id)
    fit = [one for one in found if one["fits"] and one["technician_id"] != own]
    return [
        one | {"minutes": round(one["travel_delta_seconds"] / 60)}
        for one in fit[:MOST_OFFERED]
    ]


def _repair(request: HttpRequest, user: User) -> tuple[str, str]:
    """A draft for the whole day: the engine's cheapest repair, to be looked at."""
    territory = access.get_territory_for(user, request.POST.get("territory", ""))
    day = _day(request, "day")
    plans.request(
        territory,
        day=day,
        by=user,
        at=timezone.now(),
        seconds=settings.REPAIR_SECONDS,
        seed=settings.PLAN_SEED,
        kind=PlanKind.REPAIR,
    )
    tasks.wake_all_due()
    board = reverse("board:board")
    onward = f"{board}?territory={territory.code}&day={day.isoformat()}"
    return "The repair of that day is under way; its draft opens on the board.", onward


def _give(request: HttpRequest, user: User) -> tuple[str, str]:
    visit = access.get(access.visits_for(user), request.POST.get("visit", ""))
    person = access.get(
        access.technicians_for(user), request.POST.get("technician", "")
    )
    try:
        start = datetime.fromisoformat(request.POST.get("start", ""))
        version = int(request.POST.get("version", ""))
    except ValueError as error:
        raise InvalidInput("Choose one of the offers again.", field="start") from error
    placing.assign(
        visit,
        technician=person,
        start=start,
        by=user,
        at=timezone.now(),
        version=version,
    )
    tasks.wake_all_due()
    return f"{visit.job.number} is with {person} now.", ""


def _renew(request: HttpRequest, user: User) -> tuple[str, str]:
    row = _certificate(request, user)
    services.renew(
        row,
        expires=_day(request, "expires"),
        evidence=request.POST.get("evidence", ""),
        by=user,
        at=timezone.now(),
    )
    return f"{row.skill} of {row.technician} is renewed.", ""


def _revoke(request: HttpRequest, user: User) -> tuple[str, str]:
    row = _certificate(request, user)
    services.revoke(
        row,
        first_day=_day(request, "first_day"),
        reason=request.POST.get("reason", ""),
        by=user,
        at=timezone.now(),
    )
    return f"{row.skill} of {row.technician} is withdrawn.", ""


def _certificate(request: HttpRequest, user: User) -> Certification:
    return access.get(
        credentials.certificates_for(user), request.POST.get("certificate", "")
    )


def _day(request: HttpRequest, field: str) -> date:
    try:
        day = parse_date(request.POST.get(field, ""))
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput("Give a day, like 2026-12-24.", field=field)
    return day


Deed = Callable[[HttpRequest, User], tuple[str, str]]
DEEDS: dict[str, Deed] = {
    "repair": _repair,
    "give": _give,
    "renew": _renew,
    "revoke": _revoke,
}
