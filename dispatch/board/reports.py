"""The service report as a file, for the office."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dispatch import tasks
from dispatch.board.door import office
from dispatch.errors import NotFound
from dispatch.http import report_response
from dispatch.queries import access, report_document
from dispatch.services import reports


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pdf(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The PDF as the customer gets it; a post has it made."""
    user = office(request)
    try:
        visit = access.get_visit_for(user, visit_id)
    except NotFound as error:
        raise Http404 from error
    if not reports.has_report(visit):
        raise Http404
    if request.method == "POST":
        reports.want(visit, at=timezone.now())
        tasks.wake_all_due()
        return redirect("board:report", visit_id=visit_id)
    found = report_document.file(visit)
    if found is None:
        state = report_document.state(visit)
        context = {"state": state, "visit": visit}
        response = render(request, "board/report_wait.html", context, status=202)
        if state == report_document.BEING_MADE:
            response.headers["Refresh"] = "3"
        return response
    return report_response(found.pdf, number=visit.job.number)
