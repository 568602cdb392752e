"""Judge one command: is it readable, whose is it, and what does the domain say?"""

import logging
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from pydantic import ValidationError

from dispatch.errors import CompletedAfterCancel, DomainError, NeedsDecision
from dispatch.queries import field
from dispatch.services import acts, after_cancel, reviews, van_acts
from field_app import results
from field_app.kinds import KINDS
from field_app.models import Command, Device
from field_app.schemas import CommandIn
from field_app.sync.clock import Corrected

log = logging.getLogger(__name__)


class Unreadable(DomainError):
    """The arguments do not fit the kind."""

    code = "invalid_input"
    status = 422


class Blocked(DomainError):
    """Something that it follows was not accepted."""

    code = "blocked"
    sentence = "This follows an act that was not accepted. Settle that one first."


class UnknownKind(DomainError):
    """The server does not know this kind, or not in this version."""

    code = "unknown_kind"
    status = 422
    sentence = "The office does not know this kind of act yet."


class IdTaken(DomainError):
    """Another person's act has this id already."""

    code = "id_taken"
    sentence = (
        "Another act came under this number before, from another person’s phone. "
        "This one was not counted."
    )


def judge(
    device: Device, command: CommandIn, *, clock: Corrected, received_at: datetime
) -> results.Receipt:
    """One of the five results; its effects happen here, or not at all."""
    culprit = _unsettled_dependency(device, command)
    if culprit:
        return _hold_back(device, command, culprit, clock=clock)
    try:
        if command.kind == van_acts.DISCARD:
            return _let_go(device, command, clock=clock)
        # A refusal half-way leaves nothing behind.
        with transaction.atomic():
            outcome = _perform(device, command, clock=clock, received_at=received_at)
    except NeedsDecision as dispute:
        return _lay_before_office(device, command, dispute, clock=clock)
    except DomainError as refusal:
        _show_refusal(device, command, refusal, clock=clock)
        return results.refused(refusal)
    if outcome.merged:
        return results.merged(outcome.merged, outcome.details)
    return results.applied()


def _let_go(device: Device, command: CommandIn, *, clock: Corrected) -> results.Receipt:
    """Letting go of a refused act asks for no visit: it may be refused for having none.

    Only a case of the same person closes by it.
    """
    args = _read(command)
    van_acts.settle_replaced(args, kind=command.kind, by=device.user, at=clock.at)
    return results.applied()


def refuse_taken_id(
    device: Device, command: CommandIn, *, kept_as: UUID, clock: Corrected
) -> results.Receipt:
    """Nothing may happen under an id that stands for somebody else's act.

    Its case is kept under another id, and remembers the one that was sent.
    """
    copy = _copy(device, command, clock, result=results.REJECTED)
    copy["payload"]["sent_id"] = str(command.id)
    error = IdTaken()
    reviews.open_case(
        visit=_visit_in_trouble(device, command, clock),
        code=error.code,
        reason=error.message,
        by=device.user,
        at=clock.at,
        **copy | {"command_id": kept_as},
    )
    return results.refused(error)


def give_up(device: Device, command: CommandIn, *, clock: Corrected) -> results.Receipt:
    """It broke again and again: a person looks at it, with the payload kept."""
    case = reviews.open_case(
        visit=_visit_in_trouble(device, command, clock),
        code="broken",
        reason="This act could not be processed. The support log has the details.",
        by=device.user,
        at=clock.at,
        **_copy(device, command, clock, result=results.NEEDS_REVIEW),
    )
    text = "The office could not process this. They look at it; nothing is lost."
    return results.needs_review("broken", text, str(case.pk))


def _perform(
    device: Device, command: CommandIn, *, clock: Corrected, received_at: datetime
) -> van_acts.Outcome:
    """On the visit that it names, or at the van of who sent it."""
    facts: dict[str, Any] = {
        "kind": command.kind,
        "args": _read(command),
        "by": device.user,
        "at": clock.at,
        "received_at": received_at,
        "command_id": command.id,
    }
    visit = _named_visit(device, command, clock=clock)
    at_van = command.kind in van_acts.HANDLERS
    if at_van and (visit is None or command.kind not in acts.HANDLERS):
        me = field.technician(device.user)
        return van_acts.perform(van_acts.VanAct(technician=me, visit=visit, **facts))
    if visit is None:
        raise Unreadable("This act names no visit.", kind=command.kind)
    origin = _origin(device, command, clock)
    return acts.perform(acts.Act(visit=visit, origin=origin, **facts))


def _named_visit(
    device: Device, command: CommandIn, *, clock: Corrected
) -> field.Visit | None:
    if command.visit is None:
        return None
    held = _is_held(device, command)
    return field.get_visit_for_act(device.user, command.visit, held=held, at=clock.at)


