"""The endpoint walk: three phones of two people, an office that interferes, and a
network, a server and a clock that fail in every way that we know of."""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import hypothesis
import hypothesis.strategies as st
from django.db import transaction
from django.db.models import ProtectedError
from hypothesis import Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)

from dispatch.models import Job, Visit, WorkType
from dispatch.queries import report
from dispatch.services import acts, visits
from field_app import kinds
from field_app.models import Device
from field_app.sync import push as pushing
from tests.field_app.world import World
from tests.proof import invariants, tally
from tests.proof.evidence import Walk
from tests.proof.handset import Handset, short_id

PHONES, VISITS = st.integers(0, 2), st.integers(0, 3)
KIND_NAMES = (
    "note.add",
    "note.add",
    "part.use",
    "part.undo",
    "visit.en_route",
    "visit.arrive",
    "visit.start",
    "visit.complete",
    "checklist.answer",
    "signoff.sign",
    "visit.ask_office",
    "visit.teleport",
)
WHOLE_JOB = ["visit.en_route", "visit.arrive", "signoff.sign"]
GARBLED = ("twice", "partial", "reordered", "stale", "hole")
FAULT_NAMES = ("none", "lost_request", "lost_answer", "crash", "session_over", *GARBLED)
OFFICE = ("reassigns", "cancels", "edits", "deletes")
RARE = (
    "an_act_that_breaks",
    "somebody_else_signs_in",
    "the_storage_is_cloned",
    "office_asks_to_enrol_again",
)
# What people write: other scripts, other directions, joined characters.
TEXT_EXAMPLES = (
    "Runs again",
    "שסתום הוחלף \u202e123",
    "تم تبديل المضخة",
    "👩🏽\u200d🔧🔧 fixed",
    "漏水 – 修好了",
)
POISON = "poison"


class ServerDied(BaseException):
    """Not an Exception: nothing in the product may catch it, as nothing catches -9."""


