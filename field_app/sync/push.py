"""Push: each command once, in order, with a stored receipt."""

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.queries.field import User
from field_app import results
from field_app.errors import ReEnrol, Revoked, TooMuch, TooOld
from field_app.models import Command, Device
from field_app.schemas import MOST_COMMANDS, PROTOCOL, CommandIn, PushIn
from field_app.sync import judge
from field_app.sync.clock import Corrected, correct, offsets_of

log = logging.getLogger(__name__)
MOST_TRIES = 3
GAP, FORK, RETRY = "gap", "fork", "retry"
SEEN, NEXT = "seen", "next"


@dataclass
class Answer:
    """Receipts so far, and why the run stopped early, if it did."""

    last_seq: int = 0
    receipts: list[results.Receipt] = field(default_factory=list)
    stopped: str = ""


def push(user: User, sent: PushIn, *, at: datetime) -> Answer:
    """Take a run of commands; every one ends in exactly one stored receipt.

    Raises ReEnrol, Revoked, TooOld, TooMuch for the request as a whole.
    """
    if sent.protocol != PROTOCOL:
        raise TooOld(protocol=PROTOCOL)
    if len(sent.commands) > MOST_COMMANDS:
        raise TooMuch(most=MOST_COMMANDS)
    answer = Answer(last_seq=note_contact(user, sent, at=at))
    for command in sent.commands:
        answer.stopped = take(user, sent, command, answer, at=at)
        if answer.stopped:
            break
    _note_rest(sent, answer)
    return answer


def locked(user: User, device_id: uuid.UUID, *, epoch: int) -> Device:
    """The device row, locked until the transaction ends; only its owner's."""
    rows = Device.objects.select_for_update()
    device = rows.filter(pk=device_id, user=user).first()
    if device is None:
        raise ReEnrol("This device is not known here. It must enrol again.")
    if device.revoked_at is not None:
        raise Revoked
    if device.epoch != epoch:
        raise ReEnrol(epoch=device.epoch)
    return device


@transaction.atomic
def note_contact(user: User, sent: PushIn, *, at: datetime) -> int:
    """Remember that the device was heard, and what it says it still holds."""
    device = locked(user, sent.device, epoch=sent.epoch)
    device.last_contact = _not_before(device, at)
    device.unsent = min(sent.unsent, 2**31 - 1)
    device.acked_through = min(
        max(device.acked_through, sent.acked_through), device.last_seq
    )
    device.schema = sent.schema_
    said = sent.report.model_dump() if sent.report else {}
    for name, value in said.items():
        setattr(device, name, value)
    device.save(
        update_fields=["last_contact", "unsent", "acked_through", "schema", *said]
    )
    return device.last_seq


def _not_before(device: Device, at: datetime) -> datetime:
    """Two requests of a device may overlap: what is judged later came no earlier."""
    return max(at, device.last_contact or at)


def _note_rest(sent: PushIn, answer: Answer) -> None:
    """What came with this request waits on the device no more."""
    if answer.receipts:
        left = max(0, min(sent.unsent, 2**31 - 1) - len(answer.receipts))
        Device.objects.filter(pk=sent.device).update(unsent=left)


@transaction.atomic
def take(
    user: User,
    sent: PushIn,
    command: CommandIn,
    answer: Answer,
    *,
    at: datetime,
    lock: Callable[..., Device] = locked,
) -> str:
    """One command in its own transaction; returns why to stop, or nothing."""
    device = lock(user, sent.device, epoch=sent.epoch)
    at = _not_before(device, at)
    answer.last_seq = device.last_seq
    known = _known(device, command)
    if known is not None and known.digest != digest(command):
        return FORK
    place = _place(device, command)
    if place == SEEN and known is None and command.seq > device.compacted_through:
        # Neither a receipt nor a mark that stands for it: no history we share.
        return FORK
    if place == SEEN:
        if known is None and command.seq > device.acked_through:
            # No receipt, and none was ever confirmed: not to be called applied.
            return FORK
        answer.receipts.append(_again(known, command))
        return ""
    if place == GAP:
        return GAP
    if known is None:
        receipt = _judge_once(device, sent, command, at=at)
        if receipt is None:
            return RETRY
    else:
        # Sent before under an older enrolment of this person: nothing happens twice.
        receipt = _repeated(known, command)
    device.last_seq, device.tries = command.seq, 0
    device.save(update_fields=["last_seq", "tries", "last_corrected_at"])
    answer.last_seq = device.last_seq
    answer.receipts.append(receipt)
    return ""


