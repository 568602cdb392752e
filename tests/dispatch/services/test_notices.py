"""What a technician must see: asked for once, seen once, and never left hanging."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core import mail

from dispatch import tasks
from dispatch.models import Event, Outbox, PushSubscription, VisitNotice
from dispatch.queries import field_documents, visit_page
from dispatch.services import acts, notices, visits
from tests.dispatch.world import clock

AT = clock(9)


@pytest.fixture
def visit(tuesday):
    return tuesday.placed(start=clock(14), status="dispatched")


def can_be_woken(technician):
    PushSubscription.objects.create(
        user=technician.user, endpoint="https://push.example/1", p256dh="p", auth="a"
    )


def move_to(visit, hour, *, by, at=AT):
    """The office moves it in time."""
    row = visits.locked(visit)
    before = visits.facts(row)
    row.sched_start, row.sched_end = clock(hour), clock(hour, 45)
    visits.store(row)
    visits.noted(row, "visit.moved", by=by, at=at, before=before)
    return row


def see(tuesday, visit, notice, *, by=None, at=AT):
    return acts.perform(
        acts.Act(
            kind="visit.seen",
            visit=visit,
            args={"notice": str(notice)},
            by=by or tuesday.tariq.user,
            at=at,
            received_at=at + timedelta(minutes=3),
            command_id=uuid.uuid4(),
        )
    )


def test_a_change_asks_to_be_seen_and_says_what_it_was_before(tuesday, visit):
    moved = move_to(visit, 15, by=tuesday.dora)
    told = field_documents.visit(moved, reader=tuesday.tariq.user_id)["notice"]
    assert (told["kind"], told["urgent"]) == ("changed", False)
    assert told["before"]["start"] == visit.sched_start.isoformat()

    moved = move_to(visit, 16, by=tuesday.dora)
    again = field_documents.visit(moved, reader=tuesday.tariq.user_id)["notice"]
    assert again["id"] == told["id"]
    assert again["before"] == told["before"]

    see(tuesday, moved, told["id"])
    moved.refresh_from_db()
    assert field_documents.visit(moved, reader=tuesday.tariq.user_id)["notice"] is None
    shown = visit_page.visit(tuesday.dora, visit_id=moved.pk, at=AT)["notice"]
    assert shown["seen_at"] == AT
    assert Event.objects.filter(kind="visit.seen").count() == 1


def test_seen_twice_is_seen_once_and_only_by_whom_it_was_for(tuesday, visit):
    moved = move_to(visit, 15, by=tuesday.dora)
    notice = VisitNotice.objects.get()
    see(tuesday, moved, notice.pk, by=tuesday.mei.user)
    assert VisitNotice.objects.get().seen_at is None
    see(tuesday, moved, notice.pk)
    see(tuesday, moved, notice.pk, at=AT + timedelta(hours=1))
    assert VisitNotice.objects.get().seen_at == AT
    assert Event.objects.filter(kind="visit.seen").count() == 1


def test_what_is_not_urgent_or_not_told_yet_asks_for_nothing(tuesday, visit):
    soft = tuesday.placed(start=clock(16))
    move_to(soft, 17, by=tuesday.dora)
    visits.send(soft, by=tuesday.dora, at=AT, override_reason="ready")
    visits.move(visit, to="acknowledged", by=tuesday.tariq.user, at=AT)
    assert not VisitNotice.objects.exists()


def test_a_step_of_the_technician_is_proof_that_they_saw_it(tuesday, visit):
    move_to(visit, 15, by=tuesday.dora)
    later = AT + timedelta(minutes=5)
    visits.move(visit, to="en_route", by=tuesday.tariq.user, at=later)
    assert VisitNotice.objects.get().seen_at == later


def test_an_urgent_visit_that_nobody_saw_goes_another_way_once(tuesday, settings):
    settings.NOTICE_MINUTES = 10
    can_be_woken(tuesday.tariq)
    tuesday.tariq.user.email = "tariq@acme.example"
    tuesday.tariq.user.save()
    soft = tuesday.placed(start=clock(10))
    visits.send(soft, by=tuesday.dora, at=AT, override_reason="ready")
    assert VisitNotice.objects.get().is_urgent
    assert notices.fall_back(at=AT + timedelta(minutes=9)) == 0

    late = AT + timedelta(minutes=10)
    assert notices.fall_back(at=late) == 1
    assert notices.fall_back(at=late) == 0
    assert Event.objects.filter(kind="visit.not_seen").count() == 1
    for row in Outbox.objects.filter(kind="message.send"):
        tasks.deliver(str(row.pk))
    [message] = mail.outbox
    assert message.to == ["tariq@acme.example"]
    assert f"/field/visit/{soft.pk}" in message.body
    for word in ("Acme Glass", "Printer"):
        assert word not in message.body
    shown = visit_page.visit(tuesday.dora, visit_id=soft.pk, at=late)["notice"]
    assert (shown["seen_at"], shown["fallback_at"]) == (None, late)


def test_a_visit_that_was_seen_or_taken_away_falls_back_on_nobody(tuesday):
    seen, gone = (tuesday.placed(start=clock(hour)) for hour in (10, 11))
    for visit in (seen, gone):
        visits.send(visit, by=tuesday.dora, at=AT, override_reason="ready")
    see(tuesday, seen, VisitNotice.objects.get(visit=seen).pk)
    visits.recall(gone, reason="ill", by=tuesday.dora, at=AT)
    assert notices.fall_back(at=AT + timedelta(hours=1)) == 0


def test_without_a_device_to_wake_the_other_way_is_taken_sooner(tuesday, settings):
    settings.NOTICE_MINUTES, settings.NOTICE_MINUTES_WITHOUT_PUSH = 10, 3
    soft = tuesday.placed(start=clock(10))
    visits.send(soft, by=tuesday.dora, at=AT, override_reason="ready")
    assert notices.fall_back(at=AT + timedelta(minutes=2)) == 0
    assert notices.fall_back(at=AT + timedelta(minutes=3)) == 1
    # Neither number nor address: the office is told that nothing was sent.
    assert VisitNotice.objects.get().fallback_by == ""
    assert not Outbox.objects.filter(kind__in=["message.send", "text.send"]).exists()


def test_a_text_message_goes_once_for_each_change_and_names_nobody(
    tuesday, settings, tmp_path
):
    settings.SMS_SENDER = "dispatch.integrations.sms.files.FileSender"
    settings.SMS_FILE_PATH = str(tmp_path / "sms.jsonl")
    tuesday.tariq.phone = "+44 (0)1633 496001"
    tuesday.tariq.save()
    tuesday.tariq.user.email = "tariq@acme.example"
    tuesday.tariq.user.save()
    soft = tuesday.placed(start=clock(10))
    visits.send(soft, by=tuesday.dora, at=AT, override_reason="ready")

    def carried_out(at):
        found = notices.fall_back(at=at)
        for row in Outbox.objects.filter(kind__in=["text.send", "message.send"]):
            tasks.deliver(str(row.pk))
            row.refresh_from_db()
            assert (row.state, row.last_error) == ("done", "")
        lines = (tmp_path / "sms.jsonl").read_text().splitlines()
        return found, [json.loads(line) for line in lines]

    late = AT + timedelta(minutes=10)
    found, [sent] = carried_out(late)
    assert (found, carried_out(late)) == (1, (0, [sent]))
    assert sent["to"] == "+441633496001"
    assert f"/field/visit/{soft.pk}" in sent["text"]
    for word in ("Acme Glass", "Printer", "Tariq", "Corporation"):
        assert word not in sent["text"]
    assert not mail.outbox
    shown = visit_page.visit(tuesday.dora, visit_id=soft.pk, at=late)["notice"]
    assert shown["fallback_by"] == "sms"

    # It changes again before anybody saw it: that is another message.
    move_to(soft, 11, by=tuesday.dora, at=late)
    assert len(carried_out(late + timedelta(minutes=10))[1]) == 2
