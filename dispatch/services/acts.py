"""Acts: what a technician did, in one table, so that a device and the office's
decision about a disputed act take the same way."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dispatch.errors import (
    CompletedAfterCancel,
    EndedMeanwhile,
    IllegalMove,
    InvalidInput,
    Reassigned,
)
from dispatch.models import (
    ENDED,
    UNDER_WAY,
    Event,
    User,
    Visit,
    VisitStatus,
)
from dispatch.services import (
    checklists,
    lost_photos,
    notes,
    notices,
    part_requests,
    parts,
    photos,
    reports,
    reviews,
    signoffs,
    times,
    van_acts,
    visits,
)
from dispatch.services.van_acts import DISCARD, Outcome, settle_replaced

S = VisitStatus
# A tap that comes late finds the visit further on: then it has nothing left to do.
WAY_FORWARD = (
    S.DISPATCHED,
    S.ACKNOWLEDGED,
    S.EN_ROUTE,
    S.ON_SITE,
    S.IN_PROGRESS,
)
STATUS_OF = {
    "visit.acknowledge": S.ACKNOWLEDGED,
    "visit.en_route": S.EN_ROUTE,
    "visit.turn_back": S.ACKNOWLEDGED,
    "visit.arrive": S.ON_SITE,
    "visit.start": S.IN_PROGRESS,
    "visit.pause": S.PAUSED,
    "visit.resume": S.IN_PROGRESS,
    "visit.complete": S.COMPLETED,
    "visit.cannot_complete": S.CANNOT_COMPLETE,
    "visit.no_access": S.NO_ACCESS,
}


# What a finished or signed report must be made anew for.
CHANGES_REPORT = {
    "checklist.answer",
    "part.use",
    "part.undo",
    "photo.add",
    "photo.remove",
}


@dataclass(frozen=True)
class Act:
    """One deed of a person: what, on which visit, when by which clock."""

    kind: str
    visit: Visit
    args: dict[str, Any]
    by: User
    at: datetime
    received_at: datetime
    command_id: uuid.UUID
    # The office has looked at it: what two people disagreed on is settled.
    decided: bool = False
    # What is kept beside it in a review case: the device and its clock.
    origin: dict[str, Any] = field(default_factory=dict)


def perform(act: Act) -> Outcome:
    """Carry out one act; refusals are DomainErrors, NeedsDecision among them."""
    handler = HANDLERS.get(act.kind)
    if handler is None:
        raise InvalidInput(f"There is no act {act.kind!r}.", field="kind")
    outcome = handler(act)
    settle_replaced(act.args, kind=act.kind, by=act.by, at=act.at)
    if act.kind in CHANGES_REPORT:
        reports.want(act.visit, at=act.received_at)
    return outcome


def _status(act: Act) -> Outcome:
    to = STATUS_OF[act.kind]
    visit = visits.locked(act.visit)
    if visit.status == to:
        return Outcome()
    if not act.decided:
        _refuse_when_another_began(visit, by=act.by)
        _refuse_when_ended(visit, to=to)
    if act.kind != "visit.turn_back" and _is_behind(to, visit.status):
        word = visit.get_status_display()
        return Outcome(merged=f"The visit was already further on: {word.lower()}.")
    visits.move(
        visit,
        to=to,
        by=act.by,
        at=act.at,
        received_at=act.received_at,
        place=act.args.get("place"),
        outcome_code=act.args.get("reason", ""),
        note=act.args.get("note", ""),
        data={"command": str(act.command_id)},
    )
    return Outcome()


def _answer(act: Act) -> Outcome:
    kept = checklists.answer(
        act.visit,
        item_key=act.args["item"],
        value=act.args["value"],
        by=act.by,
        at=act.at,
        command_id=act.command_id,
        decided=act.decided,
        shown=act.args.get("checklist") or "",
    )
    counts = checklists.answers_of(act.visit)[kept.item.key]
    if counts.pk != kept.pk:
        return Outcome(
            merged=f"A later answer of {counts.answered_by} counts; yours is kept.",
            details={"counts": counts.value, "yours": kept.value},
        )
    return Outcome()


def _note(act: Act) -> Outcome:
    notes.add(
        act.visit,
        body=act.args["body"],
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return Outcome()


def _use(act: Act) -> Outcome:
    movement = parts.use(act.visit, **_part_args(act))
    left = parts.on_hand(movement)
    details = {"on_hand": left} if left < 0 else {}
    return van_acts.told(act.command_id, details)


def _undo(act: Act) -> Outcome:
    parts.undo(act.visit, **_part_args(act))
    return Outcome()


def _request(act: Act) -> Outcome:
    known = act.args.get("part")
    part_requests.ask(
        act.visit,
        part=van_acts.part_of(known) if known else None,
        description=act.args.get("description", ""),
        quantity=act.args["quantity"],
        note=act.args.get("note", ""),
        wanted_on=van_acts.day_of(act.args.get("wanted_on")),
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return Outcome()


def _sign(act: Act) -> Outcome:
    if not act.decided:
        visit = visits.locked(act.visit)
        _refuse_when_another_began(visit, by=act.by)
        if visit.status == S.CANCELLED:
            raise EndedMeanwhile
    signoff = signoffs.sign(
        act.visit,
        signed_by=act.args["signed_by"],
        method=act.args["method"],
        signature_svg=act.args.get("svg", ""),
        content=act.args["content"],
        content_hash=act.args.get("content_hash", ""),
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    if signoffs.is_stale(signoff):
        return Outcome(merged="The record has changed since. Ask for a new signature.")
    return Outcome()


def _photograph(act: Act) -> Outcome:
    args = act.args
    photos.add(
        act.visit,
        photo_id=uuid.UUID(args["media"]),
        sha256=args["sha256"],
        size=args["size"],
        mime=args["mime"],
        width=args["width"],
        height=args["height"],
        caption=args.get("caption", "").strip(),
        label=args.get("label", ""),
        item=args.get("item", ""),
        drawn_on=uuid.UUID(args["drawn_on"]) if args.get("drawn_on") else None,
        place=args.get("place"),
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return Outcome()


def _correct(act: Act) -> Outcome:
    times.correct(
        act.visit,
        start=_moment(act.args["start"]),
        end=_moment(act.args["end"]),
        reason_code=act.args["reason"],
        resolution_code=act.args["resolution"],
        note=act.args.get("note", ""),
        by=act.by,
        at=act.at,
        command_id=act.command_id,
        decided=act.decided,
    )
    return Outcome()


def _remove_photo(act: Act) -> Outcome:
    photo_id = uuid.UUID(act.args["media"])
    photos.remove(act.visit, photo_id=photo_id, by=act.by, at=act.at)
    return Outcome()


def _lose_photo(act: Act) -> Outcome:
    photo_id = uuid.UUID(act.args["media"])
    lost_photos.say_lost(act.visit, photo_id=photo_id, by=act.by, at=act.at)
    return Outcome()


def _ask(act: Act) -> Outcome:
    text = str(act.args["text"]).strip()
    if not text:
        raise InvalidInput("Write what you want to ask.", field="text")
    reviews.open_case(
        visit=act.visit,
        command_id=act.command_id,
        kind=act.kind,
        payload={"args": act.args, "at": act.at.isoformat(), **act.origin},
        code=reviews.QUESTION,
        reason=text[:300],
        by=act.by,
        at=act.at,
    )
    return Outcome()


def _seen(act: Act) -> Outcome:
    notices.see(
        act.visit,
        notice_id=uuid.UUID(str(act.args["notice"])),
        by=act.by,
        at=act.at,
        received_at=act.received_at,
    )
    return Outcome()


def _discard(act: Act) -> Outcome:
    return Outcome()


HANDLERS: dict[str, Callable[[Act], Outcome]] = {
    **dict.fromkeys(STATUS_OF, _status),
    "checklist.answer": _answer,
    "note.add": _note,
    "part.use": _use,
    "part.undo": _undo,
    "part.request": _request,
    "photo.add": _photograph,
    "photo.remove": _remove_photo,
    "photo.lost": _lose_photo,
    "signoff.sign": _sign,
    "time.correct": _correct,
    "visit.ask_office": _ask,
    "visit.seen": _seen,
    DISCARD: _discard,
}


def _is_behind(to: S, status: str) -> bool:
    seen = S.IN_PROGRESS if status == S.PAUSED else S(status)
    if to not in WAY_FORWARD or seen not in WAY_FORWARD:
        return False
    return WAY_FORWARD.index(to) < WAY_FORWARD.index(seen)


def _refuse_when_another_began(visit: Visit, *, by: User) -> None:
    holder = visit.technician
    if holder is None or holder.user_id in (None, by.pk):
        return
    steps = [f"visit.{status}" for status in UNDER_WAY | ENDED]
    began = Event.objects.filter(
        subject_id=visit.pk, kind__in=steps, actor=holder.user_id
    )
    if began.exists():
        raise Reassigned(
            f"{holder} has this visit now and has begun. "
            "The office decides whose step counts."
        )


def _refuse_when_ended(visit: Visit, *, to: S) -> None:
    if visit.status == S.CANCELLED:
        raise CompletedAfterCancel if to == S.COMPLETED else EndedMeanwhile
    if visit.status in ENDED:
        raise EndedMeanwhile
    if visit.status in (S.UNSCHEDULED, S.SCHEDULED):
        raise IllegalMove(
            "The office took this visit back for planning before this step arrived.",
            status=visit.status,
            to=to,
        )


def _part_args(act: Act) -> dict[str, Any]:
    return {
        "part": van_acts.part_of(act.args["part"]),
        "quantity": act.args["quantity"],
        "serial": act.args.get("serial", "").strip(),
        "lot": act.args.get("lot", "").strip(),
        "by": act.by,
        "at": act.at,
        "command_id": act.command_id,
    }


def _moment(value: datetime | str) -> datetime:
    # A case that the office decides keeps its arguments as they were sent.
    return datetime.fromisoformat(value) if isinstance(value, str) else value
