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
    Part,
    StockMovement,
    User,
    Visit,
    VisitStatus,
)
from dispatch.services import (
    checklists,
    notes,
    notices,
    parts,
    reports,
    reviews,
    signoffs,
    visits,
)

S = VisitStatus
# A tap that comes late finds the visit further on: then it has nothing left to do.
WAY_FORWARD = (
    S.DISPATCHED,
    S.ACKNOWLEDGED,
    S.EN_ROUTE,
    S.ON_SITE,
    S.IN_PROGRESS,
)
ENDS_OF_REFUSED = {"note.add": "kept as a note", "act.discard": "discarded"}
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
CHANGES_REPORT = {"checklist.answer", "part.use", "part.undo"}


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


@dataclass(frozen=True)
class Outcome:
    """How an act ended: `merged` says what was combined with what."""

    merged: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def perform(act: Act) -> Outcome:
    """Carry out one act; refusals are DomainErrors, NeedsDecision among them."""
    handler = HANDLERS.get(act.kind)
    if handler is None:
        raise InvalidInput(f"There is no act {act.kind!r}.", field="kind")
    outcome = handler(act)
    if act.kind in CHANGES_REPORT:
        reports.want(act.visit, at=act.received_at)
    _settle_replaced(act)
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
    if left >= 0:
        return Outcome()
    return _discrepancy(act, movement, left=left)


def _undo(act: Act) -> Outcome:
    parts.undo(act.visit, **_part_args(act))
    return Outcome()


def _sign(act: Act) -> Outcome:
    if not act.decided:
        _refuse_when_another_began(visits.locked(act.visit), by=act.by)
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


def _ask(act: Act) -> Outcome:
    text = str(act.args["text"]).strip()
    if not text:
        raise InvalidInput("Write what you want to ask.", field="text")
    _open(act, code="question", reason=text[:300])
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
    "signoff.sign": _sign,
    "visit.ask_office": _ask,
    "visit.seen": _seen,
    "act.discard": _discard,
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
    part = Part.objects.filter(pk=act.args["part"]).first()
    if part is None:
        raise InvalidInput("There is no such part in the catalogue.", field="part")
    return {
        "part": part,
        "quantity": act.args["quantity"],
        "serial": act.args.get("serial", "").strip(),
        "by": act.by,
        "at": act.at,
        "command_id": act.command_id,
    }


def _discrepancy(act: Act, movement: StockMovement, *, left: int) -> Outcome:
    reason = f"{movement.part.name}: the van is at {left} after this use. Count it."
    _open(act, code="stock_negative", reason=reason)
    return Outcome(
        merged=f"Your van's stock of {movement.part.name} is {left} now. "
        "The office will ask for a count.",
        details={"on_hand": left},
    )


def _open(act: Act, *, code: str, reason: str) -> None:
    reviews.open_case(
        visit=act.visit,
        command_id=act.command_id,
        kind=act.kind,
        payload={"args": act.args, "at": act.at.isoformat()},
        code=code,
        reason=reason,
        by=act.by,
        at=act.at,
    )


def _settle_replaced(act: Act) -> None:
    """The author dealt with an act of theirs that was refused: its case closes."""
    replaced = act.args.get("replaces")
    if replaced:
        decision = ENDS_OF_REFUSED.get(act.kind, "changed and sent again")
        reviews.settle(
            uuid.UUID(str(replaced)), decision=decision, by=act.by, at=act.at
        )
