"""The dispatcher's pages: the living board's frame, a plan's evidence, the policy."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from dispatch import tasks
from dispatch.board.door import office
from dispatch.board.forms import PolicyForm
from dispatch.errors import NotFound, PlanNotReady, VersionConflict
from dispatch.models import Plan, PriceRun, Territory
from dispatch.queries import access
from dispatch.services.planning import evidence, policies, pricing


@require_safe
@login_required
@ensure_csrf_cookie
def board(request: HttpRequest) -> HttpResponse:
    """Today's board of the dispatcher's first territory."""
    user = office(request)
    territory = access.territories_for(user).first()
    if territory is None:
        return render(request, "board/no_territory.html", status=403)
    zone = ZoneInfo(territory.time_zone)
    context = {
        "territory": territory,
        "today": timezone.now().astimezone(zone).date().isoformat(),
        "map_style": settings.BASEMAP_STYLE,
        "map_tiles": settings.BASEMAP_TILES,
        "map_credit": settings.BASEMAP_ATTRIBUTION,
    }
    return render(request, "board/board.html", context)


@require_safe
@login_required
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What a plan stands on: inputs, price, what was left out, and how to replay it."""
    user = office(request)
    try:
        row = access.get_plan_for(user, plan_id)
    except NotFound as error:
        raise Http404 from error
    return render(request, "board/plan.html", _evidence(row))


@require_POST
@login_required
def prices(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Ask what each rule of a plan costs, or stop asking (`act=cancel`)."""
    user = office(request)
    try:
        row = access.get_plan_for(user, plan_id)
        if request.POST.get("act") == "cancel":
            pricing.cancel(row, by=user, at=timezone.now())
        else:
            pricing.request(row, by=user, at=timezone.now())
            tasks.wake_all_due()
    except NotFound as error:
        raise Http404 from error
    except PlanNotReady as error:
        messages.info(request, str(error))
    return redirect(f"{reverse('board:plan', args=[plan_id])}#rules")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def policy(request: HttpRequest, code: str) -> HttpResponse:
    """What matters how much when this territory is planned."""
    user = office(request)
    try:
        territory = access.get_territory_for(user, code)
    except NotFound as error:
        raise Http404 from error
    if request.method != "POST":
        return _ask(request, territory, PolicyForm(policies.of(territory)))
    form = PolicyForm(policies.of(territory), request.POST)
    if not form.is_valid():
        return _ask(request, territory, form, status=422)
    try:
        policies.change(
            territory,
            form.words(),
            version=form.cleaned_data["version"],
            by=user,
            at=timezone.now(),
        )
    except VersionConflict:
        kept = PolicyForm(policies.of(territory))
        return _ask(request, territory, kept, status=409, conflict=True)
    messages.success(request, "Saved. The next run follows it.")
    return redirect("board:policy", code=code)


def _ask(
    request: HttpRequest,
    territory: Territory,
    form: PolicyForm,
    *,
    status: int = 200,
    conflict: bool = False,
) -> HttpResponse:
    context = {"territory": territory, "form": form, "conflict": conflict}
    return render(request, "board/policy.html", context, status=status)


def _evidence(row: Plan) -> dict[str, object]:
    result = row.result or {}
    run = PriceRun.objects.select_related("requested_by").filter(plan=row).first()
    made = result.get("evidence") or {}
    return {
        "plan": row,
        "zone": row.territory.time_zone,
        "figures": row.progress.get("after", {}),
        "before": row.progress.get("before", {}),
        "costs": evidence.costs(row),
        "left_out": evidence.left_out(row),
        "made": made,
        "again": evidence.again(row),
        "happened": evidence.happened(row),
        "proof": evidence.proof(row),
        "run": run,
        "doing": evidence.under_way(run) if run else "",
        "prices": evidence.prices(run),
        "not_reckoned": evidence.not_reckoned(run),
        "is_warm": evidence.is_warm(row),
        "travel": evidence.travel(row),
    }
