"""Whatever the network does, each act counts once, in order, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from django.db import IntegrityError, transaction
from hypothesis import Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dispatch.models import Note, StockItem, StockMovement, Technician, Visit
from dispatch.services import visits
from field_app.models import Command, Device
from field_app.sync import push as pushing
from tests.field_app.world import Phone, World

ACCEPTED = ("applied", "merged")
PHONES = st.integers(0, 2)
KINDS = st.sampled_from(
    ["note.add", "part.use", "part.undo", "visit.en_route", "checklist.answer"]
)
FAULTS = st.sampled_from(
    ["none", "lost_answer", "twice", "partial", "reordered", "stale", "hole", "hole"]
)


class Network(RuleBasedStateMachine):
    """Three phones of two people, a dispatcher who interferes, and a bad network."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.unit = transaction.atomic()
        self.unit.__enter__()
        people = (self.world.tariq, self.world.tariq, self.world.mei)
        self.phones = [Phone(person) for person in people]
        self.outbox: list[list[dict[str, Any]]] = [[], [], []]
        self.receipts: dict[str, dict[str, Any]] = {}
        self.visits = [
            self.world.visit(person, hours=2 * n + 1) for n, person in enumerate(people)
        ]
        for phone in self.phones:
            phone.pull()

    @rule(
        who=PHONES,
        kinds=st.lists(KINDS, min_size=1, max_size=3),
        visit=st.integers(0, 2),
        amount=st.integers(1, 3),
    )
    def act(self, who: int, kinds: list[str], visit: int, amount: int) -> None:
        for kind in kinds:
            command = self._command(self.phones[who], kind, visit, amount)
            self.outbox[who].append(command)

    def _command(
        self, phone: Phone, kind: str, visit: int, amount: int
    ) -> dict[str, Any]:
        row, belt = self.visits[visit], str(self.world.belt.pk)
        if kind == "note.add":
            return phone.act(kind, row, body=f"{phone.device}/{phone.seq + 1}")
        if kind == "visit.en_route":
            return phone.act(kind, row)
        if kind == "checklist.answer":
            return phone.act(kind, row, item="isolate", value=True)
        return phone.act(kind, row, part=belt, quantity=amount)

    @rule(who=PHONES, fault=FAULTS, seed=st.randoms(use_true_random=False))
    def send(self, who: int, fault: str, seed: Any) -> None:
        batch = self._pending(who)
        if fault == "partial":
            batch = batch[: len(batch) // 2]
        elif fault == "reordered":
            seed.shuffle(batch)
        elif fault == "stale":
            batch = self.outbox[who][: seed.randint(0, len(self.outbox[who]))]
        elif fault == "hole":
            batch = batch[1:]
        for _ in range(2 if fault == "twice" else 1):
            answer = self.phones[who].push(*batch).json()
            if fault != "lost_answer":
                self._settle(answer)

    @rule(who=PHONES, lose=st.booleans())
    def pull(self, who: int, lose: bool) -> None:
        self.phones[who].pull(lose=lose)

    @precondition(lambda self: self.visits)
    @rule(visit=st.integers(0, 2), to_mei=st.booleans())
    def reassign(self, visit: int, to_mei: bool) -> None:
        row = Visit.objects.get(pk=self.visits[visit].pk)
        row.technician = self.world.mei if to_mei else self.world.tariq
        row.save()

    @rule(visit=st.integers(0, 2))
    def cancel(self, visit: int) -> None:
        row = Visit.objects.get(pk=self.visits[visit].pk)
        if row.may_move_to("cancelled"):
            visits.cancel(row, reason="gone", by=self.world.dora, at=datetime.now(UTC))

    def teardown(self) -> None:
        try:
            self._drain()
            self._check()
        finally:
            transaction.set_rollback(True)
            self.unit.__exit__(None, None, None)

    def _pending(self, who: int) -> list[dict[str, Any]]:
        return [act for act in self.outbox[who] if act["id"] not in self.receipts]

    def _settle(self, answer: dict[str, Any]) -> None:
        for receipt in answer["receipts"]:
            before = self.receipts.setdefault(receipt["id"], receipt)
            assert before == receipt, "a receipt never changes"
            assert "compacted" not in receipt, "no receipt without its act"

    def _drain(self) -> None:
        for who, phone in enumerate(self.phones):
            for start in range(0, len(self.outbox[who]), 20):
                self._settle(phone.push(*self.outbox[who][start : start + 20]).json())
        for phone in self.phones:
            phone.pull()

    def _check(self) -> None:
        for who, phone in enumerate(self.phones):
            rows = Command.objects.filter(device=phone.device).order_by("seq")
            sent = [act["id"] for act in self.outbox[who]]
            assert [str(row.pk) for row in rows] == sent  # I2, I4: all, in order
            assert [row.seq for row in rows] == list(range(1, len(sent) + 1))
            assert Device.objects.get(pk=phone.device).last_seq == len(sent)
            self._check_view(phone)
        self._check_notes()
        for person in (self.world.tariq, self.world.mei):
            self._check_stock(person)

    def _check_notes(self) -> None:
        accepted = Command.objects.filter(kind="note.add", result__in=ACCEPTED)
        wanted = sorted(row.args["body"] for row in accepted)
        assert sorted(Note.objects.values_list("body", flat=True)) == wanted  # I3

    def _check_stock(self, person: Technician) -> None:
        entries = StockMovement.objects.filter(technician=person)
        total = sum(entry.quantity for entry in entries)
        held = StockItem.objects.get(technician=person, part=self.world.belt).on_hand
        used = 0
        for row in Command.objects.filter(
            kind__startswith="part.", result__in=ACCEPTED, device__user=person.user
        ):
            sign = 1 if row.kind == "part.use" else -1
            used += sign * row.args["quantity"]
        assert held == total == 5 - used  # I9

    def _check_view(self, phone: Phone) -> None:
        """I6, I8: quiet network, empty outbox: the phone holds what a new one gets."""
        held = dict(phone.held)
        phone.cursor = 999_999
        phone.pull()
        assert held == phone.held


def run(world: World, *, examples: int, fixed: bool = False) -> None:
    machine = type("Net", (Network,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            derandomize=fixed,
            stateful_step_count=20,
            deadline=None,
            database=None,
            # A shrunk story costs minutes on a real database; the seed is enough.
            phases=[Phase.generate],
            print_blob=True,
        ),
    )


def test_every_act_counts_exactly_once_under_any_fault(world: World):
    run(world, examples=25)


def never_seen(device: Device, command: Any) -> str:
    return "gap" if command.seq > device.last_seq + 1 else "next"


def no_gaps(device: Device, command: Any) -> str:
    return "seen" if command.seq <= device.last_seq else "next"


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("_place", no_gaps),
        ("_known", lambda device, command: None),
        ("_repeated", lambda known, command: known.receipt | {"seq": 0}),
    ],
)
def test_a_planted_bug_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, bug: Any
):
    """The test above would be worth nothing if it let these through."""
    monkeypatch.setattr(pushing, name, bug)

    with pytest.raises((AssertionError, IntegrityError, ExceptionGroup)):
        run(world, examples=60, fixed=True)
