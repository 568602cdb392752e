"""Recurring work opens its jobs ahead, each date once, and stops when it is told to."""

from datetime import date, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from dispatch.errors import IllegalMove, InvalidInput
from dispatch.models import Event, Job, Occurrence, Recurring, RecurringState
from dispatch.services import recurring
from tests.dispatch.world import TUESDAY, clock

AT = clock(7)


def rule(world, **facts):
    base = {
        "site": world.sites[0],
        "work_type": world.work_type,
        "title": "Clean the printer",
        "rule": "FREQ=WEEKLY",
        "first_on": TUESDAY,
        "not_before": time(9),
        "not_after": time(12),
        "horizon_days": 15,
    }
    return recurring.save(Recurring(**{**base, **facts}), by=world.dora, at=AT)


def starts(world):
    visits = [job.visits.get() for job in Job.objects.order_by("created_at", "number")]
    return [f"{v.earliest_start.astimezone(AT.tzinfo):%d %H:%M}" for v in visits]


def test_jobs_within_the_horizon_are_opened_once(tuesday):
    row = rule(tuesday)
    assert recurring.make_due(at=AT) == 3
    assert recurring.make_due(at=AT) == 0
    assert starts(tuesday) == ["24 09:00", "01 09:00", "08 09:00"]
    assert recurring.make_due(at=AT + timedelta(days=7)) == 1
    assert row.occurrences.count() == 4
    assert {e.actor_label for e in Event.objects.filter(kind="job.opened")} == {
        "recurring work"
    }


def test_two_workers_at_the_same_time_open_each_date_once(open_tuesday):
    row = rule(open_tuesday)
    together = Barrier(2)
    made = []

    def work():
        try:
            together.wait()
            made.append(recurring.make_due(at=AT))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == Job.objects.count() == row.occurrences.count() == 3


def test_a_date_that_is_over_is_not_made_up_for(tuesday):
    rule(tuesday, first_on=date(2026, 11, 3))
    recurring.make_due(at=clock(13))
    assert starts(tuesday) == ["01 09:00", "08 09:00"]


def test_a_date_that_is_left_out_stays_out(tuesday):
    row = rule(tuesday)
    day = date(2026, 12, 1)
    recurring.skip(row, day=day, by=tuesday.dora, at=AT)
    recurring.make_due(at=AT)
    assert starts(tuesday) == ["24 09:00", "08 09:00"]
    shown = {one.day: one for one in recurring.preview(row, at=AT)}
    assert shown[day].is_skipped
    assert shown[TUESDAY].job == Occurrence.objects.get(on=TUESDAY).job
    with pytest.raises(IllegalMove, match="is open for that date"):
        recurring.skip(row, day=TUESDAY, by=tuesday.dora, at=AT)
    with pytest.raises(InvalidInput, match="no such date"):
        recurring.skip(row, day=date(2026, 12, 2), by=tuesday.dora, at=AT)


def test_a_pause_makes_nothing_and_an_end_is_for_good(tuesday):
    row = rule(tuesday)
    recurring.set_state(row, state="paused", by=tuesday.dora, at=AT)
    assert recurring.make_due(at=AT) == 0
    recurring.set_state(row, state="active", by=tuesday.dora, at=AT)
    assert recurring.make_due(at=AT) == 3
    recurring.set_state(row, state="ended", by=tuesday.dora, at=AT)
    assert recurring.make_due(at=AT + timedelta(days=30)) == 0
    with pytest.raises(IllegalMove, match="has ended"):
        recurring.set_state(row, state="active", by=tuesday.dora, at=AT)
    assert Recurring.objects.get().state == RecurringState.ENDED


def test_the_preview_follows_the_clock_of_the_territory(tuesday):
    row = rule(tuesday, first_on=date(2027, 3, 24))
    moments = [f"{one.span.start:%d %H:%M}" for one in recurring.preview(row, at=AT)]
    assert moments[:2] == ["24 09:00", "31 08:00"]
    tuesday.territory.time_zone = "America/New_York"
    tuesday.territory.save()
    row = Recurring.objects.get()
    assert f"{recurring.preview(row, at=AT)[0].span.start:%H:%M}" == "13:00"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"rule": "FREQ=SECONDLY"}, "rule"),
        ({"not_after": time(9, 30)}, "not_after"),
        ({"not_after": time(8)}, "not_after"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"title": ""}, "title"),
    ],
)
def test_what_cannot_work_is_refused_by_its_field(tuesday, facts, field):
    with pytest.raises(InvalidInput) as refusal:
        rule(tuesday, **facts)
    assert refusal.value.details["field"] == field
    assert not Recurring.objects.exists()