def _is_held(device: Device, command: CommandIn) -> bool:
    """Whether the device was given the visit, whoever has it now."""
    key = f"visit:{command.visit}"
    record = device.view_record
    return any(key in record.get(part, {}) for part in ("base", "sent"))


def _read(
    command: CommandIn, *, mode: Literal["python", "json"] = "python"
) -> dict[str, Any]:
    kind = KINDS.get(command.kind)
    if kind is None or command.v > kind.v:
        raise UnknownKind(kind=command.kind, v=command.v)
    try:
        args = kind.args.model_validate(kind.upcast(command.args, v=command.v))
    except (ValidationError, KeyError) as error:
        raise Unreadable(_sentence(error), kind=command.kind) from error
    return args.model_dump(exclude_none=True, mode=mode)


def _sentence(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"“{error.args[0]}” is missing."
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"]) or "This act"
    return f"“{where}” does not fit: {first['msg'].lower()}."


def _unsettled_dependency(device: Device, command: CommandIn) -> str:
    """The refused act that this one follows, unless the office carried it out since."""
    if not command.deps:
        return ""
    # An act whose id was another person's is kept under one of its own.
    named = Q(pk__in=command.deps) | Q(
        receipt__code=IdTaken.code, receipt__id__in=[str(pk) for pk in command.deps]
    )
    stopped = Command.objects.filter(
        named, device__user=device.user_id, result__in=results.REFUSALS
    ).order_by("seq")
    refused = [row.pk for row in stopped]
    done = reviews.carried_out(refused) if refused else set()
    return next((str(pk) for pk in refused if pk not in done), "")


def _hold_back(
    device: Device, command: CommandIn, culprit: str, *, clock: Corrected
) -> results.Receipt:
    """It waits beside its cause; the end of a cancelled visit is a case of its own."""
    visit = _visit_of(device, command, clock)
    if after_cancel.is_the_end(command.kind, visit):
        dispute = CompletedAfterCancel()
        return _lay_before_office(device, command, dispute, clock=clock)
    error = Blocked()
    _open(device, command, error, clock=clock, result=results.BLOCKED_DEP, on=culprit)
    return results.blocked(culprit, error.message)


def _lay_before_office(
    device: Device, command: CommandIn, dispute: NeedsDecision, *, clock: Corrected
) -> results.Receipt:
    case = _open(device, command, dispute, clock=clock, result=results.NEEDS_REVIEW)
    return results.needs_review(dispute.code, dispute.message, str(case.pk))


def _show_refusal(
    device: Device, command: CommandIn, refusal: DomainError, *, clock: Corrected
) -> None:
    """The office sees refused acts too, until their author settles them."""
    _open(device, command, refusal, clock=clock, result=results.REJECTED)


def _open(
    device: Device,
    command: CommandIn,
    error: DomainError,
    *,
    clock: Corrected,
    result: str,
    on: str = "",
) -> Any:
    copy = _copy(device, command, clock, result=result)
    if on:
        copy["payload"]["blocked_on"] = on
    if isinstance(error, Unreadable | UnknownKind):
        copy["payload"]["unreadable"] = True
    return reviews.open_case(
        visit=_visit_of(device, command, clock),
        code=error.code,
        reason=error.message,
        by=device.user,
        at=clock.at,
        **copy,
    )


def _visit_of(device: Device, command: CommandIn, clock: Corrected) -> Any:
    if command.visit is None:
        return None
    held = _is_held(device, command)
    try:
        return field.get_visit_for_act(
            device.user, command.visit, held=held, at=clock.at
        )
    except DomainError:
        return None


def _visit_in_trouble(device: Device, command: CommandIn, clock: Corrected) -> Any:
    """The visit of an act that broke; looking for it may be what breaks."""
    try:
        with transaction.atomic():
            return _visit_of(device, command, clock)
    except Exception:
        log.exception("The visit of command %s cannot be read either.", command.id)
        return None


def _copy(
    device: Device, command: CommandIn, clock: Corrected, *, result: str
) -> dict[str, Any]:
    """What the office sees: arguments in their present shape where they can be read."""
    try:
        args = _read(command, mode="json")
    except DomainError:
        args = command.args
    return {
        "command_id": command.id,
        "kind": command.kind,
        "payload": {
            "args": args,
            "at": clock.at.isoformat(),
            "result": result,
            **_origin(device, command, clock),
        },
    }


def _origin(device: Device, command: CommandIn, clock: Corrected) -> dict[str, Any]:
    """Which device, which visit it meant, and what its clock said."""
    return {
        "visit": str(command.visit or ""),
        "device": str(device.pk),
        "device_name": device.name,
        "seq": command.seq,
        "device_at": command.occurred_at.isoformat(),
        "skew_seconds": int(clock.skew.total_seconds()),
        "time_suspect": clock.suspect,
    }