class Network(RuleBasedStateMachine):
    """One walk; `world` is set by `run`."""

    world: World
    level = "B"
    record: Any = staticmethod(tally.note)

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.enter_context(_an_older_client())
        self.stack.enter_context(_an_act_that_breaks())
        world, self.faults = self.world, 0
        people = (world.tariq, world.tariq, world.mei)
        self.phones = [Handset(one, is_old=n == 1) for n, one in enumerate(people)]
        plain = WorkType.objects.create(
            code="plain", name="Plain", service_line="mfg", duration_minutes=60
        )
        self.visits = [
            world.visit(one, hours=2 * n + 1, work_type=plain if n == 3 else None)
            for n, one in enumerate([*people, world.tariq])
        ]
        self.first_seen: dict[str, Any] = {}
        for phone in self.phones:
            phone.fetch()

    # --- people ------------------------------------------------------------------

    @rule(
        who=PHONES,
        kinds=st.lists(st.sampled_from(KIND_NAMES), min_size=1, max_size=3),
        visit=VISITS,
        amount=st.integers(1, 3),
        text=st.sampled_from(TEXT_EXAMPLES),
    )
    def act(
        self, who: int, kinds: list[str], visit: int, amount: int, text: str
    ) -> None:
        for kind in kinds:
            row = self.visits[visit]
            args = self._args(kind, row, amount, text)
            self.phones[who].do(kind, row.pk, **args)

    def _args(self, kind: str, row: Visit, amount: int, text: str) -> dict[str, Any]:
        if kind == "note.add":
            return {"body": f"{short_id()} {text}"}
        if kind == "visit.ask_office":
            return {"text": text}
        if kind == "checklist.answer":
            return {"item": "isolate", "value": True}
        if kind.startswith("part."):
            return {"part": str(self.world.belt.pk), "quantity": amount}
        if kind == "signoff.sign":
            fresh = Visit.objects.filter(pk=row.pk).first()
            content = report.report(fresh) if fresh else {"gone": True}
            digest = report.digest(content)
            sign = {"signed_by": "Marged Hale", "method": "typed"}
            return sign | {"content": content, "content_hash": digest}
        return {}

    def an_act_that_breaks(self, who: int) -> None:
        self.faults += 1
        self.phones[who].do(
            "note.add", self.visits[who].pk, body=f"{POISON} {short_id()}"
        )

    @rule(who=PHONES, days=st.sampled_from([-3, 0, 3]), measured=st.booleans())
    def the_clock_jumps(self, who: int, days: int, measured: bool) -> None:
        self.faults += 1
        phone = self.phones[who]
        phone.clock = timedelta(days=days)
        if measured:
            phone.offset_ms = round(-phone.clock.total_seconds() * 1000)

    # --- the network, the server ---------------------------------------------------

    @rule(
        who=PHONES,
        kinds=st.lists(st.sampled_from(KIND_NAMES), max_size=3),
        visit=VISITS,
        text=st.sampled_from(TEXT_EXAMPLES),
        fault=st.sampled_from(FAULT_NAMES),
        seed=st.randoms(use_true_random=False),
    )
    def act_and_send(
        self, who: int, kinds: list[str], visit: int, text: str, fault: str, seed: Any
    ) -> None:
        self.act(who, kinds, visit, 1, text)
        phone = self.phones[who]
        self.faults += fault != "none"
        batch = phone.waiting()
        if fault in GARBLED:
            self._send_garbled(phone, fault, batch, seed)
        elif fault == "session_over":
            phone.client.logout()
            phone.send(batch)
        elif fault == "crash":
            with _a_server_that_dies(at=seed.randint(1, 3)):
                _unheard(phone, batch)
        elif fault != "lost_request":
            phone.send(batch, hear=fault != "lost_answer")
        self.nothing_is_half_done_and_nothing_changes_afterwards()

    def _send_garbled(
        self, phone: Handset, fault: str, batch: list[Any], seed: Any
    ) -> None:
        if fault == "partial":
            batch = batch[: len(batch) // 2]
        elif fault == "reordered":
            seed.shuffle(batch)
        elif fault == "stale":
            run = phone.pocket.saved[: seed.randint(0, len(phone.pocket.saved))]
            batch = [act for act in run if act["seq"] <= phone.seq]
        elif fault == "hole":
            batch = batch[1:]
        for _ in range(2 if fault == "twice" else 1):
            phone.send(batch)

    @rule(who=PHONES, fault=st.sampled_from(["none", "none", "lost", "old", "over"]))
    def pull(self, who: int, fault: str) -> None:
        phone = self.phones[who]
        self.faults += fault != "none"
        if fault == "over":
            phone.client.logout()
        phone.fetch(hear=fault != "lost", schema=0 if fault == "old" else 1)

    @rule(
        who=PHONES,
        what=st.sampled_from(RARE),
    )
    def something_rare(self, who: int, what: str) -> None:
        getattr(self, what)(who)

    def somebody_else_signs_in(self, who: int) -> None:
        self.faults += 1
        phone = self.phones[who]
        mine = phone.user == self.world.tariq.user
        other = (self.world.mei if mine else self.world.tariq).user
        phone.client.force_login(other)
        status = phone.send(phone.waiting(), hear=False).status_code
        phone.pocket.strange.append(status)
        phone.client.force_login(phone.user)

    def the_storage_is_cloned(self, who: int) -> None:
        if len(self.phones) < 4:
            self.faults += 1
            self.phones.append(self.phones[who].clone())
            twin = self.phones[-1]
            for phone in (self.phones[who], twin):
                phone.do("note.add", self.visits[0].pk, body=f"{short_id()} twin")
            self.phones[who].send(self.phones[who].waiting())
            twin.send(twin.waiting())

    # --- the office -----------------------------------------------------------------

    def office_asks_to_enrol_again(self, who: int) -> None:
        self.faults += 1
        device = Device.objects.get(pk=self.phones[who].device)
        device.epoch += 1
        device.save()

    @rule(
        visit=VISITS,
        what=st.sampled_from(OFFICE),
        how=st.booleans(),
    )
    def office(self, visit: int, what: str, how: bool) -> None:
        getattr(self, f"office_{what}")(visit, how)

    def office_reassigns(self, visit: int, to_mei: bool) -> None:
        person = self.world.mei if to_mei else self.world.tariq
        Visit.objects.filter(pk=self.visits[visit].pk).update(technician=person)

    def office_cancels(self, visit: int, how: bool) -> None:
        row = Visit.objects.filter(pk=self.visits[visit].pk).first()
        if row is not None and row.may_move_to("cancelled"):
            visits.cancel(row, reason="gone", by=self.world.dora, at=datetime.now(UTC))

    def office_edits(self, visit: int, how: bool) -> None:
        title = "C4 down" if how else "C4 stands still"
        Job.objects.filter(visits=self.visits[visit].pk).update(title=title)

    def office_deletes(self, visit: int, how: bool) -> None:
        row = Visit.objects.filter(pk=self.visits[visit].pk).first()
        if row is None or row.notes.exists() or row.review_cases.exists():
            return
        if row.answers.exists():
            return
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError:
            return

    # --- what must hold -------------------------------------------------------------

    def nothing_is_half_done_and_nothing_changes_afterwards(self) -> None:
        walk = self._walk()
        invariants.check(walk, [invariants.i5_atomic, invariants.i10_immutability])
        self.first_seen = invariants.remember() | self.first_seen

    def teardown(self) -> None:
        try:
            for phone in self.phones:
                phone.settle_down()
            for phone in self.phones:
                phone.fetch()
            walk = self._walk(at_end=True)
            invariants.check(walk)
            self._count(walk)
        finally:
            transaction.set_rollback(True)
            self.stack.close()

    def _walk(self, *, at_end: bool = False) -> Walk:
        pockets = [one.say() if at_end else one.pocket for one in self.phones]
        stock = {self.world.tariq: 5, self.world.mei: 5}
        return Walk(pockets, stock, self.world.belt, self.first_seen)

    def _count(self, walk: Walk) -> None:
        self.record(
            tally.Line(
                self.level,
                acts=len(walk.acts),
                faults=self.faults,
                lost=invariants.lost(walk),
                doubled=invariants.doubled(),
                walks=1,
            )
        )


def run(world: World, *, examples: int, steps: int, seed: int, record: Any) -> None:
    """Walk `examples` times; the same seed walks the same ways."""
    machine = type("Net", (Network,), {"world": world, "record": staticmethod(record)})
    run_state_machine_as_test(
        hypothesis.seed(seed)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            # A shrunk story costs minutes on a real database; the seed is enough.
            phases=[Phase.generate],
        ),
    )


