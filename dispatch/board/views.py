"""The board's page: a frame in which the living board is mounted."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from dispatch.models import Role, User
from dispatch.queries import access


@require_safe
@login_required
@ensure_csrf_cookie
def board(request: HttpRequest) -> HttpResponse:
    """Today's board of the dispatcher's first territory."""
    user = request.user
    assert isinstance(user, User)
    if user.role not in {Role.DISPATCHER, Role.ADMIN}:
        raise PermissionDenied("The board is for dispatchers.")
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
