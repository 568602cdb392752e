"""The board of a day, sending it, and who is asking."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from dispatch import tasks
from dispatch.api.auth import STAFF, anybody, office
from dispatch.api.schemas.board import (
    AbsenceIn,
    AbsenceNoted,
    Board,
    DayIn,
    Me,
    Sent,
    WaysOut,
)
from dispatch.api.schemas.times import Day
from dispatch.errors import DomainError
from dispatch.models import VisitStatus
from dispatch.queries import access, board, driven_ways
from dispatch.services import disruptions, visits

router = Router(tags=["board"], auth=STAFF)


@router.get("/me", response=Me, operation_id="me")
def me(request: HttpRequest) -> Any:
    """Who is signed in, and where they work."""
    user = anybody(request)
    words = str(user).split()
    return {
        "id": user.pk,
        "name": str(user),
        "role": user.role,
        "initials": "".join(word[0] for word in words[:2]).upper(),
        "territories": list(access.territories_for(user)),
    }


@router.get("/board", response=Board, operation_id="board_day")
def board_day(request: HttpRequest, territory: str, day: Day) -> Any:
    """Everything the board shows of one territory on one day."""
    user = office(request)
    area = access.get_territory_for(user, territory)
    return board.day(user, territory=area, on=day, at=timezone.now())


@router.post(
    "/technicians/{uuid:technician_id}/absences",
    response={201: AbsenceNoted},
    operation_id="technician_absent",
)
def technician_absent(
    request: HttpRequest, technician_id: UUID, body: AbsenceIn
) -> Any:
    """Write down that somebody is away; a repair of the day may follow."""
    user = office(request)
    person = access.get_technician_for(user, technician_id)
    absence = disruptions.technician_absent(
        person,
        start=body.start,
        end=body.end,
        reason=body.reason,
        by=user,
        at=timezone.now(),
    )
    event = disruptions.last_event(person, by=user)
    shown = {
        "start": absence.starts_at,
        "end": absence.ends_at,
        "reason": absence.reason,
    }
    return 201, {"absence": shown, "undo": event.pk}


@router.get(
    "/technicians/{uuid:technician_id}/ways",
    response=WaysOut,
    operation_id="technician_ways",
)
def technician_ways(request: HttpRequest, technician_id: UUID, day: Day) -> Any:
    """The day of a person along the roads, for the map."""
    user = office(request)
    person = access.get_technician_for(user, technician_id)
    area = access.territories_for(user).filter(technicians=person).first()
    if area is None:
        return {"legs": []}
    start, end = board.bounds(area, day)
    return driven_ways.day(user, person, start=start, end=end)


@router.post("/board/dispatch", response=Sent, operation_id="board_dispatch")
def board_dispatch(request: HttpRequest, body: DayIn) -> Any:
    """Send every scheduled visit of the day that is ready."""
    user = office(request)
    area = access.get_territory_for(user, body.territory)
    start, end = board.bounds(area, body.day)
    rows = access.visits_for(user).filter(
        job__site__territory=area,
        status=VisitStatus.SCHEDULED,
        hold_expires_at__isnull=True,
        sched_start__gte=start,
        sched_start__lt=end,
    )
    sent, refused = [], []
    for visit in rows:
        try:
            with transaction.atomic():
                visits.send(visit, by=user, at=timezone.now())
            sent.append(visit.pk)
        except DomainError as error:
            refused.append({"visit": visit.pk, "reason": _why(error)})
    tasks.wake_all_due()
    return {"dispatched": sent, "refused": refused}


def _why(error: DomainError) -> str:
    missing = [item["sentence"] for item in error.details.get("missing", [])]
    return " ".join(missing) or error.message