def stroll(world: World, *, steps: int, seed: int) -> None:
    """One walk without Hypothesis: every rule is likely from the first step on."""
    chance = Random(seed)
    network = type("Net", (Network,), {"world": world, "record": lambda *_: None})()
    try:
        for _ in range(steps):
            _step(network, chance)
    except BaseException:
        transaction.set_rollback(True)
        network.stack.close()
        raise
    network.teardown()


def strolls(world: World, *, seeds: Iterable[int], steps: int) -> None:
    """Several of them; the first broken promise ends them."""
    for seed in seeds:
        stroll(world, steps=steps, seed=seed)


def _step(network: Network, chance: Random) -> None:
    who, visit = chance.randrange(3), chance.randrange(4)
    dice = chance.random()
    if dice < 0.1:
        network.act_and_send(0, WHOLE_JOB, 3, TEXT_EXAMPLES[0], "none", chance)
    elif dice < 0.55:
        kinds = [chance.choice(KIND_NAMES) for _ in range(3)]
        fault = chance.choice([*FAULT_NAMES, "crash", "crash"])
        network.act_and_send(who, kinds, visit, TEXT_EXAMPLES[0], fault, chance)
    elif dice < 0.78:
        network.pull(who, chance.choice(["none", "none", "lost"]))
    elif dice < 0.89:
        network.office(visit, chance.choice(OFFICE), chance.random() < 0.5)
    elif dice < 0.94:
        network.the_clock_jumps(who, chance.choice([-3, 3]), measured=False)
    else:
        network.something_rare(who, chance.choice(RARE))


def _an_older_client() -> Any:
    """Notes have a second shape now; the phone with the older app sends the first."""

    def note_v1(args: dict[str, Any]) -> dict[str, Any]:
        return {"body": args["text"]} | {k: args[k] for k in args if k != "text"}

    newer = kinds.Kind(kinds.NoteText, v=2, upcasters={1: note_v1})
    return patch.dict(kinds.KINDS, {"note.add": newer})


def _an_act_that_breaks() -> Any:
    """A note that the server cannot digest, as an unforeseen bug would not."""
    perform = acts.perform

    def break_on_poison(act: Any) -> Any:
        if POISON in str(act.args.get("body", "")):
            raise ZeroDivisionError
        return perform(act)

    return patch.object(acts, "perform", break_on_poison)


def _a_server_that_dies(*, at: int) -> Any:
    """After the effect of the `at`-th act of the request, before its receipt."""
    store, left = pushing._store, [at]

    def die(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise ServerDied
        return store(*args, **kwargs)

    return patch.object(pushing, "_store", die)


def _unheard(phone: Handset, batch: list[dict[str, Any]]) -> None:
    try:
        phone.send(batch, hear=False)
    except ServerDied:
        return
