"""What a technician must see at once: told, seen, and what happens when it is not."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q

from dispatch.models import (
    WITH_TECHNICIAN,
    NoticeKind,
    PushSubscription,
    Technician,
    User,
    Visit,
    VisitNotice,
    VisitStatus,
)
from dispatch.services import events, outbox, push, texting

EMAIL, SMS = "email", "sms"
MOST_URGENT = 1
URGENT_WITHIN = timedelta(hours=2)
NOT_BEGUN = (VisitStatus.DISPATCHED, VisitStatus.ACKNOWLEDGED)


def changed(
    visit: Visit, *, before: dict[str, Any], by: User | None, at: datetime
) -> None:
    """A visit changed: wake the devices that hold it, and ask to be seen if need be."""
    if not {before["status"], visit.status} & WITH_TECHNICIAN:
        return
    holders = {visit.technician_id, _uuid(before["technician"])} - {None}
    told = visit.status in WITH_TECHNICIAN
    if told and not _is(visit, by):
        _tell(visit, before=before, at=at)
    elif _is(visit, by):
        _mark_seen(visit, at=at, received_at=at)
    for user_id in _users(holders):
        if by is None or user_id != by.pk:
            push.wake(user_id, at=at)


def see(
    visit: Visit, *, notice_id: uuid.UUID, by: User, at: datetime, received_at: datetime
) -> bool:
    """They have seen it; whether it was still open. Seen twice is seen once."""
    rows = VisitNotice.objects.filter(
        pk=notice_id, visit=visit, technician__user=by, seen_at=None
    )
    if not rows.update(seen_at=at, seen_received_at=received_at):
        return False
    events.record(
        "visit.seen",
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
    )
    return True


def fall_back(*, at: datetime) -> int:
    """Urgent and not seen in time: the office hears, another channel is tried.

    Where no device can be woken there is less to wait for.
    """
    late = at - timedelta(minutes=settings.NOTICE_MINUTES)
    sooner = at - timedelta(minutes=settings.NOTICE_MINUTES_WITHOUT_PUSH)
    woken = PushSubscription.objects.filter(user=OuterRef("technician__user"))
    due = Q(told_at__lte=late) | Q(~Exists(woken), told_at__lte=sooner)
    rows = VisitNotice.objects.filter(
        due,
        seen_at=None,
        fallback_at=None,
        is_urgent=True,
        visit__status__in=NOT_BEGUN,
        visit__technician_id=F("technician_id"),
    ).select_related("visit__job__site__territory", "technician__user")
    for notice in rows:
        _fall_back(notice, at=at)
    return len(rows)


def _fall_back(notice: VisitNotice, *, at: datetime) -> None:
    visit, channel = notice.visit, _channel(notice.technician)
    # Two clocks that run at once: the second finds nothing to do.
    if not VisitNotice.objects.filter(pk=notice.pk, fallback_at=None).update(
        fallback_at=at, fallback_by=channel
    ):
        return
    events.record(
        "visit.not_seen",
        subject=visit,
        by=None,
        at=at,
        territory=visit.job.site.territory,
        label="clock",
        data={"technician": str(notice.technician_id), "by": channel},
    )
    # Told anew of a later change they are reached anew; of this one once.
    key = f"{notice.pk}:not_seen:{notice.told_at.isoformat()}"
    facts = {"template": "not_seen", "visit": str(visit.pk), "language": "en"}
    if channel == SMS:
        to = texting.number_of(notice.technician.phone)
        payload = {**facts, "to": to, "key": key}
        outbox.enqueue("text.send", key=key, payload=payload, at=at)
    elif channel == EMAIL:
        user = notice.technician.user
        assert user is not None
        payload = {**facts, "to": user.email}
        outbox.enqueue("message.send", key=key, payload=payload, at=at)


def _channel(technician: Technician) -> str:
    """A text message reaches a phone without data; else the e-mail, else nothing."""
    if texting.can_reach(technician.phone):
        return SMS
    return EMAIL if technician.user is not None and technician.user.email else ""


def _tell(visit: Visit, *, before: dict[str, Any], at: datetime) -> None:
    holder = visit.technician
    if holder is None:
        return
    was_theirs = before["status"] in WITH_TECHNICIAN and before["technician"] == str(
        visit.technician_id
    )
    moved = (before["sched_start"], before["sched_end"]) != (
        _iso(visit.sched_start),
        _iso(visit.sched_end),
    )
    urgent = _is_urgent(visit, at)
    if (was_theirs and not moved) or (not was_theirs and not urgent):
        return
    kind = NoticeKind.CHANGED if was_theirs else NoticeKind.NEW
    open_one = VisitNotice.objects.filter(visit=visit, technician=holder, seen_at=None)
    # What was told first and never seen is still where they start from.
    if open_one.update(told_at=at, is_urgent=urgent, fallback_at=None, fallback_by=""):
        return
    times = {"start": before["sched_start"], "end": before["sched_end"]}
    VisitNotice.objects.create(
        visit=visit,
        technician=holder,
        kind=kind,
        is_urgent=urgent,
        before=times if was_theirs else None,
        told_at=at,
    )


def _mark_seen(visit: Visit, *, at: datetime, received_at: datetime) -> None:
    # Who takes a step on a visit has seen it.
    VisitNotice.objects.filter(
        visit=visit, technician=visit.technician, seen_at=None
    ).filter(told_at__lte=at).update(seen_at=at, seen_received_at=received_at)


def _is_urgent(visit: Visit, at: datetime) -> bool:
    start = visit.sched_start
    soon = start is not None and start - at <= URGENT_WITHIN
    return soon or visit.job.priority <= MOST_URGENT


def _is(visit: Visit, by: User | None) -> bool:
    holder = visit.technician
    return by is not None and holder is not None and holder.user_id == by.pk


def _users(technicians: set[uuid.UUID | None]) -> list[uuid.UUID]:
    rows = User.objects.filter(technician__in=technicians)
    return list(rows.values_list("pk", flat=True))


def _uuid(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
