"""Steps of a visit: the table, the gates, both clocks, and what follows."""

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from dispatch.errors import (
    DomainError,
    GateClosed,
    IllegalMove,
    InvalidInput,
    VersionConflict,
)
from dispatch.models import (
    ChecklistItem,
    ChecklistTemplate,
    Contact,
    Event,
    JobStatus,
    Outbox,
    Visit,
    VisitStatus,
    WorkTypePart,
)
from dispatch.services import checklists, placing, visits
from tests.dispatch.models.test_status_law import DESIGN
from tests.dispatch.world import clock

S = VisitStatus
AT = clock(9)
WAY = [S.DISPATCHED, S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.COMPLETED]


@pytest.fixture
def visit(tuesday):
    return tuesday.placed()


@pytest.fixture
def told(tuesday):
    """A visit that was sent to Tariq."""
    return tuesday.placed(status=S.DISPATCHED)


def test_a_visit_goes_its_whole_way_and_every_step_is_an_event(tuesday, visit):
    for number, status in enumerate(WAY):
        visits.move(visit, to=status, by=tuesday.dora, at=clock(9, number))
    visit.refresh_from_db()
    assert (visit.status, visit.version) == (S.COMPLETED, 7)
    found = Event.objects.filter(subject_id=visit.pk).order_by("id")
    assert [(row.kind, row.at) for row in found] == [
        (f"visit.{status}", clock(9, number)) for number, status in enumerate(WAY)
    ]
    assert {row.territory for row in found} == {tuesday.territory}


def test_a_step_that_the_table_does_not_know_changes_nothing(tuesday, visit):
    with pytest.raises(IllegalMove) as refusal:
        visits.move(visit, to=S.ON_SITE, by=tuesday.dora, at=AT)
    assert refusal.value.message == (
        "A visit that is “scheduled” cannot become “on site”."
    )
    visit.refresh_from_db()
    assert (visit.status, visit.version) == (S.SCHEDULED, 1)
    assert not Event.objects.exists()


def test_there_is_no_other_status(tuesday, visit):
    with pytest.raises(InvalidInput):
        visits.move(visit, to="asleep", by=tuesday.dora, at=AT)


@pytest.mark.parametrize(
    ("before", "to"),
    [
        (S.IN_PROGRESS, S.PAUSED),
        (S.IN_PROGRESS, S.CANNOT_COMPLETE),
        (S.ON_SITE, S.NO_ACCESS),
        (S.DISPATCHED, S.CANCELLED),
    ],
)
def test_what_goes_wrong_needs_a_reason_code(tuesday, before, to):
    visit = tuesday.placed(status=before)
    with pytest.raises(InvalidInput) as refusal:
        visits.move(visit, to=to, by=tuesday.dora, at=AT)
    assert refusal.value.details == {"field": "outcome_code"}
    moved = visits.move(
        visit, to=to, by=tuesday.dora, at=AT, outcome_code="nobody_home", note="Rang"
    )
    assert (moved.outcome_code, moved.outcome_note) == ("nobody_home", "Rang")
    assert Event.objects.get().data["reason"] == "nobody_home"


def test_both_clocks_of_arrival_and_end_are_kept(tuesday):
    visit = tuesday.placed(status=S.EN_ROUTE)
    place = {"lat": 51.5, "lon": -3.0, "accuracy": 12}
    for to, hour in ((S.ON_SITE, 10), (S.IN_PROGRESS, 11), (S.COMPLETED, 12)):
        visits.move(
            visit,
            to=to,
            by=tuesday.dora,
            at=clock(hour),
            received_at=clock(hour, 30),
            place=place if to == S.ON_SITE else None,
        )
    visit.refresh_from_db()
    assert (visit.actual_start, visit.start_received_at) == (clock(10), clock(10, 30))
    assert (visit.actual_end, visit.end_received_at) == (clock(12), clock(12, 30))
    assert visit.start_place == place


def test_a_device_clock_that_runs_backwards_does_not_turn_a_visit_around(tuesday):
    visit = tuesday.placed(status=S.IN_PROGRESS, actual_start=clock(10))
    done = visits.move(visit, to=S.COMPLETED, by=tuesday.dora, at=clock(9))
    assert (done.actual_start, done.actual_end) == (clock(10), clock(10))


