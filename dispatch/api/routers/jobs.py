"""Jobs that are one job: words added to it, or the second merged into the first."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from dispatch import tasks
from dispatch.api.auth import STAFF, office
from dispatch.api.schemas.calls import JobLine, MergeIn, NoteIn
from dispatch.models import User
from dispatch.queries import access, alike
from dispatch.services import job_merge

router = Router(tags=["jobs"], auth=STAFF)


@router.post(
    "/jobs/{uuid:job_id}/notes", response={201: JobLine}, operation_id="job_note"
)
def job_note(request: HttpRequest, job_id: UUID, body: NoteIn) -> Any:
    """Write to the job's next visit; its technician reads it there."""
    user = office(request)
    job = access.get_job_for(user, job_id)
    job_merge.add_note(job, body=body.body, by=user, at=timezone.now())
    return Status(201, _line(user, job_id))


@router.post("/jobs/{uuid:job_id}/merge", response=JobLine, operation_id="job_merge")
def merge(request: HttpRequest, job_id: UUID, body: MergeIn) -> Any:
    """Close this job as the same as another; what was said in it goes there."""
    user = office(request)
    job = access.get_job_for(user, job_id)
    into = access.get_job_for(user, body.into)
    job_merge.merge(job, into=into, by=user, at=timezone.now())
    tasks.wake_all_due()
    return _line(user, into.pk)


def _line(user: User, job_id: UUID) -> dict[str, Any]:
    return alike.line(access.get(alike.with_lines(access.jobs_for(user)), job_id))
