"""The review inbox as a page: a list, one case beside it, and the decisions."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dispatch import tasks
from dispatch.board.door import office
from dispatch.errors import DomainError, InvalidInput, NotFound
from dispatch.models import ReviewCase, User
from dispatch.queries import access, case_page
from dispatch.queries.inbox import DECIDED, OPEN, Filters, inbox
from dispatch.services import decisions, reviews

MOST_AT_ONCE = 200
LONGEST = 300


@require_safe
@login_required
def reviews_page(request: HttpRequest) -> HttpResponse:
    """The inbox with the filters of the address, and the case that it names."""
    return _show(request, office(request))


@require_POST
@login_required
def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Answer one case; a refusal shows the page again with what was typed."""
    user = office(request)
    try:
        case = access.get(access.review_cases_for(user), case_id)
    except NotFound as error:
        raise Http404 from error
    try:
        decisions.decide(
            case,
            decision=request.POST.get("decision", ""),
            reason=_words(request),
            by=user,
            at=timezone.now(),
            counted=_counted(request),
        )
    except DomainError as error:
        return _show(request, user, case=str(case_id), problem=error)
    tasks.wake_all_due()
    return redirect(_back(request))


@require_POST
@login_required
def decide_alike(request: HttpRequest) -> HttpResponse:
    """One answer to all the chosen cases; who refuses it stays, with why."""
    user = office(request)
    chosen = list(_chosen(request, user))
    refused: list[decisions.Refused] = []
    try:
        if not chosen:
            raise InvalidInput("Choose at least one case first.", field="cases")
        refused = decisions.decide_alike(
            chosen,
            decision=request.POST.get("decision", ""),
            reason=_words(request),
            by=user,
            at=timezone.now(),
        )
    except DomainError as error:
        return _show(request, user, bulk_problem=error)
    tasks.wake_all_due()
    if refused:
        done = len(chosen) - len(refused)
        return _show(request, user, refused=refused, done=done)
    return redirect(_back(request))


def _show(request: HttpRequest, user: User, **more: Any) -> HttpResponse:
    asked = request.GET if request.method != "POST" else request.POST
    filters = _filters(asked)
    found = inbox(user, filters, page=_number(asked.get("page", "")))
    problem = more.get("problem") or more.get("bulk_problem")
    case_id = more.pop("case", "") or _clean(asked.get("case", ""))
    context = {
        "inbox": found,
        "page": _case(user, case_id, found.rows),
        "query": _query(filters),
        "typed": _words(request),
        "longest": LONGEST,
        "here": "reviews",
        "waiting": found.waiting,
        **more,
    }
    status = getattr(problem, "status", 422 if more.get("refused") else 200)
    return render(request, "board/reviews.html", context, status=status)


def _case(user: User, case_id: str, rows: list[Any]) -> case_page.CasePage | None:
    """The case of the address, else the first one that waits."""
    wanted = case_id or (str(rows[0].case.pk) if rows else "")
    if not wanted:
        return None
    try:
        return case_page.page(user, wanted, answers=reviews.ways)
    except NotFound as error:
        raise Http404 from error


def _filters(asked: Any) -> Filters:
    state = asked.get("state", OPEN)
    return Filters(
        state=state if state == DECIDED else OPEN,
        territory=_clean(asked.get("territory", ""))[:50],
        technician=_id(asked.get("technician", "")),
        kind=_clean(asked.get("kind", ""))[:20],
    )


def _query(filters: Filters) -> str:
    said = {**vars(filters), "state": filters.state.replace(OPEN, "")}
    return urlencode({name: text for name, text in said.items() if text})


def _id(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1


def _counted(request: HttpRequest) -> int | None:
    text = request.POST.get("counted", "").strip()
    if not text:
        return None
    # Anything else than a number is refused by the service, in its words.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1


def _words(request: HttpRequest) -> str:
    return _clean(request.POST.get("reason", ""))[:LONGEST]


def _chosen(request: HttpRequest, user: User) -> Any:
    ids = {_id(text) for text in request.POST.getlist("cases")[:MOST_AT_ONCE]} - {""}
    found = access.review_cases_for(user).filter(pk__in=ids)
    return found.select_related("technician") if ids else ReviewCase.objects.none()


def _clean(text: str) -> str:
    """Without the one character that PostgreSQL has no place for."""
    return text.replace("\x00", "")


def _back(request: HttpRequest) -> str:
    """The inbox as the person had filtered it; the next case is shown by itself."""
    return f"{reverse('board:reviews')}?{_query(_filters(request.POST))}"