def test_two_hands_on_one_visit_the_second_looks_again(tuesday, visit):
    visits.move(visit, to=S.DISPATCHED, by=tuesday.dora, at=AT, version=1)
    with pytest.raises(VersionConflict) as refusal:
        visits.move(
            visit, to=S.CANCELLED, by=tuesday.dora, at=AT, version=1, outcome_code="x"
        )
    assert refusal.value.details["current_version"] == 2


def test_a_visit_back_in_the_queue_has_no_place_and_no_pin(tuesday):
    visit = tuesday.placed(
        pin="both", pin_reason="Agreed", override_reason="Knows it", travel_seconds=600
    )
    row = visits.move(visit, to=S.UNSCHEDULED, by=tuesday.dora, at=AT)
    assert (row.technician, row.sched_start, row.sched_end) == (None, None, None)
    assert (row.pin, row.pin_reason, row.override_reason) == ("", "", "")
    assert row.travel_seconds == 0


# --- gates -------------------------------------------------------------------------


def test_sending_lists_everything_that_is_missing(tuesday, visit):
    WorkTypePart.objects.create(
        work_type=tuesday.work_type, part=tuesday.toner, quantity=2
    )
    tuesday.load(tuesday.tariq, 1)
    tuesday.tariq.certifications.all().delete()
    with pytest.raises(GateClosed) as refusal:
        visits.send(visit, by=tuesday.dora, at=AT)
    assert refusal.value.details["missing"] == [
        {"code": "part_missing", "sentence": "Toner is not in the van of Tariq."},
        {
            "code": "skill_missing",
            "sentence": "Tariq has no Printers.",
        },
    ]
    visit.refresh_from_db()
    assert visit.status == S.SCHEDULED


def test_a_reason_opens_the_gate_and_stays_in_the_record(tuesday, visit):
    tuesday.tariq.certifications.all().delete()
    reason = "Mei looks over his shoulder"
    visits.send(visit, by=tuesday.dora, at=AT, override_reason=reason)
    event = Event.objects.get(kind="visit.dispatched")
    assert event.data["override_reason"] == reason
    assert event.actor == tuesday.dora


def test_a_certificate_counts_on_the_day_of_the_visit(tuesday, visit):
    held = tuesday.tariq.certifications.get()
    held.expires = clock(0, day=-1).date()
    held.save()
    with pytest.raises(GateClosed):
        visits.send(visit, by=tuesday.dora, at=AT)
    held.expires = clock(0).date()
    held.save()
    assert visits.send(visit, by=tuesday.dora, at=AT).status == S.DISPATCHED


def test_nothing_is_sent_to_nobody(tuesday):
    with pytest.raises(GateClosed) as refusal:
        visits.send(tuesday.waiting(), by=tuesday.dora, at=AT)
    assert [x["code"] for x in refusal.value.details["missing"]] == ["no_technician"]


def test_the_checklist_guards_the_start_and_the_end(tuesday):
    template = ChecklistTemplate.objects.create(code="swap", name="Swap")
    for position, (key, gate) in enumerate((("off", "start"), ("on", "complete"))):
        ChecklistItem.objects.create(
            template=template, position=position, key=key, label=key, gate=gate
        )
    tuesday.work_type.checklist = template
    tuesday.work_type.save()
    visit = tuesday.placed(status=S.ON_SITE)

    def step(to):
        return visits.move(visit, to=to, by=tuesday.dora, at=AT)

    def tick(key):
        checklists.answer(visit, item_key=key, value=True, by=tuesday.dora, at=AT)

    with pytest.raises(GateClosed) as refusal:
        step(S.IN_PROGRESS)
    assert refusal.value.details["missing"] == ["off"]
    tick("off")
    step(S.IN_PROGRESS)
    with pytest.raises(GateClosed) as refusal:
        step(S.COMPLETED)
    assert refusal.value.details["missing"] == ["on"]
    tick("on")
    assert step(S.COMPLETED).status == S.COMPLETED


def test_a_recall_says_why(tuesday, told):
    for nothing in ("", "   "):
        with pytest.raises(InvalidInput):
            visits.recall(told, reason=nothing, by=tuesday.dora, at=AT)
    row = visits.recall(told, reason="Wrong building", by=tuesday.dora, at=AT)
    assert row.status == S.SCHEDULED
    assert Event.objects.get().data["reason"] == "Wrong building"


