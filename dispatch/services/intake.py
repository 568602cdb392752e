"""What people ask for, and how it becomes a job."""

from datetime import datetime

from django.db import transaction

from dispatch.errors import IllegalMove, InvalidInput
from dispatch.models import (
    Channel,
    Contact,
    Job,
    Request,
    RequestStatus,
    Site,
    Territory,
    User,
    WorkType,
)
from dispatch.services import events, jobs


@transaction.atomic
def receive(
    *,
    channel: str,
    territory: Territory,
    description: str,
    at: datetime,
    contact_name: str = "",
    contact_phone: str = "",
    contact_email: str = "",
) -> Request:
    """Write down what somebody asks for, whatever the channel."""
    if channel not in Channel.values:
        raise InvalidInput(f"There is no channel {channel!r}.", field="channel")
    if not description.strip():
        raise InvalidInput("A request says what is wrong.", field="description")
    request = Request.objects.create(
        channel=channel,
        territory=territory,
        description=description,
        contact_name=contact_name,
        contact_phone=contact_phone,
        contact_email=contact_email,
        created_at=at,
    )
    events.record(
        "request.received",
        subject=request,
        by=None,
        at=at,
        territory=territory,
        label=contact_name or "customer",
    )
    return request


@transaction.atomic
def accept(
    request: Request,
    *,
    site: Site,
    work_type: WorkType,
    by: User | None,
    at: datetime,
    earliest_start: datetime,
    latest_end: datetime,
    contact: Contact | None = None,
) -> Job:
    """Open the job that the request asks for; a request becomes one job, once."""
    row = Request.objects.select_for_update().get(pk=request.pk)
    if row.status != RequestStatus.NEW:
        raise IllegalMove("This request has been answered already.")
    job = jobs.open_job(
        site=site,
        work_type=work_type,
        title=work_type.name,
        description=row.description,
        contact=contact,
        by=by,
        at=at,
        earliest_start=earliest_start,
        latest_end=latest_end,
    )
    row.status, row.job, row.customer = RequestStatus.ACCEPTED, job, site.customer
    row.save(update_fields=["status", "job", "customer"])
    return job
