"""Clocks that run out: say so once per visit and mark, to the people who can act."""

from datetime import datetime

from dispatch.models import ENDED, Event, Feedback, Visit
from dispatch.queries import cards
from dispatch.services import events


def watch(*, at: datetime) -> int:
    """Record every clock that newly passed 50, 75, 90 % or its end."""
    visits = Visit.objects.exclude(status__in=ENDED).select_related(
        "job__site__territory", "job__work_type"
    )
    return sum(1 for visit in visits if _raise(visit, at=at))


def low_rating(feedback: Feedback, *, at: datetime) -> Event:
    """A customer was let down: somebody calls them within the hour."""
    visit = feedback.visit
    return events.record(
        "feedback.low",
        subject=visit,
        by=None,
        at=at,
        territory=visit.job.site.territory,
        label="customer",
        data={"score": feedback.score, "reason": feedback.reason},
    )


def _raise(visit: Visit, *, at: datetime) -> bool:
    kind = _kind(visit, at)
    if kind is None:
        return False
    if Event.objects.filter(subject_id=visit.pk, kind=kind).exists():
        return False
    events.record(
        kind,
        subject=visit,
        by=None,
        at=at,
        territory=visit.job.site.territory,
        label="clock",
    )
    return True


def _kind(visit: Visit, at: datetime) -> str | None:
    if visit.is_late(at):
        return "promise.missed"
    if cards.sla_missed(visit, at):
        return "sla.missed"
    mark = cards.jeopardy(visit, at)
    return f"sla.jeopardy_{mark}" if mark else None