def test_a_visit_is_not_recalled_once_somebody_is_on_the_way(tuesday):
    visit = tuesday.placed(status=S.EN_ROUTE)
    with pytest.raises(IllegalMove):
        visits.recall(visit, reason="Wrong building", by=tuesday.dora, at=AT)


def test_a_cancellation_says_why(tuesday, told):
    with pytest.raises(InvalidInput):
        visits.cancel(told, reason=" ", by=tuesday.dora, at=AT)
    row = visits.cancel(told, reason="Customer rang", by=tuesday.dora, at=AT)
    assert (row.status, row.outcome_code) == (S.CANCELLED, "Customer rang")


# --- what follows ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("endings", "expected"),
    [
        ([S.COMPLETED], JobStatus.DONE),
        ([S.CANCELLED, S.COMPLETED], JobStatus.DONE),
        ([S.CANCELLED, S.CANCELLED], JobStatus.CANCELLED),
        ([S.NO_ACCESS], JobStatus.OPEN),
        ([S.CANCELLED, S.CANNOT_COMPLETE], JobStatus.OPEN),
    ],
)
def test_a_job_is_done_when_its_visits_are(tuesday, endings, expected):
    job = tuesday.job()
    before = {S.COMPLETED: S.IN_PROGRESS, S.NO_ACCESS: S.ON_SITE}
    rows = [
        tuesday.placed(
            start=clock(9 + number), job=job, status=before.get(end, S.ON_SITE)
        )
        for number, end in enumerate(endings)
    ]
    for row, end in zip(rows, endings, strict=True):
        visits.move(row, to=end, by=tuesday.dora, at=AT, outcome_code="done")
    job.refresh_from_db()
    assert job.status == expected


def test_a_customer_with_an_address_is_told_and_nobody_else(tuesday):
    job = tuesday.job()
    quiet = tuesday.placed(status=S.ACKNOWLEDGED)
    visits.move(quiet, to=S.EN_ROUTE, by=tuesday.dora, at=AT)
    assert not Outbox.objects.exists()
    job.contact = Contact.objects.create(
        customer=job.customer, name="Nia", email="nia@example.org"
    )
    job.save()
    visit = tuesday.placed(start=clock(12), job=job, status=S.ACKNOWLEDGED)
    visits.move(visit, to=S.EN_ROUTE, by=tuesday.dora, at=AT)
    row = Outbox.objects.get()
    assert row.payload["template"] == "on_the_way"
    assert row.payload["to"] == "nia@example.org"


# --- the table, walked at random ---------------------------------------------------


class Steps(RuleBasedStateMachine):
    """Whatever is tried, the visit stands where the written table says it may."""

    world = None

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.visit = self.world.waiting()
        self.stands = "unscheduled"
        self.steps = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def attempt(self, act, to):
        """Try it; it has to succeed exactly when the table has the step."""
        allowed = to in DESIGN[self.stands].split()
        try:
            act()
        except DomainError:
            assert not allowed
        else:
            assert allowed
            self.stands = to
            self.steps += 1

    @rule(to=st.sampled_from([status for status in DESIGN if status != "scheduled"]))
    def move(self, to):
        self.attempt(
            lambda: visits.move(
                self.visit, to=to, by=None, at=AT, outcome_code="because"
            ),
            to,
        )

    @rule()
    def place(self):
        if self.stands == "scheduled":
            return
        act = visits.recall if self.stands != "unscheduled" else self._assign
        self.attempt(
            lambda: act(self.visit, reason="because", by=self.world.dora, at=AT),
            "scheduled",
        )

    def _assign(self, visit, *, reason, by, at):
        placing.assign(
            visit, technician=self.world.tariq, start=clock(10), by=by, at=at
        )

    @rule()
    def send(self):
        self.attempt(
            lambda: visits.send(self.visit, by=self.world.dora, at=AT), "dispatched"
        )

    @invariant()
    def it_stands_where_it_should(self):
        row = Visit.objects.get(pk=self.visit.pk)
        assert row.status == self.stands
        assert row.version == 1 + self.steps
        has_place = row.technician_id is not None and row.sched_start is not None
        assert has_place or row.status in {"unscheduled", "cancelled"}
        assert row.actual_end is None or row.actual_end >= row.actual_start


def test_no_sequence_of_steps_ever_leaves_the_table(tuesday):
    Steps.world = tuesday
    run_state_machine_as_test(
        Steps, settings=settings(max_examples=25, stateful_step_count=16)
    )
