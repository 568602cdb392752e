"""The frame of the form that a call is taken with."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from dispatch.board.door import office


@require_safe
@login_required
@ensure_csrf_cookie
def new(request: HttpRequest) -> HttpResponse:
    """An empty call, or the one that this browser tab has begun."""
    office(request)
    kept = {key: request.GET[key] for key in ("territory", "day") if key in request.GET}
    back = f"{reverse('board:board')}?{urlencode(kept)}"
    return render(request, "board/call.html", {"back": back})
