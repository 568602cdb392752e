"""Jobs: number, clocks and first visits in one transaction."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from dispatch.errors import InvalidInput
from dispatch.models import Event, Job, Sla, Visit
from dispatch.services import jobs
from tests.dispatch.world import clock

AT = clock(8)
NO_ZONE = clock(9).replace(tzinfo=None)


def open_job(world, **changes):
    facts = {
        "site": world.sites[0],
        "work_type": world.work_type,
        "title": "Printer repair",
        "by": world.dora,
        "at": AT,
        "earliest_start": clock(9),
        "latest_end": clock(17),
    }
    return jobs.open_job(**{**facts, **changes})


def test_a_job_comes_with_its_visit_and_an_event(tuesday):
    job = open_job(tuesday)
    visit = job.visits.get()
    assert (job.number, job.customer) == ("J-2200", tuesday.sites[0].customer)
    assert (visit.duration_minutes, visit.status) == (45, "unscheduled")
    assert (visit.earliest_start, visit.latest_end) == (clock(9), clock(17))
    assert Event.objects.get().kind == "job.opened"


def test_work_for_two_makes_two_visits_of_one_crew(tuesday):
    tuesday.work_type.crew_size = 2
    tuesday.work_type.save()
    first, second = open_job(tuesday).visits.all()
    assert first.crew == second.crew is not None


def test_the_contract_sets_the_clocks(tuesday):
    customer = tuesday.sites[0].customer
    customer.sla = Sla.objects.create(
        name="Gold", respond_minutes=30, onsite_minutes=240, restore_minutes=None
    )
    customer.save()
    job = open_job(tuesday)
    assert job.respond_due == clock(8, 30)
    assert job.onsite_due == clock(12)
    assert job.restore_due is None


def test_promise_window_and_length_are_handed_to_the_visit(tuesday):
    job = open_job(
        tuesday,
        promise=(clock(10), clock(12)),
        window=(clock(9), clock(13), "change"),
        duration_minutes=90,
        priority=1,
    )
    visit = job.visits.get()
    assert (visit.promise_start, visit.promise_end) == (clock(10), clock(12))
    assert (visit.window_start, visit.window_end) == (clock(9), clock(13))
    assert (visit.window_kind, visit.duration_minutes) == ("change", 90)
    assert job.priority == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latest_end": clock(9, 44)}, "latest_end"),
        ({"latest_end": clock(8)}, "latest_end"),
        ({"earliest_start": NO_ZONE}, "latest_end"),
        ({"promise": (clock(12), clock(12))}, "promise_end"),
        ({"window": (clock(12), clock(11), "change")}, "window_end"),
    ],
)
def test_a_span_without_room_for_the_work_is_refused(tuesday, changes, field):
    with pytest.raises(InvalidInput) as refusal:
        open_job(tuesday, **changes)
    assert refusal.value.details["field"] == field
    assert not Job.objects.exists()


def test_exactly_enough_time_is_enough(tuesday):
    assert open_job(tuesday, latest_end=clock(9) + timedelta(minutes=45)).pk


def test_a_job_that_breaks_off_leaves_no_visit_and_uses_no_number(open_tuesday):
    with transaction.atomic():
        open_job(open_tuesday)
        transaction.set_rollback(True)
    assert not Visit.objects.exists()
    assert open_job(open_tuesday).number == "J-2200"


def test_jobs_that_are_opened_at_once_are_numbered_one_by_one(open_tuesday):
    gate = Barrier(6)

    def clerk():
        try:
            gate.wait(timeout=120)
            for _ in range(4):
                open_job(open_tuesday)
        finally:
            connection.close()

    clerks = [Thread(target=clerk) for _ in range(6)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join(timeout=120)
    numbers = sorted(Job.objects.values_list("number", flat=True))
    assert numbers == [f"J-{number}" for number in range(2200, 2224)]


def test_a_list_is_searched_by_number_title_and_site(tuesday):
    first = open_job(tuesday, title="Toner leaks")
    second = open_job(tuesday, site=tuesday.sites[1])
    everything = Job.objects.all()
    for text, expected in (
        ("2201", [second]),
        ("toner", [first]),
        ("board m", [second]),
        (" ", [second, first]),
        ("nothing like it", []),
    ):
        found = jobs.search(everything, text).order_by("-number")
        assert list(found) == expected
