"""Acts of a technician at the van: they name no visit, or name it by the way."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dispatch.errors import InvalidInput, NotFound
from dispatch.models import Part, ReviewCase, Technician, User, Visit
from dispatch.queries import access
from dispatch.services import counts, discrepancies, returns, reviews, transfers
from dispatch.services.ledger import Place

DISCARD = "act.discard"
ENDS_OF_REFUSED = {"note.add": "kept as a note", DISCARD: "discarded"}


@dataclass(frozen=True)
class VanAct:
    """One deed of a technician with what their van holds."""

    kind: str
    technician: Technician
    args: dict[str, Any]
    by: User
    at: datetime
    received_at: datetime
    command_id: uuid.UUID
    visit: Visit | None = None


@dataclass(frozen=True)
class Outcome:
    """How an act ended: `merged` says what was combined with what."""

    merged: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def perform(act: VanAct) -> Outcome:
    """Carry out one act; refusals are DomainErrors."""
    handler = HANDLERS.get(act.kind)
    if handler is None:
        raise InvalidInput(f"There is no act {act.kind!r} of a van.", field="kind")
    outcome = handler(act)
    settle_replaced(act.args, kind=act.kind, by=act.by, at=act.at)
    return outcome


def told(command_id: uuid.UUID, details: dict[str, Any] | None = None) -> Outcome:
    """Applied; or merged, when the office was told that a list is wrong."""
    rows = ReviewCase.objects.filter(
        command_id=command_id, code__in=discrepancies.CODES
    )
    case = rows.first()
    return Outcome(merged=case.reason, details=details or {}) if case else Outcome()


def part_of(part_id: str) -> Part:
    """A part of the catalogue. Raises InvalidInput."""
    part = Part.objects.filter(pk=part_id).first()
    if part is None:
        raise InvalidInput("There is no such part in the catalogue.", field="part")
    return part


def day_of(text: str | None) -> date | None:
    """A day as a device writes it. Raises InvalidInput."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            "Write a day like 2026-01-31.", field="due_on", value=text
        ) from error


def settle_replaced(args: dict[str, Any], *, kind: str, by: User, at: datetime) -> None:
    """The author dealt with an act of theirs that was refused: its case closes."""
    replaced = args.get("replaces")
    if replaced:
        decision = ENDS_OF_REFUSED.get(kind, "changed and sent again")
        if kind == DISCARD and args.get("reason"):
            decision = f"{decision}: {args['reason']}"
        reviews.settle(uuid.UUID(str(replaced)), decision=decision, by=by, at=at)


def _transfer(act: VanAct) -> Outcome:
    own: Place = act.technician
    try:
        other = access.get_stock_place_for(act.by, act.args["place"])
    except NotFound as error:
        raise NotFound("There is no such van or warehouse where you work.") from error
    takes = act.args.get("direction") == "take"
    if takes and isinstance(other, Technician):
        raise InvalidInput(
            f"Only {other} can send from that van. Ask for it, then receive it here.",
            field="direction",
        )
    transfers.send(
        source=other if takes else own,
        target=own if takes else other,
        part=part_of(act.args["part"]),
        quantity=act.args["quantity"],
        serial=act.args.get("serial", "").strip(),
        lot=act.args.get("lot", "").strip(),
        # Who takes it from the shelf holds it: nobody else is to confirm.
        is_here=takes,
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return told(act.command_id)


def _receive(act: VanAct) -> Outcome:
    try:
        transfer = access.get(access.transfers_for(act.by), act.args["transfer"])
    except NotFound as error:
        raise NotFound("Nothing was sent to your van under this name.") from error
    transfers.receive(
        transfer,
        quantity=act.args["quantity"],
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return told(act.command_id)


def _return(act: VanAct) -> Outcome:
    returns.open_return(
        act.technician,
        part=part_of(act.args["part"]),
        quantity=act.args["quantity"],
        serial=act.args.get("serial", "").strip(),
        lot=act.args.get("lot", "").strip(),
        reason=act.args["reason"],
        number=act.args.get("number", ""),
        due_on=day_of(act.args.get("due_on")),
        note=act.args.get("note", ""),
        from_stock=act.args.get("from_stock", True),
        visit=act.visit,
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return told(act.command_id)


def _hand_in(act: VanAct) -> Outcome:
    try:
        order = access.get(access.returns_for(act.by), act.args["order"])
    except NotFound as error:
        raise NotFound("This return is not one of your van’s.") from error
    returns.hand_in(
        order,
        where=act.args.get("where", ""),
        number=act.args.get("number", ""),
        by=act.by,
        at=act.at,
    )
    return Outcome()


def _count(act: VanAct) -> Outcome:
    counts.count(
        act.technician,
        part=part_of(act.args["part"]),
        counted=act.args["counted"],
        lot=act.args.get("lot", "").strip(),
        serials=act.args.get("serials", []),
        reason=act.args.get("reason", "").strip(),
        by=act.by,
        at=act.at,
        command_id=act.command_id,
    )
    return told(act.command_id)


HANDLERS: dict[str, Callable[[VanAct], Outcome]] = {
    "part.transfer": _transfer,
    "part.receive": _receive,
    "part.return": _return,
    "part.hand_in": _hand_in,
    "stock.count": _count,
}
