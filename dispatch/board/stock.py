"""The office's page of parts: waited for, under way, going back, in the vans."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from dispatch.board.door import office
from dispatch.errors import DomainError, InvalidInput
from dispatch.models import Part, RequestedPart, User
from dispatch.queries import access, stock_page
from dispatch.services import minimums, part_requests, returns, transfers


@require_safe
@login_required
def stock(request: HttpRequest) -> HttpResponse:
    """Everything on one page, what wants a hand first."""
    user = office(request)
    today = timezone.localdate()
    orders = stock_page.going_back(user)
    context = {
        "here": "stock",
        "waiting": access.review_cases_for(user).filter(decided_at=None).count(),
        "today": today,
        "waits": stock_page.waits(user),
        "under_way": stock_page.under_way(user),
        "going_back": [
            {"row": row, "is_overdue": stock_page.is_overdue(row, today=today)}
            for row in orders
        ],
        "shelves": stock_page.shelves(user),
        "states": RequestedPart.choices,
        "warehouses": access.warehouses_for(user),
        "vans": access.colleagues_for(user).order_by("name"),
        "parts": Part.objects.order_by("name"),
    }
    return render(request, "board/stock.html", context)


@require_POST
@login_required
def act(request: HttpRequest) -> HttpResponse:
    """One deed of the office with parts; what is refused says why on the page."""
    user = office(request)
    deed = DEEDS.get(request.POST.get("act", ""))
    try:
        if deed is None:
            raise InvalidInput("There is no such deed.", field="act")
        messages.success(request, deed(request, user))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("board:stock")


def _send(request: HttpRequest, user: User) -> str:
    source = access.get(access.warehouses_for(user), request.POST.get("from", ""))
    target = access.get(access.colleagues_for(user), request.POST.get("to", ""))
    row = transfers.send(
        source=source,
        target=target,
        part=access.get(Part.objects.all(), request.POST.get("part", "")),
        quantity=_number(request, "quantity"),
        serial=request.POST.get("serial", "").strip(),
        lot=request.POST.get("lot", "").strip(),
        by=user,
        at=timezone.now(),
    )
    return f"{row} is under way. It counts there when {target} confirms it."


def _receive(request: HttpRequest, user: User) -> str:
    row = access.get(access.transfers_for(user), request.POST.get("id", ""))
    if row.to_warehouse is None:
        raise InvalidInput(f"{row.target} confirms what came to that van.", field="id")
    transfers.receive(
        row, quantity=_number(request, "quantity"), by=user, at=timezone.now()
    )
    return f"Received {request.POST['quantity']} × {row.part.name}."


def _answer(request: HttpRequest, user: User) -> str:
    row = access.get(access.part_requests_for(user), request.POST.get("id", ""))
    part_requests.answer(
        row,
        state=request.POST.get("state", ""),
        expected_on=_day(request, "expected_on"),
        by=user,
        at=timezone.now(),
    )
    return f"Saved: {row}. The technician sees it with the next sync."


def _settle(request: HttpRequest, user: User) -> str:
    row = access.get(access.returns_for(user), request.POST.get("id", ""))
    is_received = request.POST.get("received") == "yes"
    returns.settle(
        row,
        number=request.POST.get("number", ""),
        due_on=_day(request, "due_on"),
        is_received=is_received,
        by=user,
        at=timezone.now(),
    )
    return f"{'Received' if is_received else 'Saved'}: {row}."


def _keep(request: HttpRequest, user: User) -> str:
    place = access.get_stock_place_for(user, request.POST.get("place", ""))
    row = minimums.set_minimum(
        place,
        part=access.get(Part.objects.all(), request.POST.get("part", "")),
        minimum=_number(request, "minimum"),
        by=user,
        at=timezone.now(),
    )
    return f"{place} should hold {row.minimum} × {row.part.name}."


DEEDS: dict[str, Callable[[HttpRequest, User], str]] = {
    "send": _send,
    "receive": _receive,
    "answer": _answer,
    "settle": _settle,
    "keep": _keep,
}


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isascii() or not text.isdigit():
        raise InvalidInput("Enter how many, as a whole number.", field=name)
    return int(text[:9])


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput("Enter a day like 2026-01-31.", field=name)
    return found
