"""Jobs, requests, customers and people, for staff and for programs."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dispatch import tasks
from dispatch.api.auth import ANY, STAFF, office, office_or_program
from dispatch.api.schemas.records import (
    CustomerOut,
    Health,
    JobIn,
    JobOut,
    JobPage,
    RequestIn,
    RequestOut,
    TechnicianBrief,
    WorkTypeOut,
)
from dispatch.errors import InvalidInput
from dispatch.models import Channel, Job, User, WorkType
from dispatch.queries import access, health
from dispatch.services import intake, jobs

router = Router(tags=["records"])
PAGE = 50


@router.get("/jobs", auth=ANY, response=JobPage, operation_id="jobs_list")
def jobs_list(
    request: HttpRequest,
    q: str = Query("", max_length=80),
    offset: int = Query(0, ge=0, le=100_000),
) -> Any:
    """Jobs, newest first; `q` looks in number, title and site."""
    found = access.jobs_for(office_or_program(request))
    rows = jobs.search(found, q)[offset : offset + PAGE + 1]
    lines = [_job(row) for row in rows]
    more = offset + PAGE if len(lines) > PAGE else None
    return {"jobs": lines[:PAGE], "next_offset": more}


@router.post("/jobs", auth=ANY, response={201: JobOut}, operation_id="job_open")
def job_open(request: HttpRequest, body: JobIn) -> Any:
    """Open a job with its first visits."""
    caller = office_or_program(request)
    site = access.get_site_for(caller, body.site)
    work_type = _work_type(body.work_type)
    job = jobs.open_job(
        site=site,
        work_type=work_type,
        title=body.title,
        description=body.description,
        priority=body.priority,
        earliest_start=body.earliest_start,
        latest_end=body.latest_end,
        promise=_promise(body),
        external_ref=body.external_ref,
        by=caller if isinstance(caller, User) else None,
        at=timezone.now(),
    )
    tasks.wake_all_due()
    return Status(201, _job(job))


@router.get("/jobs/{uuid:job_id}", auth=ANY, response=JobOut, operation_id="job_get")
def job_get(request: HttpRequest, job_id: UUID) -> Any:
    """One job."""
    return _job(access.get_job_for(office_or_program(request), job_id))


@router.post(
    "/requests", auth=ANY, response={201: RequestOut}, operation_id="request_receive"
)
def request_receive(request: HttpRequest, body: RequestIn) -> Any:
    """Write down what somebody asks for."""
    caller = office_or_program(request)
    found = intake.receive(
        channel=Channel.PHONE if isinstance(caller, User) else Channel.API,
        territory=access.get_territory_for(caller, body.territory),
        description=body.description,
        contact_name=body.contact_name,
        contact_phone=body.contact_phone,
        contact_email=body.contact_email,
        at=timezone.now(),
    )
    return Status(201, found)


@router.get(
    "/customers", auth=ANY, response=list[CustomerOut], operation_id="customers_list"
)
def customers_list(request: HttpRequest, q: str = Query("", max_length=80)) -> Any:
    """Customers and their sites in the caller's territories."""
    caller = office_or_program(request)
    return access.customers_with_sites(caller, q)


@router.get(
    "/technicians",
    auth=ANY,
    response=list[TechnicianBrief],
    operation_id="technicians_list",
)
def technicians_list(request: HttpRequest) -> Any:
    """Technicians in the caller's territories."""
    return access.technicians_for(office_or_program(request)).filter(is_active=True)


@router.get(
    "/work-types", auth=ANY, response=list[WorkTypeOut], operation_id="work_types_list"
)
def work_types_list(request: HttpRequest) -> Any:
    """Every kind of work."""
    office_or_program(request)
    return WorkType.objects.prefetch_related("questions")


@router.get("/health", auth=STAFF, response=Health, operation_id="health")
def health_get(request: HttpRequest) -> Any:
    """Database, broker and outbox."""
    office(request)
    return health.report(at=timezone.now())


def _work_type(code: str) -> WorkType:
    found = WorkType.objects.filter(code=code).first()
    if found is None:
        message = f"There is no work type {code!r}. See /api/work-types."
        raise InvalidInput(message, field="work_type")
    return found


def _promise(body: JobIn) -> tuple[Any, Any] | None:
    if body.promise_start is None and body.promise_end is None:
        return None
    if body.promise_start is None or body.promise_end is None:
        raise InvalidInput("A promise has a start and an end.", field="promise_end")
    return (body.promise_start, body.promise_end)


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.pk,
        "number": job.number,
        "title": job.title,
        "status": job.status,
        "priority": job.priority,
        "service_line": job.work_type.service_line,
        "customer": job.customer.name,
        "site": job.site.name,
        "visits": [visit.pk for visit in job.visits.all()],
        "created_at": job.created_at,
    }