def _place(device: Device, command: CommandIn) -> str:
    if command.seq <= device.last_seq:
        return SEEN
    return NEXT if command.seq == device.last_seq + 1 else GAP


def _known(device: Device, command: CommandIn) -> Command | None:
    same_place = Command.objects.filter(device=device, seq=command.seq).first()
    if same_place is not None:
        return same_place
    return Command.objects.filter(pk=command.id, device__user=device.user_id).first()


def _again(known: Command | None, command: CommandIn) -> results.Receipt:
    if known is None:
        # Its receipt was compacted: it was settled long ago.
        return {
            "seq": command.seq,
            "id": str(command.id),
            "result": results.APPLIED,
            "compacted": True,
        }
    return _repeated(known, command)


def _repeated(known: Command, command: CommandIn) -> results.Receipt:
    receipt: results.Receipt = known.receipt
    return receipt | {"seq": command.seq}


def _judge_once(
    device: Device, sent: PushIn, command: CommandIn, *, at: datetime
) -> results.Receipt | None:
    clock = correct(
        command.occurred_at,
        offsets=offsets_of(
            offset_ms=command.offset_ms, sent_at=sent.sent_at, received_at=at
        ),
        received_at=at,
        after=device.last_corrected_at,
    )
    # The id that it is kept under: its own, unless that is another person's already.
    kept_as = command.id
    try:
        with transaction.atomic():
            if Command.objects.filter(pk=command.id).exists():
                kept_as = uuid.uuid4()
                outcome = judge.refuse_taken_id(
                    device, command, kept_as=kept_as, clock=clock
                )
            else:
                outcome = judge.judge(device, command, clock=clock, received_at=at)
    except Exception:
        # A poison command must not hold up the rest, nor be lost: see MOST_TRIES.
        log.exception("Command %s (%s) broke.", command.id, command.kind)
        device.tries += 1
        device.save(update_fields=["tries"])
        if device.tries < MOST_TRIES:
            return None
        outcome = judge.give_up(device, command, clock=clock)
    device.last_corrected_at = clock.at
    return _store(
        device, command, outcome, kept_as=kept_as, clock=clock, received_at=at
    )


def _store(
    device: Device,
    command: CommandIn,
    outcome: results.Receipt,
    *,
    kept_as: uuid.UUID,
    clock: Corrected,
    received_at: datetime,
) -> results.Receipt:
    receipt = outcome | {
        "seq": command.seq,
        "id": str(command.id),
        "received_at": received_at.isoformat(),
    }
    if clock.flagged or clock.suspect:
        receipt["clock"] = "suspect" if clock.suspect else "wrong"
    Command.objects.create(
        id=kept_as,
        device=device,
        seq=command.seq,
        kind=command.kind,
        v=command.v,
        visit_id=command.visit,
        args=command.args,
        base=command.base,
        digest=digest(command),
        result=receipt["result"],
        receipt=receipt,
        occurred_at=command.occurred_at,
        received_at=received_at,
        corrected_at=clock.at,
        skew_seconds=int(clock.skew.total_seconds()),
        time_suspect=clock.suspect,
    )
    return receipt


def digest(command: CommandIn) -> str:
    """What makes a command the same command: all but its place in a device's run.

    A field that the server learns later, and the device did not send, changes nothing:
    an act whose answer was lost before an update is still the same act after it.
    """
    facts: dict[str, Any] = command.model_dump(
        mode="json", exclude={"seq"}, exclude_defaults=True
    )
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
