"""Pages of jobs, visits, customers, sites, assets, contacts and people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from dispatch import tasks
from dispatch.board import record_forms
from dispatch.board.door import office
from dispatch.errors import DomainError, NotFound
from dispatch.models import Job, Site, Territory, User
from dispatch.queries import access, alike, callers, history, record_pages
from dispatch.services import job_merge, records


@require_safe
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """Customers, sites, people and assets by what the call form finds them by."""
    user = office(request)
    typed = request.GET.get("q", "").replace("\x00", "")[:80].strip()
    jobs = access.jobs_for(user)
    if typed:
        jobs = jobs.filter(number__istartswith=typed)
    context = {
        "q": typed,
        "hits": callers.find(user, typed),
        "jobs": alike.with_lines(jobs).order_by("-created_at")[:20],
        "people": access.technicians_for(user).filter(name__icontains=typed)[:20],
        "here": "find",
    }
    return render(request, "board/find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def record(request: HttpRequest, kind: str, record_id: UUID) -> HttpResponse:
    """One record, its form, its history; a refusal keeps what was typed."""
    user = office(request)
    row = _row(user, kind, record_id)
    if request.method != "POST":
        return _show(request, user, kind, row)
    # The form writes into its row, so it gets one of its own.
    form = record_forms.form(user, kind, _row(user, kind, record_id), request.POST)
    if form is None:
        raise Http404
    if request.POST.get("mark") != record_forms.mark(kind, row):
        return _show(request, user, kind, row, form=form, conflict=True, status=409)
    if not form.is_valid():
        return _show(request, user, kind, row, form=form, status=422)
    try:
        done = records.change(
            row,
            form.cleaned_data,
            by=user,
            at=timezone.now(),
            territory=_territory(row),
        )
    except DomainError as error:
        found = {"form": form, "problem": error, "status": error.status}
        return _show(request, user, kind, row, **found)
    messages.success(request, "Saved." if done else "Nothing was different.")
    return redirect("board:record", kind=kind, record_id=row.pk)


@require_POST
@login_required
def merge(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """This job is the same as another one, which stays."""
    user = office(request)
    row = _row(user, "job", record_id)
    try:
        into = record_pages.get(user, "job", request.POST.get("into", ""))
        kept = job_merge.merge(row, into=into, by=user, at=timezone.now())
    except DomainError as error:
        return _show(request, user, "job", row, problem=error, status=error.status)
    tasks.wake_all_due()
    messages.success(request, f"{row.number} is merged into {kept.number}.")
    return redirect("board:record", kind="job", record_id=kept.pk)


def _row(user: User, kind: str, record_id: UUID) -> Any:
    try:
        return record_pages.get(user, kind, record_id)
    except NotFound as error:
        raise Http404 from error


def _show(
    request: HttpRequest, user: User, kind: str, row: Any, **more: Any
) -> HttpResponse:
    at = timezone.now()
    page = record_pages.page(user, kind, row, at=at)
    before = request.GET.get("before", "")
    told = history.read(
        page.subjects,
        zone=page.zone,
        also=page.also,
        before=int(before[:18]) if before.isascii() and before.isdecimal() else None,
    )
    form = more.pop("form", None)
    context = {
        "page": page,
        "history": told,
        "form": form or (page.may_edit and record_forms.form(user, kind, row)),
        "mark": record_forms.mark(kind, row) if kind in record_forms.FIELDS else "",
        "alike": _alike(user, row, at) if isinstance(row, Job) else [],
        "here": "find",
        **more,
    }
    return render(request, "board/record.html", context, status=more.get("status", 200))


def _alike(user: User, row: Job, at: Any) -> list[dict[str, Any]]:
    if row.status != "open":
        return []
    asked = alike.Asked(row.site, row.asset, row.work_type, row.description)
    return alike.open_jobs(user, asked, at=at, but=row)


def _territory(row: Any) -> Territory | None:
    """Where a change of this row is news; what belongs to many is in the history."""
    site = row if isinstance(row, Site) else getattr(row, "site", None)
    return site.territory if site is not None else None
