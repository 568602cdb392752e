"""What a customer may know: the work on offer, and their own visit in plain words."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from dispatch.models import (
    ENDED,
    Feedback,
    Photo,
    ServiceLine,
    Technician,
    Visit,
    VisitStatus,
    WorkType,
)
from dispatch.queries import arrivals, report, wording

S = VisitStatus
# Status to glyph tone and headline; `{who}` is a first name once they have set off.
WORDS: dict[str, tuple[str, str]] = {
    S.UNSCHEDULED: ("", "We are finding a time"),
    S.SCHEDULED: ("", "Your visit is booked"),
    S.DISPATCHED: ("", "Your visit is booked"),
    S.ACKNOWLEDGED: ("", "Your visit is booked"),
    S.EN_ROUTE: ("live", "{who} is on the way"),
    S.ON_SITE: ("live", "{who} has arrived"),
    S.IN_PROGRESS: ("live", "{who} is at work"),
    S.PAUSED: ("live", "The work is paused"),
    S.COMPLETED: ("done", "Your visit is done"),
    S.CANNOT_COMPLETE: ("risk", "We could not finish the work"),
    S.NO_ACCESS: ("risk", "We could not get in"),
    S.CANCELLED: ("", "This visit is cancelled"),
}
BEFORE_DEPARTURE = frozenset({S.UNSCHEDULED, S.SCHEDULED, S.DISPATCHED, S.ACKNOWLEDGED})
WITH_YOU = frozenset({S.ON_SITE, S.IN_PROGRESS, S.PAUSED})
STEPS = ("Booked", "On the way", "With you", "Done")
OVER = frozenset({S.COMPLETED, S.CANNOT_COMPLETE, S.NO_ACCESS})
SET_OFF = WITH_YOU | OVER | {S.EN_ROUTE}


def bookable() -> QuerySet[WorkType]:
    """The work that customers can book themselves: one person is enough for it."""
    return WorkType.objects.filter(bookable=True, crew_size=1).order_by("name")


def hold(visit_id: UUID | str | None) -> Visit | None:
    """The window that a visitor of the portal holds, if they do still."""
    if not visit_id:
        return None
    rows = Visit.objects.select_related("job__site__territory", "job__work_type")
    return rows.filter(
        pk=visit_id, status=S.SCHEDULED, hold_expires_at__isnull=False
    ).first()


def booked(visit_id: UUID | str | None) -> Visit | None:
    """The visit of a visitor who has begun to book, whatever became of it."""
    if not visit_id:
        return None
    rows = Visit.objects.select_related("job__site__territory", "job__work_type")
    return rows.filter(pk=visit_id).first()


def visit_page(visit_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Everything that the page of one visit shows, and nothing else."""
    visit = Visit.objects.select_related(
        "job__site", "job__work_type", "technician", "feedback"
    ).get(pk=visit_id)
    zone = visit.job.site.time_zone
    tone, headline = WORDS[visit.status]
    who = first_name(visit)
    return {
        "status": visit.status,
        "version": visit.version,
        "tone": tone,
        "headline": headline.format(who=who),
        "sentence": _sentence(visit),
        "number": visit.job.number,
        "what": what(visit),
        "about": wording.about(visit.duration_minutes),
        "where": ", ".join(
            x for x in (visit.job.site.name, visit.job.site.street) if x
        ),
        "who": who if visit.status in SET_OFF - OVER else "",
        "time": _ended(visit, zone) or _promise(visit, zone),
        "promised": _promise(visit, zone) if visit.status in SET_OFF else None,
        "arrival": arrivals.shown(visit, at=at, zone=zone),
        "steps": _steps(visit),
        "can_cancel": visit.status in BEFORE_DEPARTURE | {S.EN_ROUTE},
        "can_rate": visit.status in OVER,
        "has_report": visit.status == S.COMPLETED,
        "rating": _rating(visit),
    }


def photos_of(visit_id: UUID) -> QuerySet[Photo]:
    """The photos that belong to a visit's report; some may still be on their way."""
    return report.photos_of(Visit.objects.get(pk=visit_id))


def what(visit: Visit) -> str:
    """The work in a customer's words; in healthcare never the reason."""
    kind = visit.job.work_type
    if kind.service_line == ServiceLine.HEALTHCARE:
        return "Care visit"
    return kind.customer_words or kind.name


def first_name(visit: Visit) -> str:
    """What the customer may call the technician."""
    person: Technician | None = visit.technician
    if person is None:
        return "Our technician"
    words = [word for word in person.name.split() if not word.endswith(".")]
    return words[0] if words else "Our technician"


def _sentence(visit: Visit) -> str:
    if visit.hold_expires_at is not None:
        return "This time is held for you and not confirmed yet."
    if visit.status == S.UNSCHEDULED:
        return "The time you chose stays. We are deciding who comes."
    if visit.status in BEFORE_DEPARTURE:
        return "We arrive inside this time. This page shows when we set off."
    if visit.status == S.NO_ACCESS:
        return "Nobody let us in. Call us, and we find another time."
    if visit.status == S.CANNOT_COMPLETE:
        return "We call you about the next step. Nothing is needed from you."
    if visit.status == S.CANCELLED:
        return "Nobody will come. You can book another time."
    return ""


def _promise(visit: Visit, zone: str) -> dict[str, str] | None:
    start = visit.promise_start or visit.sched_start
    end = visit.promise_end or visit.sched_end
    if start is None or end is None:
        return None
    return {
        "day": wording.day(start, zone=zone),
        "window": wording.window(start, end, zone=zone),
    }


def _steps(visit: Visit) -> list[dict[str, Any]]:
    if visit.status == S.CANCELLED:
        return []
    reached = 0
    if visit.status == S.EN_ROUTE:
        reached = 1
    elif visit.status in WITH_YOU:
        reached = 2
    elif visit.status in ENDED:
        reached = 3
    return [
        {"word": word, "is_done": n < reached or reached == 3, "is_now": n == reached}
        for n, word in enumerate(STEPS)
    ]


def _ended(visit: Visit, zone: str) -> dict[str, str] | None:
    """When it was over, in the same two lines as the promise."""
    if visit.status not in OVER or visit.actual_end is None:
        return None
    return {
        "day": wording.day(visit.actual_end, zone=zone),
        "window": wording.clock(visit.actual_end, zone=zone),
    }


def _rating(visit: Visit) -> Feedback | None:
    return getattr(visit, "feedback", None)
