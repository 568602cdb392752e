"""Take acts that a phone could only hand over sealed; each counts once."""

import base64
import json
import logging
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from dispatch.errors import DomainError, NotFound
from dispatch.queries import field
from dispatch.queries.field import User
from field_app import devices, results, seal
from field_app.models import Device
from field_app.parsing import clean
from field_app.schemas import PROTOCOL, SCHEMA, BundleIn, CommandIn, PushIn, SealedIn
from field_app.sync import push

log = logging.getLogger(__name__)
NOT_TAKEN = "not_taken"
BIGGEST_FILE = 32 * 1024 * 1024
WHY_STOPPED = {
    push.GAP: "An earlier act of this phone is missing here. Import its file first.",
    push.FORK: "Another act of this phone has this number: the phone was copied.",
    push.RETRY: "This act could not be processed just now. Import the file again.",
}


class NotABundle(DomainError):
    """The file is something else."""

    code = "not_a_bundle"
    status = 422
    sentence = (
        "This is not a file of unsent acts from the field app, or it was cut off."
    )


@dataclass(frozen=True)
class Line:
    """What became of one act of the file."""

    seq: int
    id: str
    kind: str
    result: str
    text: str

    def plain(self) -> dict[str, Any]:
        """As data."""
        return asdict(self)


def read(content: bytes) -> BundleIn:
    """The file that a phone saved. Raises NotABundle."""
    if len(content) > BIGGEST_FILE:
        raise NotABundle("This file is larger than any phone's unsent acts can be.")
    try:
        return BundleIn.model_validate(clean(json.loads(content)))
    except (ValueError, RecursionError) as error:
        raise NotABundle from error


def get_device_for(user: User, device_id: uuid.UUID) -> Device:
    """The device of a technician whom this person of the office leads.

    Raises NotFound.
    """
    device = Device.objects.filter(pk=device_id).select_related("user").first()
    if device is None or not field.leads(user, device.user):
        raise NotFound("The office knows no phone with the id that is in this file.")
    return device


def take(bundle: BundleIn, *, by: User, at: datetime) -> list[Line]:
    """Judge the acts in order, as their author's; `by` handed them over.

    The caller has made sure that `by` may. Idempotent by device and number: what the
    phone sends itself later gets the receipt that is stored here.
    Raises NoSealKey.
    """
    device = Device.objects.select_related("user").get(pk=bundle.device)
    lines: list[Line] = []
    stopped = ""
    for act in sorted(bundle.acts, key=lambda act: act.seq):
        if stopped:
            lines.append(_not_taken(act, stopped))
            continue
        line = _take_one(device, act, at=at)
        lines.append(line)
        if line.result == NOT_TAKEN:
            stopped = f"Act {act.seq} before it could not be taken."
    if device.revoked_at is not None:
        # Its file has no pictures, and it sends none any more.
        devices.lose_photos(device, by=by, at=at)
    taken = sum(line.result != NOT_TAKEN for line in lines)
    log.info(
        "Sealed acts of device %s: %d of %d taken, handed over by user %s.",
        device.pk,
        taken,
        len(lines),
        by.pk,
    )
    return lines


def _take_one(device: Device, act: SealedIn, *, at: datetime) -> Line:
    if not act.envelope:
        return _not_taken(act, "The phone could not seal it: it had no key yet.")
    try:
        command = _open(act)
    except seal.NotOpened as error:
        return _not_taken(act, error.message)
    sent = PushIn(
        protocol=PROTOCOL,
        device=device.pk,
        epoch=device.epoch,
        schema=SCHEMA,
        sent_at=at,
        commands=[],
    )
    answer = push.Answer()
    stopped = push.RETRY
    for _ in range(push.MOST_TRIES):
        stopped = push.take(device.user, sent, command, answer, at=at, lock=_lock)
        if stopped != push.RETRY:
            break
    if stopped:
        return _not_taken(act, WHY_STOPPED[stopped])
    receipt = answer.receipts[-1]
    text = receipt.get("text", "") or _words(receipt["result"])
    return Line(act.seq, str(act.id), command.kind, receipt["result"], text)


def _words(result: str) -> str:
    return "Taken." if result in {results.APPLIED, results.MERGED} else ""


def _not_taken(act: SealedIn, text: str) -> Line:
    return Line(act.seq, str(act.id), "", NOT_TAKEN, text)


def _open(act: SealedIn) -> CommandIn:
    try:
        envelope = base64.b64decode(act.envelope, validate=True)
        content = json.loads(seal.open_envelope("act", str(act.id), envelope))
        return CommandIn.model_validate({**clean(content), "seq": act.seq})
    except (ValueError, TypeError, ValidationError) as error:
        raise seal.NotOpened("This act was sealed, but it is not readable.") from error


def _lock(user: User, device_id: uuid.UUID, *, epoch: int) -> Device:
    """A revoked phone's work counts, too: it was done before the phone was lost."""
    return Device.objects.select_for_update().get(pk=device_id, user=user)
