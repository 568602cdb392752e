"""What the office does for one trade: locks of a lock-out, evidence of a care visit."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from dispatch import tasks
from dispatch.api.auth import STAFF, office
from dispatch.api.schemas.lines import EvvOut, LocksOut, ReleaseIn
from dispatch.queries import access, evv
from dispatch.services import locks

router = Router(tags=["visits"], auth=STAFF)


@router.get(
    "/visits/{uuid:visit_id}/locks", response=LocksOut, operation_id="visit_locks"
)
def visit_locks(request: HttpRequest, visit_id: UUID) -> Any:
    """The locks that were put on during this visit."""
    visit = access.get_visit_for(office(request), visit_id)
    return {"locks": locks.on(visit)}


@router.post(
    "/visits/{uuid:visit_id}/locks/{slug:item}/release",
    response=LocksOut,
    operation_id="visit_lock_release",
)
def visit_lock_release(
    request: HttpRequest, visit_id: UUID, item: str, body: ReleaseIn
) -> Any:
    """Release a lock whose owner is not there; the phone is told who did and why."""
    user = office(request)
    visit = access.get_visit_for(user, visit_id)
    locks.force_release(
        visit, item_key=item, reason=body.reason, by=user, at=timezone.now()
    )
    tasks.wake_all_due()
    return {"locks": locks.on(visit)}


@router.get("/visits/{uuid:visit_id}/evv", response=EvvOut, operation_id="visit_evv")
def visit_evv(request: HttpRequest, visit_id: UUID) -> Any:
    """The six elements of a care visit, with what was corrected and what is amiss."""
    return evv.record(access.get_visit_for(office(request), visit_id))
