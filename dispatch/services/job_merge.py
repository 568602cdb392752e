"""Two jobs that are one: notes, photos and messages go to the job that stays."""

from datetime import datetime

from django.db import transaction

from dispatch.errors import IllegalMove, InvalidInput
from dispatch.models import (
    ENDED,
    Job,
    JobStatus,
    Note,
    Photo,
    Request,
    User,
    Visit,
    VisitStatus,
)
from dispatch.queries import alike
from dispatch.services import events, notes, visits


def add_note(job: Job, *, body: str, by: User, at: datetime) -> Note:
    """What a second call says about a job, where its technician reads it."""
    visit = alike.next_visit(job)
    if visit is None:
        raise InvalidInput(
            f"{job.number} has no visit to write to. Open a new job.", field="job"
        )
    return notes.add(visit, body=body, by=by, at=at)


@transaction.atomic
def merge(job: Job, *, into: Job, by: User, at: datetime) -> Job:
    """Close `job`, and keep what was said in it with `into`, which is returned.

    Raises IllegalMove when either is closed or `job` has a visit that is placed, and
    InvalidInput for the job itself or another customer's.
    """
    gone, kept = _locked(job, into)
    _check(gone, kept)
    target = alike.next_visit(kept)
    assert target is not None
    moved = _move_words(gone, target)
    for visit in gone.visits.exclude(status__in=ENDED):
        visits.cancel(visit, reason=visits.MERGED, by=by, at=at)
    Job.objects.filter(pk=gone.pk).update(status=JobStatus.MERGED, merged_into=kept)
    Request.objects.filter(job=gone).update(job=kept)
    _add_description(gone, target, by=by, at=at)
    for row, kind, other in ((gone, "job.merged", kept), (kept, "job.absorbed", gone)):
        events.record(
            kind,
            subject=row,
            by=by,
            at=at,
            territory=row.site.territory,
            data={"job": str(other.pk), "number": other.number, **moved},
        )
    kept.refresh_from_db()
    return kept


def _locked(job: Job, into: Job) -> tuple[Job, Job]:
    """Both rows, locked in one order so that two merges cannot wait for each other."""
    if job.pk == into.pk:
        raise InvalidInput("A job is not merged into itself.", field="into")
    visits.lock_all(
        Visit.objects.filter(job__in=[job, into]).values_list("pk", flat=True)
    )
    rows = Job.objects.select_for_update(of=("self",)).filter(pk__in=[job.pk, into.pk])
    found = {
        row.pk: row for row in rows.order_by("pk").select_related("site__territory")
    }
    return found[job.pk], found[into.pk]


def _check(gone: Job, kept: Job) -> None:
    if gone.customer_id != kept.customer_id:
        raise InvalidInput(
            f"{gone.number} and {kept.number} are of different customers.", field="into"
        )
    for row in (gone, kept):
        if row.status != JobStatus.OPEN:
            word = row.get_status_display().lower()
            raise IllegalMove(f"{row.number} is closed: {word}.")
    if not _is_placed(gone):
        if alike.next_visit(kept) is None:
            raise IllegalMove(f"{kept.number} has no visit. Merge the other way.")
        return
    if _is_placed(kept):
        raise IllegalMove(
            f"Both {gone.number} and {kept.number} have a visit with a place. Put one "
            "back into the queue or cancel it, then merge."
        )
    raise IllegalMove(
        f"{gone.number} has a visit with a place and {kept.number} has none. "
        f"Merge {kept.number} into {gone.number} instead."
    )


def _is_placed(job: Job) -> bool:
    """Somebody has it on their day, or has been there."""
    idle = [VisitStatus.UNSCHEDULED, VisitStatus.CANCELLED]
    return job.visits.exclude(status__in=idle).exists()


def _move_words(gone: Job, target: Visit) -> dict[str, int]:
    return {
        "notes": Note.objects.filter(visit__job=gone).update(visit=target),
        "photos": Photo.objects.filter(visit__job=gone).update(visit=target),
    }


def _add_description(gone: Job, target: Visit, *, by: User, at: datetime) -> None:
    """What the technician would otherwise not read."""
    body = f"From {gone.number}, {gone.title}: {gone.description}".strip().rstrip(":")
    notes.add(target, body=body[: notes.LONGEST], by=by, at=at)
