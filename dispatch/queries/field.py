"""What one technician's device may hold, as plain documents, and whose act it is."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from dispatch.errors import NotAllowed, NotFound
from dispatch.models import (
    ENDED,
    UNDER_WAY,
    ChecklistTemplate,
    Event,
    Photo,
    PhotoState,
    ReviewCase,
    Role,
    ServiceLine,
    Shift,
    Technician,
    Territory,
    User,
    Visit,
    VisitStatus,
)
from dispatch.queries import field_documents as documents
from dispatch.queries import field_privacy as privacy
from dispatch.queries import field_stock
from dispatch.queries.access import technicians_for, visits_for
from dispatch.queries.answers import template_of

__all__ = [
    "Held",
    "ServiceLine",
    "Technician",
    "User",
    "Visit",
    "drop_reason",
    "first_territory",
    "get_visit_for_act",
    "is_office",
    "leads",
    "rows_for",
    "technician",
]

DONE_STAYS = timedelta(hours=48)
CASES_STAY = timedelta(days=14)
UPLOADS_STAY = timedelta(days=14)
Held = dict[str, dict[str, Any]]


def technician(user: Any) -> Technician:
    """The technician who signs in as `user`; NotAllowed for everybody else."""
    found = None
    if getattr(user, "role", "") == Role.TECHNICIAN:
        found = Technician.objects.filter(user=user, is_active=True).first()
    if found is None:
        raise NotAllowed("The field app is for technicians. Use the board instead.")
    return found


def first_territory(user_id: uuid.UUID) -> Territory | None:
    """Where news of this person's devices are shown."""
    return Territory.objects.filter(technicians__user=user_id).first()


def is_office(user: User) -> bool:
    """Whether this person works in the office."""
    return user.role in {Role.DISPATCHER, Role.ADMIN}


def leads(user: User, technician_user: User) -> bool:
    """Whether this person of the office may act on that technician's phones."""
    return (
        is_office(user) and technicians_for(user).filter(user=technician_user).exists()
    )


def rows_for(user: User, *, at: datetime) -> Held:
    """Everything the device may hold now: `{"kind:id": document}`, most urgent first.

    Visits of the horizon, done ones for 48 h, their checklists, the van, the catalogue.
    """
    me = technician(user)
    rows: Held = {"me:me": documents.me(me)}
    checklists: set[uuid.UUID] = set()
    for visit in _visits(user, at=at):
        document = documents.visit(visit, reader=user.pk)
        rows[f"visit:{visit.pk}"] = privacy.shown(document, visit, at=at)
        template = template_of(visit)
        if template:
            checklists.add(template.pk)
    found = ChecklistTemplate.objects.filter(pk__in=checklists)
    for template in found.prefetch_related("items", "sections"):
        rows[f"checklist:{template.pk}"] = documents.checklist(template)
    for shift in _shifts(me, at=at):
        rows[f"shift:{shift.pk}"] = documents.shift(shift)
    for photo in _uploads(user, at=at):
        rows[f"upload:{photo.pk}"] = documents.upload(photo)
    for case in _cases(me, at=at):
        rows[f"case:{case.command_id}"] = documents.case(case)
    return rows | field_stock.rows(user, me, at=at)


def drop_reason(user: User, key: str) -> str:
    """Why the device must give up what it holds under `key`."""
    kind, _, raw = key.partition(":")
    if kind != "visit":
        return "expired"
    visit = Visit.objects.filter(pk=raw).select_related("technician").first()
    if visit is None:
        return "deleted"
    if visit.status == VisitStatus.CANCELLED:
        return "cancelled"
    mine = visit.technician is not None and visit.technician.user_id == user.pk
    return "expired" if mine else "reassigned"


def get_visit_for_act(
    user: User, visit_id: uuid.UUID, *, held: bool, at: datetime
) -> Visit:
    """The visit that an act belongs to, judged for the moment it was done.

    Theirs now, or `held` on the device, or assigned to them at `at`; else NotFound.
    """
    rows = Visit.objects.select_related(
        "job__site__territory", "job__work_type", "job__customer", "technician"
    )
    visit = rows.filter(pk=visit_id).first()
    if visit is None:
        raise NotFound("This visit does not exist, or it was never yours.")
    if visits_for(user).filter(pk=visit_id).exists() or held:
        return visit
    if _was_assigned(user, visit_id, at=at):
        return visit
    raise NotFound("This visit does not exist, or it was never yours.")


def _was_assigned(user: User, visit_id: uuid.UUID, *, at: datetime) -> bool:
    last = Event.objects.filter(
        subject_id=visit_id, at__lte=at, data__has_key="after"
    ).order_by("-id")
    event = last.first()
    if event is None:
        return False
    then = event.data["after"].get("technician")
    return Technician.objects.filter(user=user, pk=then).exists() if then else False


def _visits(user: User, *, at: datetime) -> QuerySet[Visit]:
    horizon = timedelta(days=settings.FIELD_HORIZON_DAYS)
    # Least data: care visits only for today and tomorrow.
    soon = Q(sched_start__lt=at + timedelta(days=2)) | (
        ~Q(job__work_type__service_line=ServiceLine.HEALTHCARE)
        & Q(sched_start__lt=at + horizon)
    )
    still = (
        Q(status__in=ENDED, actual_end__gt=at - DONE_STAYS)
        | Q(status__in=UNDER_WAY)
        | Q(soon, sched_end__gt=at - DONE_STAYS)
        & Q(status__in=[*_TOLD, VisitStatus.SCHEDULED])
    )
    return (
        visits_for(user)
        .filter(still, hold_expires_at=None)
        .exclude(status=VisitStatus.CANCELLED)
        .select_related(
            "job__site__territory",
            "job__work_type__checklist",
            "checklist",
            "job__customer",
            "job__contact",
            "job__asset",
            "technician",
        )
        .prefetch_related(*documents.VISIT_PREFETCH)
        .order_by("sched_start", "id")
    )


_TOLD = (VisitStatus.DISPATCHED, VisitStatus.ACKNOWLEDGED)


def _shifts(me: Technician, *, at: datetime) -> QuerySet[Shift]:
    day = timedelta(days=1)
    return me.shifts.filter(ends_at__gt=at - day, starts_at__lt=at + 2 * day)


def _uploads(user: User, *, at: datetime) -> QuerySet[Photo]:
    """Whatever became of the visit: a device gives up bytes only on our word."""
    waited_for = [PhotoState.PENDING, PhotoState.RECEIVED, PhotoState.LOST]
    arriving = Q(state__in=waited_for)
    return Photo.objects.filter(
        arriving | Q(settled_at__gt=at - UPLOADS_STAY), author=user
    ).order_by("id")


def _cases(me: Technician, *, at: datetime) -> QuerySet[ReviewCase]:
    recent = Q(decided_at=None) | Q(decided_at__gt=at - CASES_STAY)
    found = ReviewCase.objects.filter(recent, technician=me)
    return found.select_related("decided_by").order_by("-created_at")
