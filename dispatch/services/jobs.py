"""Open jobs: number, clocks and first visits in one transaction."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from dispatch.errors import InvalidInput
from dispatch.models import (
    Asset,
    Contact,
    Crew,
    Job,
    Site,
    Sla,
    User,
    Visit,
    WorkType,
)
from dispatch.services import events

FIRST_NUMBER = 2200
Span = tuple[datetime, datetime]
OwnWindow = tuple[datetime, datetime, str]


@transaction.atomic
def open_job(
    *,
    site: Site,
    work_type: WorkType,
    title: str,
    by: User | None,
    at: datetime,
    earliest_start: datetime,
    latest_end: datetime,
    priority: int | None = None,
    description: str = "",
    contact: Contact | None = None,
    asset: Asset | None = None,
    window: OwnWindow | None = None,
    promise: Span | None = None,
    external_ref: str = "",
    duration_minutes: int | None = None,
    label: str = "",
    number: str = "",
) -> Job:
    """A new job with one visit for each member of its crew.

    `number` is one of `take_numbers`, for whoever opens many jobs together.
    Raises InvalidInput when a span ends before it starts, or is shorter than the work.
    """
    length = timedelta(minutes=duration_minutes or work_type.duration_minutes)
    _check_span("latest_end", (earliest_start, latest_end), at_least=length)
    if window is not None:
        _check_span("window_end", window[:2])
    if promise is not None:
        _check_span("promise_end", promise)
    job = Job.objects.create(
        number=number or next_number(),
        customer=site.customer,
        site=site,
        contact=contact,
        asset=asset,
        work_type=work_type,
        title=title,
        description=description,
        priority=priority or work_type.priority,
        external_ref=external_ref,
        created_at=at,
        **_clocks(site.customer.sla, at),
    )
    crew = Crew.objects.create(job=job) if work_type.crew_size > 1 else None
    for _ in range(work_type.crew_size):
        Visit.objects.create(
            job=job,
            crew=crew,
            duration_minutes=duration_minutes or work_type.duration_minutes,
            earliest_start=earliest_start,
            latest_end=latest_end,
            **_windows(window, promise),
        )
    events.record(
        "job.opened", subject=job, by=by, at=at, territory=site.territory, label=label
    )
    return job


def next_number() -> str:
    """The next job number; whoever asks waits until the one before has committed."""
    return take_numbers(1)[0]


def take_numbers(count: int) -> list[str]:
    """The next `count` job numbers, with one step of the counter.

    Every step leaves a version of its row behind until the transaction ends, and the
    next one walks past all of them: many single steps would grow with their square.
    """
    if count < 1:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dispatch_counter (name, value) VALUES ('job', %s) "
            "ON CONFLICT (name) DO UPDATE SET value = dispatch_counter.value + %s "
            "RETURNING value",
            [FIRST_NUMBER + count - 1, count],
        )
        last: int = cursor.fetchone()[0]
    return [f"J-{number}" for number in range(last - count + 1, last + 1)]


def search(jobs: QuerySet[Job], text: str) -> QuerySet[Job]:
    """Jobs whose number, title or site holds `text`, with what a list shows."""
    found = jobs.select_related("work_type", "customer", "site")
    found = found.prefetch_related("visits")
    if not text.strip():
        return found
    return found.filter(
        Q(number__icontains=text)
        | Q(title__icontains=text)
        | Q(site__name__icontains=text)
    )


def _clocks(sla: Sla | None, at: datetime) -> dict[str, datetime | None]:
    if sla is None:
        return {}
    return {
        "respond_due": _after(at, sla.respond_minutes),
        "onsite_due": _after(at, sla.onsite_minutes),
        "restore_due": _after(at, sla.restore_minutes),
    }


def _after(at: datetime, minutes: int | None) -> datetime | None:
    return None if minutes is None else at + timedelta(minutes=minutes)


def _windows(window: OwnWindow | None, promise: Span | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if window is not None:
        found["window_start"], found["window_end"], found["window_kind"] = window
    if promise is not None:
        found["promise_start"], found["promise_end"] = promise
    return found


def _check_span(field: str, span: Span, *, at_least: timedelta = timedelta()) -> None:
    start, end = span
    if start.tzinfo is None or end.tzinfo is None:
        message = "Times need a zone, for example 2026-01-31T09:00:00Z."
        raise InvalidInput(message, field=field)
    if end - start < max(at_least, timedelta(minutes=1)):
        message = "The end is before the start, or leaves no time for the work."
        raise InvalidInput(message, field=field)
