"""Open jobs that may be the same as the one that is being asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Greatest

from dispatch.models import ENDED, Asset, Job, JobStatus, Site, Visit, WorkType
from dispatch.queries import access

MOST = 3
LIKE_WORDS = 0.4
MOST_LOOKED_AT = 50


@dataclass(frozen=True)
class Asked:
    """What is known so far of the job that is being asked for."""

    site: Site
    asset: Asset | None = None
    work_type: WorkType | None = None
    words: str = ""


def open_jobs(
    caller: access.Caller, asked: Asked, *, at: datetime, but: Job | None = None
) -> list[dict[str, Any]]:
    """The likeliest first, each with why it is shown and how it stands."""
    since = at - timedelta(days=settings.DUPLICATE_DAYS)
    rows = access.jobs_for(caller).filter(
        customer=asked.site.customer_id, status=JobStatus.OPEN, created_at__gte=since
    )
    # A window that somebody holds on the phone is no job yet.
    rows = rows.exclude(visits__hold_expires_at__isnull=False)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    found = [(_score(row, asked), row) for row in _with_words(rows, asked.words)]
    likely = sorted(
        (pair for pair in found if pair[0] > 0),
        key=lambda pair: (-pair[0], -pair[1].created_at.timestamp()),
    )
    return [line(row, why=_why(row, asked)) for _, row in likely[:MOST]]


def line(row: Job, *, why: str = "") -> dict[str, Any]:
    """A job as a line of a list; fetch it with `with_lines`."""
    visit = next_visit(row)
    return {
        "id": row.pk,
        "number": row.number,
        "title": row.title,
        "site": row.site.name,
        "created_at": row.created_at,
        "why": why,
        "visit": visit.pk if visit else None,
        "status": visit.status if visit else "",
        "technician": visit.technician.name if visit and visit.technician else "",
        "start": visit.promise_start or visit.sched_start if visit else None,
        "end": visit.promise_end or visit.sched_end if visit else None,
    }


def with_lines(rows: QuerySet[Job]) -> QuerySet[Job]:
    """Fetch everything that a line reads, in two queries."""
    visits = Visit.objects.select_related("technician").order_by("sched_start", "id")
    return rows.select_related("site", "work_type").prefetch_related(
        Prefetch("visits", queryset=visits)
    )


def next_visit(row: Job) -> Visit | None:
    """The visit that is still to come, else the last one."""
    visits = list(row.visits.all())
    coming = [visit for visit in visits if visit.status not in ENDED]
    return coming[0] if coming else (visits[-1] if visits else None)


def _with_words(rows: QuerySet[Job], words: str) -> list[Job]:
    text = " ".join(words.split())[:400]
    if text:
        near = Greatest(
            TrigramWordSimilarity(text, "title"),
            TrigramWordSimilarity(text, "description"),
        )
        rows = rows.annotate(near=near)
    return list(with_lines(rows).order_by("-created_at")[:MOST_LOOKED_AT])


def _score(row: Job, asked: Asked) -> float:
    """Nought when it is another matter: another site, other words, other work."""
    near = float(getattr(row, "near", 0) or 0)
    asset, site, work = _same(row, asked)
    if asset:
        return 3 + near
    if site and (work or near >= LIKE_WORDS):
        return 2 + near
    return near if near >= LIKE_WORDS and work else 0


def _same(row: Job, asked: Asked) -> tuple[bool, bool, bool]:
    asset = asked.asset is not None and row.asset_id == asked.asset.pk
    work = asked.work_type is not None and row.work_type_id == asked.work_type.pk
    return asset, row.site_id == asked.site.pk, work


def _why(row: Job, asked: Asked) -> str:
    asset, site, work = _same(row, asked)
    near = float(getattr(row, "near", 0) or 0) >= LIKE_WORDS
    parts = [
        "same asset" if asset else "same site" if site else f"at {row.site.name}",
        "same work" if work else "",
        "like words" if near else "",
    ]
    words = ", ".join(part for part in parts if part)
    return words[0].upper() + words[1:]
