"""The dispatcher's pages: the frame of the living board, and a plan's evidence."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from dispatch.errors import NotFound
from dispatch.models import Plan, Role, User
from dispatch.queries import access
from dispatch.services.planning import evidence


@require_safe
@login_required
@ensure_csrf_cookie
def board(request: HttpRequest) -> HttpResponse:
    """Today's board of the dispatcher's first territory."""
    user = _office(request)
    territory = access.territories_for(user).first()
    if territory is None:
        return render(request, "board/no_territory.html", status=403)
    zone = ZoneInfo(territory.time_zone)
    context = {
        "territory": territory,
        "today": timezone.now().astimezone(zone).date().isoformat(),
        "map_style": settings.BASEMAP_STYLE,
    }
    return render(request, "board/board.html", context)


@require_safe
@login_required
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What a plan stands on: inputs, price, what was left out, and how to replay it."""
    user = _office(request)
    try:
        row = access.get_plan_for(user, plan_id)
    except NotFound as error:
        raise Http404 from error
    return render(request, "board/plan.html", _evidence(row))


def _evidence(row: Plan) -> dict[str, object]:
    result = row.result or {}
    return {
        "plan": row,
        "zone": row.territory.time_zone,
        "figures": row.progress.get("after", {}),
        "before": row.progress.get("before", {}),
        "costs": evidence.costs(row),
        "left_out": evidence.left_out(row),
        "proof": result.get("evidence") or {},
        "bound": result.get("bound"),
        "gap": result.get("gap"),
    }


def _office(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    if user.role not in {Role.DISPATCHER, Role.ADMIN}:
        raise PermissionDenied("The board is for dispatchers.")
    return user
