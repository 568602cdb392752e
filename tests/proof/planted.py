"""Bugs to plant in the server's half of the sync: each must be caught by the walk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from dispatch.services import signoffs
from field_app.models import Device
from field_app.schemas import PushIn
from field_app.sync import judge, pull, push


@dataclass(frozen=True)
class Bug:
    """What is replaced by what; `make` gets the right thing and returns the wrong."""

    says: str
    room: Any
    name: str
    make: Callable[[Any], Any]

    def planted(self) -> Any:
        """A context in which the bug is there."""
        right = getattr(self.room, self.name)
        return patch.object(self.room, self.name, self.make(right))


def _last_seq_to_the_end(right: Any) -> Any:
    def wrong(user: Any, sent: PushIn, *, at: Any) -> Any:
        answer = right(user, sent, at=at)
        for last in [command.seq for command in sent.commands][-1:]:
            rows = Device.objects.filter(pk=sent.device, last_seq__lt=last)
            rows.update(last_seq=last)
        return answer

    return wrong


def _no_gap_check(right: Any) -> Any:
    def wrong(device: Device, command: Any) -> str:
        return push.SEEN if command.seq <= device.last_seq else push.NEXT

    return wrong


def _not_stored(right: Any) -> Any:
    def wrong(device: Any, command: Any, outcome: Any, **rest: Any) -> Any:
        return outcome | {"seq": command.seq, "id": str(command.id)}

    return wrong


def _owner_not_asked(right: Any) -> Any:
    def wrong(user: Any, device_id: Any, *, epoch: int) -> Any:
        owner = Device.objects.filter(pk=device_id).first()
        return right(owner.user if owner else user, device_id, epoch=epoch)

    return wrong


def _older_than_acknowledged(right: Any) -> Any:
    kept: dict[Any, Any] = {}

    def wrong(user: Any, *, at: Any) -> Any:
        fresh = right(user, at=at)
        before, kept[user.pk] = kept.get(user.pk, fresh), fresh
        return before

    return wrong


def _nothing_dropped(right: Any) -> Any:
    def wrong(base: Any, rows: Any) -> Any:
        return right(base, rows) | {"drop": []}

    return wrong


def _answer_taken_as_arrived(right: Any) -> Any:
    def wrong(device: Device, cursor: int) -> Any:
        record = device.view_record
        return record["sent"] if record else right(device, cursor)

    return wrong


def _cursor_stands_still(right: Any) -> Any:
    def wrong(device: Device, *args: Any, **rest: Any) -> None:
        device.cursor = device.cursor % 3
        right(device, *args, **rest)

    return wrong


def _refusal_holds_up_the_queue(right: Any) -> Any:
    def wrong(*args: Any, **rest: Any) -> Any:
        receipt = right(*args, **rest)
        return None if receipt and receipt["result"] == "rejected" else receipt

    return wrong


def _told_otherwise(right: Any) -> Any:
    def wrong(known: Any, command: Any) -> Any:
        return right(known, command) | {"result": "applied"}

    return wrong


def _signs_what_is_now(right: Any) -> Any:
    def wrong(visit: Any, **rest: Any) -> Any:
        content = signoffs.report(visit) | {"printed": "again"}
        digest = signoffs.digest(content)
        return right(visit, **(rest | {"content": content, "content_hash": digest}))

    return wrong


def _clock_not_held(right: Any) -> Any:
    def wrong(*args: Any, **rest: Any) -> Any:
        return right(*args, **(rest | {"after": None}))

    return wrong


def _gives_the_payload_up(right: Any) -> Any:
    def wrong(command: Any, clock: Any) -> Any:
        return right(command, clock) | {"payload": {}}

    return wrong


def _effect_in_another_transaction(right: Any) -> Any:
    return right.__wrapped__


BUGS = (
    Bug("no gap check", push, "_place", _no_gap_check),
    Bug("no dedupe", push, "_known", lambda right: lambda *_: None),
    Bug("last_seq set to the batch's end", push, "push", _last_seq_to_the_end),
    Bug("effect outside the transaction", push, "take", _effect_in_another_transaction),
    Bug("receipt not stored", push, "_store", _not_stored),
    Bug("digest not compared", push, "digest", lambda right: lambda command: "same"),
    Bug("a repeated act is told otherwise", push, "_repeated", _told_otherwise),
    Bug(
        "a refusal holds up the queue", push, "_judge_once", _refusal_holds_up_the_queue
    ),
    Bug("an act that breaks is tried for ever", push, "MOST_TRIES", lambda _: 10**9),
    Bug("time may run backwards", push, "correct", _clock_not_held),
    Bug("the device's owner is not asked", push, "locked", _owner_not_asked),
    Bug(
        "refused acts are in no inbox",
        judge,
        "_show_refusal",
        lambda right: lambda *_, **__: None,
    ),
    Bug("the inbox forgets the payload", judge, "_copy", _gives_the_payload_up),
    Bug(
        "a pull older than its last_seq",
        pull.field,
        "rows_for",
        _older_than_acknowledged,
    ),
    Bug("a pull drops nothing", pull, "difference", _nothing_dropped),
    Bug("a lost pull counts as held", pull, "_confirmed", _answer_taken_as_arrived),
    Bug("the cursor goes back", pull, "_remember", _cursor_stands_still),
    Bug("signed content is made anew", signoffs, "sign", _signs_what_is_now),
)
