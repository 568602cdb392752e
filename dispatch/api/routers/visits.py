"""What a dispatcher does with one visit; every act is judged before it is written."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from dispatch import tasks
from dispatch.api.auth import STAFF, office
from dispatch.api.schemas.times import Day
from dispatch.api.schemas.visits import (
    ActOut,
    AssignIn,
    CandidatesOut,
    OverrunIn,
    PinIn,
    PlaceIn,
    PreviewOut,
    ReasonIn,
    RemediesOut,
    SendIn,
    UndoIn,
    Undone,
    VersionIn,
    VisitOut,
    WhyHereOut,
)
from dispatch.errors import VersionConflict
from dispatch.models import User, Visit
from dispatch.queries import access, cards, visit_page
from dispatch.services import disruptions, placing, visits
from dispatch.services.planning import candidates, live, remedies, why_here

router = Router(tags=["visits"], auth=STAFF)


@router.get("/visits/{uuid:visit_id}", response=VisitOut, operation_id="visit_get")
def visit_get(request: HttpRequest, visit_id: UUID) -> Any:
    """One visit with everything behind it."""
    return visit_page.visit(office(request), visit_id=visit_id, at=timezone.now())


@router.get(
    "/visits/{uuid:visit_id}/candidates",
    response=CandidatesOut,
    operation_id="visit_candidates",
)
def visit_candidates(request: HttpRequest, visit_id: UUID, day: Day) -> Any:
    """Who could do it that day, best first; the others with what stops them."""
    user = office(request)
    visit = access.get_visit_for(user, visit_id)
    return {"candidates": candidates.ranked(visit, day=day, at=timezone.now())}


@router.get(
    "/visits/{uuid:visit_id}/remedies",
    response=RemediesOut,
    operation_id="visit_remedies",
)
def visit_remedies(request: HttpRequest, visit_id: UUID, day: Day) -> Any:
    """What would make room for it that day; each was carried out and judged."""
    user = office(request)
    visit = access.get_visit_for(user, visit_id)
    return remedies.offered(visit, day=day, at=timezone.now())


@router.get(
    "/visits/{uuid:visit_id}/why-here",
    response=WhyHereOut,
    operation_id="visit_why_here",
)
def visit_why_here(request: HttpRequest, visit_id: UUID) -> Any:
    """Why it is with its technician, and what anybody else would cost."""
    user = office(request)
    visit = access.get_visit_for(user, visit_id)
    return why_here.told(visit, at=timezone.now())


@router.post(
    "/visits/{uuid:visit_id}/preview",
    response=PreviewOut,
    operation_id="visit_preview",
)
def visit_preview(request: HttpRequest, visit_id: UUID, body: PlaceIn) -> Any:
    """What a placement would mean, without making it."""
    user = office(request)
    visit = access.get_visit_for(user, visit_id)
    technician = access.get_technician_for(user, body.technician)
    return live.preview(visit, technician=technician, start=body.start)


@router.post(
    "/visits/{uuid:visit_id}/assign", response=ActOut, operation_id="visit_assign"
)
def visit_assign(request: HttpRequest, visit_id: UUID, body: AssignIn) -> Any:
    """Place or move a visit; a broken rule needs a reason."""
    user = office(request)
    technician = access.get_technician_for(user, body.technician)

    def act(visit: Visit, at: datetime) -> Visit:
        return placing.assign(
            visit,
            technician=technician,
            start=body.start,
            by=user,
            at=at,
            version=body.version,
            override_reason=body.override_reason,
        )

    return _done(user, visit_id, act)


@router.post(
    "/visits/{uuid:visit_id}/unassign", response=ActOut, operation_id="visit_unassign"
)
def visit_unassign(request: HttpRequest, visit_id: UUID, body: VersionIn) -> Any:
    """Put a visit back into the queue."""
    user = office(request)
    return _done(
        user,
        visit_id,
        lambda visit, at: placing.unassign(visit, by=user, at=at, version=body.version),
    )


@router.post(
    "/visits/{uuid:visit_id}/dispatch", response=ActOut, operation_id="visit_dispatch"
)
def visit_dispatch(request: HttpRequest, visit_id: UUID, body: SendIn) -> Any:
    """Tell the technician."""
    user = office(request)

    def act(visit: Visit, at: datetime) -> Visit:
        return visits.send(
            visit,
            by=user,
            at=at,
            version=body.version,
            override_reason=body.override_reason,
        )

    return _done(user, visit_id, act)


@router.post(
    "/visits/{uuid:visit_id}/recall", response=ActOut, operation_id="visit_recall"
)
def visit_recall(request: HttpRequest, visit_id: UUID, body: ReasonIn) -> Any:
    """Take a visit back from the technician, with a reason."""
    user = office(request)

    def act(visit: Visit, at: datetime) -> Visit:
        return visits.recall(
            visit, reason=body.reason, by=user, at=at, version=body.version
        )

    return _done(user, visit_id, act)


@router.post(
    "/visits/{uuid:visit_id}/cancel", response=ActOut, operation_id="visit_cancel"
)
def visit_cancel(request: HttpRequest, visit_id: UUID, body: ReasonIn) -> Any:
    """Call a visit off, with a reason."""
    user = office(request)

    def act(visit: Visit, at: datetime) -> Visit:
        return visits.cancel(
            visit, reason=body.reason, by=user, at=at, version=body.version
        )

    return _done(user, visit_id, act)


@router.post("/visits/{uuid:visit_id}/pin", response=ActOut, operation_id="visit_pin")
def visit_pin(request: HttpRequest, visit_id: UUID, body: PinIn) -> Any:
    """Keep time, person or both, or let go again."""
    user = office(request)

    def act(visit: Visit, at: datetime) -> Visit:
        return placing.set_pin(
            visit,
            pin=body.pin,
            reason=body.reason,
            by=user,
            at=at,
            version=body.version,
        )

    return _done(user, visit_id, act)


@router.post(
    "/visits/{uuid:visit_id}/overrun",
    response=ActOut,
    operation_id="visit_overruns",
)
def visit_overruns(request: HttpRequest, visit_id: UUID, body: OverrunIn) -> Any:
    """Say when work under way is now expected to end."""
    user = office(request)
    visit = access.get_visit_for(user, visit_id)
    disruptions.overruns(
        visit, until=body.until, by=user, at=timezone.now(), version=body.version
    )
    event = disruptions.last_event(visit, by=user)
    assert event is not None
    return {"visit": _card(user, visit_id), "undo": event.pk}


@router.post("/undo", response=Undone, operation_id="undo")
def undo(request: HttpRequest, body: UndoIn) -> Any:
    """Take back one's own act, unless something followed it."""
    user = office(request)
    event = access.get_event_for(user, body.event)
    if event.subject_type == "technician":
        disruptions.undo_absence(event, by=user, at=timezone.now())
        return {"visit": None}
    if event.kind == disruptions.OVERRUN:
        disruptions.undo_overrun(event, by=user, at=timezone.now())
    else:
        placing.undo(event, by=user, at=timezone.now())
    return {"visit": _card(user, event.subject_id)}


def _done(
    user: User, visit_id: UUID, act: Callable[[Visit, datetime], Visit]
) -> dict[str, Any]:
    """Fetch through the door, act, wake the workers, show the visit as it is now."""
    visit = access.get_visit_for(user, visit_id)
    try:
        act(visit, timezone.now())
    except VersionConflict as conflict:
        conflict.details["current"] = _card(user, visit_id)
        raise
    tasks.wake_all_due()
    event = placing.last_event(visit, by=user)
    return {"visit": _card(user, visit_id), "undo": event.pk}


def _card(user: User, visit_id: UUID) -> dict[str, Any]:
    rows = cards.with_card_rows(access.visits_for(user))
    row = access.get(rows, visit_id)
    return cards.card(row, at=timezone.now(), vans=cards.Vans.read())
