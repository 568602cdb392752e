"""Clocks that run out: say so once per visit and mark, to the people who can act."""

from collections.abc import Iterator
from datetime import datetime

from dispatch.models import ENDED, Event, Feedback, Visit
from dispatch.queries import cards
from dispatch.services import events


def watch(*, at: datetime) -> int:
    """Record every clock that newly passed 50, 75, 90 % or its end; how many did."""
    visits = Visit.objects.exclude(status__in=ENDED).select_related(
        "job__site__territory", "job__work_type"
    )
    return sum(
        1 for visit in visits for kind in _kinds(visit, at) if _raise(visit, kind, at)
    )


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


def _raise(visit: Visit, kind: str, at: datetime) -> bool:
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


def _kinds(visit: Visit, at: datetime) -> Iterator[str]:
    """Promise and contract are two clocks: one does not hide the other."""
    if visit.is_late(at):
        yield "promise.missed"
    if cards.sla_missed(visit, at):
        yield "sla.missed"
    elif mark := cards.jeopardy(visit, at):
        yield f"sla.jeopardy_{mark}"
