"""The service report as a file, behind a customer's link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dispatch import tasks
from dispatch.http import report_response
from dispatch.models import TrackingLink
from dispatch.portal.pages import not_found, show
from dispatch.portal.visits import private
from dispatch.queries import portal, report_document
from dispatch.services import reports


@require_http_methods(["GET", "HEAD", "POST"])
@private
def pdf(request: HttpRequest, link: TrackingLink) -> HttpResponse:
    """The PDF; while it is being made, a page that says so and looks again.

    A post has it made, also once it was given up.
    """
    visit = link.visit
    if not portal.visit_page(visit.pk, at=timezone.now())["has_report"]:
        return not_found(request)
    if request.method == "POST":
        reports.want(visit, at=timezone.now())
        tasks.wake_all_due()
        return redirect("portal:report-pdf", ref=link.pk)
    found = report_document.file(visit)
    if found is None:
        state = report_document.state(visit)
        context = {"state": state, "ref": link.pk, "number": visit.job.number}
        response = show(request, "portal/report_wait.html", context, status=202)
        if state == report_document.BEING_MADE:
            response.headers["Refresh"] = "3"
        return response
    return report_response(found.pdf, number=visit.job.number)
