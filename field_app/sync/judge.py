"""Judge one command: is it readable, whose is it, and what does the domain say?"""

from datetime import datetime
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from dispatch.errors import DomainError, NeedsDecision
from dispatch.queries import field
from dispatch.services import acts, reviews, van_acts
from field_app import results
from field_app.kinds import KINDS
from field_app.models import Command, Device
from field_app.schemas import CommandIn
from field_app.sync.clock import Corrected


class Unreadable(DomainError):
    """The arguments do not fit the kind."""

    code = "invalid_input"
    status = 422


class UnknownKind(DomainError):
    """The server does not know this kind, or not in this version."""

    code = "unknown_kind"
    status = 422
    sentence = "The office does not know this kind of act yet."


def judge(
    device: Device, command: CommandIn, *, clock: Corrected, received_at: datetime
) -> results.Receipt:
    """One of the five results; its effects happen here, or not at all."""
    culprit = _unsettled_dependency(device, command)
    if culprit:
        return results.blocked(culprit)
    try:
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


def give_up(device: Device, command: CommandIn, *, clock: Corrected) -> results.Receipt:
    """It broke again and again: a person looks at it, with the payload kept."""
    case = reviews.open_case(
        visit=None,
        code="broken",
        reason="This act could not be processed. The support log has the details.",
        by=device.user,
        at=clock.at,
        **_copy(command, clock),
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
    return acts.perform(acts.Act(visit=visit, **facts))


def _named_visit(
    device: Device, command: CommandIn, *, clock: Corrected
) -> field.Visit | None:
    if command.visit is None:
        return None
    key = f"visit:{command.visit}"
    record = device.view_record
    held = any(key in record.get(part, {}) for part in ("base", "sent"))
    return field.get_visit_for_act(device.user, command.visit, held=held, at=clock.at)


def _read(command: CommandIn) -> dict[str, Any]:
    kind = KINDS.get(command.kind)
    if kind is None or command.v > kind.v:
        raise UnknownKind(kind=command.kind, v=command.v)
    try:
        args = kind.args.model_validate(kind.upcast(command.args, v=command.v))
    except (ValidationError, KeyError) as error:
        raise Unreadable(_sentence(error), kind=command.kind) from error
    return args.model_dump(exclude_none=True)


def _sentence(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"“{error.args[0]}” is missing."
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"]) or "This act"
    return f"“{where}” does not fit: {first['msg'].lower()}."


def _unsettled_dependency(device: Device, command: CommandIn) -> str:
    stopped = Command.objects.filter(
        pk__in=command.deps,
        device__user=device.user_id,
        result__in=results.REFUSALS,
    ).order_by("seq")
    first = stopped.first()
    return str(first.pk) if first else ""


def _lay_before_office(
    device: Device, command: CommandIn, dispute: NeedsDecision, *, clock: Corrected
) -> results.Receipt:
    case = _open(device, command, dispute, clock=clock)
    return results.needs_review(dispute.code, dispute.message, str(case.pk))


def _show_refusal(
    device: Device, command: CommandIn, refusal: DomainError, *, clock: Corrected
) -> None:
    """The office sees refused acts too, until their author settles them."""
    _open(device, command, refusal, clock=clock)


def _open(
    device: Device, command: CommandIn, error: DomainError, *, clock: Corrected
) -> Any:
    return reviews.open_case(
        visit=_visit_of(device, command, clock),
        code=error.code,
        reason=error.message,
        by=device.user,
        at=clock.at,
        **_copy(command, clock),
    )


def _visit_of(device: Device, command: CommandIn, clock: Corrected) -> Any:
    if command.visit is None:
        return None
    try:
        return field.get_visit_for_act(
            device.user, command.visit, held=False, at=clock.at
        )
    except DomainError:
        return None


def _copy(command: CommandIn, clock: Corrected) -> dict[str, Any]:
    return {
        "command_id": command.id,
        "kind": command.kind,
        "payload": {
            "args": command.args,
            "at": clock.at.isoformat(),
            "visit": str(command.visit or ""),
        },
    }
