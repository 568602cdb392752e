"""The office's page of roads: where travel times come from, and how good they are."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dispatch.board.door import office
from dispatch.queries import roads_page


@require_safe
@login_required
def roads(request: HttpRequest) -> HttpResponse:
    """Everything on one page, trouble first."""
    return render(request, "board/roads.html", roads_page.page(office(request)))
