"""The twelve promises of the field app, each a check that every level calls.

A check raises `Broken` with the name of the promise; `check` calls them all.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from django.db.models import Sum

from dispatch.models import (
    ChecklistAnswer,
    Event,
    Note,
    ReviewCase,
    SignOff,
    StockItem,
    StockMovement,
)
from dispatch.queries import report
from field_app.kinds import KINDS
from field_app.models import Command, Device
from tests.proof.evidence import Pocket, Walk

ACCEPTED = frozenset({"applied", "merged"})
TERMINAL = ACCEPTED | {"rejected", "needs_review", "blocked_dep"}
EFFECTS = {
    "note.add": Note,
    "part.use": StockMovement,
    "part.undo": StockMovement,
    "checklist.answer": ChecklistAnswer,
    "signoff.sign": SignOff,
}


class Broken(AssertionError):
    """A promise does not hold; the text says which one and on what."""


def hold(promise: str, is_so: object, otherwise: str) -> None:
    """Raise Broken unless it is so."""
    if not is_so:
        raise Broken(f"{promise}: {otherwise}")


def commands() -> dict[str, Command]:
    """What the server holds, by id."""
    return {str(row.pk): row for row in Command.objects.order_by("device_id", "seq")}


def i1_durable(walk: Walk) -> None:
    """What was shown as saved is on the device or on the server, whatever crashed."""
    known = commands()
    for pocket in walk.pockets:
        gone = [
            act["id"]
            for act in pocket.saved
            if act["id"] not in pocket.kept and act["id"] not in known
        ]
        hold("I1 durable", not gone, f"saved, and now nowhere: {gone}")


def i2_no_loss(walk: Walk) -> None:
    """Each act has exactly one terminal result, and its payload can be read."""
    known = commands()
    for act in walk.acts.values():
        row = known.get(act["id"])
        hold("I2 no loss", row, f"{act['kind']} #{act['seq']} never ended")
        assert row is not None
        hold("I2 no loss", row.result in TERMINAL, f"{act['id']} is {row.result!r}")
        same = (row.args, row.kind) == (act["args"], act["kind"])
        hold("I2 no loss", same, f"the payload of {act['id']} is another: {row.args}")
    left = [pocket.waiting for pocket in walk.pockets if pocket.waiting]
    hold("I2 no loss", not left, f"the queue does not drain: {left}")


def i3_exactly_once(walk: Walk) -> None:
    """An accepted act has one effect, a refused one none, whatever was sent twice."""
    hold("I3 exactly once", doubled() == 0, f"{doubled()} effects are there twice")
    for name, row in commands().items():
        if row.kind in EFFECTS:
            count = EFFECTS[row.kind].objects.filter(command_id=name).count()
            wanted = 1 if row.result in ACCEPTED or _office_applied(name) else 0
            what = f"{row.kind} {row.result} has {count} effects, not {wanted}"
            hold("I3 exactly once", count == wanted, what)


def i4_order(walk: Walk) -> None:
    """Effects of a device come in the order of its numbers; none is left out."""
    for device in Device.objects.all():
        rows = list(device.commands.order_by("seq"))
        for earlier, later in pairwise(rows):
            in_order = earlier.received_at <= later.received_at
            hold("I4 order", in_order, f"#{later.seq} was judged before #{earlier.seq}")
            forward = earlier.corrected_at <= later.corrected_at
            hold("I4 order", forward, f"time runs backwards at #{later.seq}")
        here = {row.seq for row in rows} | _repeated(walk, str(device.pk))
        missing = set(range(1, device.last_seq + 1)) - here
        hold("I4 order", not missing, f"no act under {sorted(missing)}")


def i5_atomic(walk: Walk) -> None:
    """Effect, receipt and `last_seq` are there together or not at all."""
    known = set(commands())
    for model in {*EFFECTS.values(), ReviewCase}:
        ids = model.objects.exclude(command_id=None).values_list("command_id")
        orphans = {str(one) for (one,) in ids} - known
        hold("I5 atomic", not orphans, f"{model.__name__} without its act: {orphans}")
    for event in Event.objects.filter(data__has_key="command"):
        hold("I5 atomic", event.data["command"] in known, f"{event.kind} without act")
    for device in Device.objects.all():
        last = device.commands.order_by("-seq").first()
        ahead = last is not None and last.seq > device.last_seq
        hold("I5 atomic", not ahead, f"last_seq {device.last_seq} lags behind")


def i6_convergence(walk: Walk) -> None:
    """With a quiet network and an empty queue the device holds what the server does."""
    for pocket in walk.pockets:
        differ = [
            key
            for key in pocket.held.keys() | pocket.fresh.keys()
            if pocket.held.get(key) != pocket.fresh.get(key)
        ]
        hold("I6 convergence", not differ, f"device and server differ: {differ}")


def i7_monotonic(walk: Walk) -> None:
    """Cursor and `last_seq` never go back; a pull shows the acts that it covers."""
    for pocket in walk.pockets:
        for name, seen in (("cursor", pocket.cursors), ("last_seq", pocket.last_seqs)):
            for device in {device for device, _ in seen}:
                values = [value for which, value in seen if which == device]
                rises = values == sorted(values)
                hold("I7 monotonic", rises, f"{name} goes back: {values}")
        _shows_what_it_covers(pocket)


def i8_isolation(walk: Walk) -> None:
    """No row that this person may not see, nothing sent or done as somebody else."""
    for pocket in walk.pockets:
        extra = pocket.held.keys() - pocket.fresh.keys()
        hold("I8 isolation", not extra, f"holds what is not theirs: {extra}")
        let_in = [status for status in pocket.strange if status == 200]
        hold("I8 isolation", not let_in, "another sign-in sent under this device")
    authors = {
        act["id"]: pocket.user for pocket in walk.pockets for act in pocket.saved
    }
    for name, row in commands().items():
        as_other = name in authors and row.device.user_id != authors[name].pk
        hold("I8 isolation", not as_other, f"{name} was sent as somebody else")
    for note in Note.objects.exclude(command_id=None):
        author = authors.get(str(note.command_id))
        mine = author is None or note.author_id == author.pk
        hold("I8 isolation", mine, f"a note of {author} stands under another name")


def i9_conservation(walk: Walk) -> None:
    """Stock is what there was plus the ledger; used is what accepted acts used."""
    for person, before in walk.stock.items():
        ledger = StockMovement.objects.filter(technician=person, part=walk.part)
        moved = ledger.aggregate(sum=Sum("quantity"))["sum"] or 0
        item = StockItem.objects.get(technician=person, part=walk.part)
        used = sum(
            row.args["quantity"] * (1 if row.kind == "part.use" else -1)
            for row in commands().values()
            if row.kind in ("part.use", "part.undo")
            and row.result in ACCEPTED
            and row.device.user_id == person.user_id
        )
        hold("I9 conservation", item.on_hand == moved, f"{item.on_hand} is not {moved}")
        wanted = before - used
        hold("I9 conservation", moved == wanted, f"{moved} in the van, not {wanted}")


def i10_immutability(walk: Walk) -> None:
    """What was signed, and the receipt that was given, never change."""
    for name, value in remember().items():
        first = walk.first_seen.get(name, value)
        hold("I10 immutability", first == value, f"{name} was {first}, is {value}")
    signed = {
        act["id"]: act["args"]["content_hash"]
        for act in walk.acts.values()
        if act["kind"] == "signoff.sign"
    }
    for row in SignOff.objects.all():
        digest = report.digest(row.content)
        whole = row.content_hash == digest
        hold("I10 immutability", whole, "a signed report does not match its hash")
        seen = signed.get(str(row.command_id), digest)
        hold("I10 immutability", seen == digest, "kept is not what the signer saw")


def i11_explained(walk: Walk) -> None:
    """What was not simply applied says why, to its author and to the office."""
    known = commands()
    for name, row in known.items():
        if row.result == "applied":
            continue
        hold("I11 explained", row.receipt.get("text"), f"{name} gives no reason")
        if row.result in ("rejected", "needs_review"):
            case = ReviewCase.objects.filter(command_id=name).first()
            hold("I11 explained", case, f"{row.result} {row.kind} is in no inbox")
            assert case is not None
            # In its present shape, where it can be read: with more, never with less.
            shown, sent = case.payload.get("args", {}), row.args
            if row.kind in KINDS and row.v < KINDS[row.kind].v:
                sent = KINDS[row.kind].upcast(sent, v=row.v)
            whole = all(shown.get(key) == value for key, value in sent.items())
            hold("I11 explained", whole, f"the office sees other work: {case.payload}")
        if row.result == "blocked_dep":
            cause = row.receipt.get("blocked_on")
            hold("I11 explained", cause in known, f"{name} is blocked by nothing")
    for pocket in walk.pockets:
        unheard = [act["id"] for act in pocket.saved if act["id"] not in pocket.told]
        hold("I11 explained", not unheard, f"the device was not told of {unheard}")


def i12_never_lies(walk: Walk) -> None:
    """What the device was told, and what its screen says, is what is stored."""
    known = commands()
    for pocket in walk.pockets:
        for name, receipt in pocket.told.items():
            row = known.get(name)
            hold("I12 never lies", row, f"a receipt for {name}, which is not here")
            assert row is not None
            told, stored = dict(receipt), dict(row.receipt)
            told.pop("seq", None), stored.pop("seq", None)
            hold("I12 never lies", told == stored, f"told {told}, stored {stored}")
        for shown, true in pocket.words:
            hold("I12 never lies", shown == true, f"shown {shown!r}, true {true!r}")


ALL: tuple[Callable[[Walk], None], ...] = (
    i1_durable,
    i2_no_loss,
    i3_exactly_once,
    i4_order,
    i5_atomic,
    i6_convergence,
    i7_monotonic,
    i8_isolation,
    i9_conservation,
    i10_immutability,
    i11_explained,
    i12_never_lies,
)


def check(walk: Walk, promises: Iterable[Callable[[Walk], None]] = ALL) -> None:
    """All of them, in their order."""
    for promise in promises:
        promise(walk)


def lost(walk: Walk) -> int:
    """How many saved acts are neither on their device nor on the server."""
    known, kept = commands(), set().union(*(one.kept for one in walk.pockets))
    return sum(name not in known and name not in kept for name in walk.acts)


def doubled() -> int:
    """How many effects are there once too often.

    Notes are counted by their text, which is another in each act of a walk: the ids
    that the product itself uses against doubling prove nothing here.
    """
    texts = Counter(Note.objects.values_list("body", flat=True))
    moves = Counter(
        Event.objects.filter(data__has_key="command").values_list(
            "data__command", "kind"
        )
    )
    parts = Counter(
        StockMovement.objects.exclude(command_id=None).values_list("command_id")
    )
    counts = [*texts.values(), *moves.values(), *parts.values()]
    return sum(count - 1 for count in counts)


def remember() -> dict[str, Any]:
    """What may never change from now on."""
    rows: dict[str, Any] = {
        f"command:{row.pk}": (row.digest, row.receipt) for row in Command.objects.all()
    }
    for row in SignOff.objects.all():
        rows[f"signoff:{row.pk}"] = (row.content_hash, row.signed_by, row.content)
    return rows


def _office_applied(name: str) -> bool:
    return ReviewCase.objects.filter(
        command_id=name, decision__startswith="apply"
    ).exists()


def _repeated(walk: Walk, device: str) -> set[int]:
    """Numbers under which this device was given the receipt of an earlier enrolment."""
    return {
        number
        for pocket in walk.pockets
        for where, number in pocket.answered
        if where == device
    }


def _shows_what_it_covers(pocket: Pocket) -> None:
    """Notes are never taken back: a covered one of a held visit must be there."""
    accepted = {name: row for name, row in commands().items() if row.result in ACCEPTED}
    for device, last_seq, rows in pocket.shown:
        for name, row in accepted.items():
            if row.kind != "note.add" or str(row.device_id) != device:
                continue
            visit = rows.get(f"visit:{row.visit_id}")
            if visit is None or row.seq > last_seq:
                continue
            ids = [note["id"] for note in visit["notes"]]
            what = f"#{row.seq} is covered by {last_seq} and not shown"
            hold("I7 monotonic", name in ids, what)
