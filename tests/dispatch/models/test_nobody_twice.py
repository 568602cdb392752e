"""Nobody is in two places at once: the database says so, whoever asks, however many."""

from datetime import timedelta
from threading import Barrier, Thread
from threading import Event as Flag

import pytest
from django.db import IntegrityError, connection, transaction

from dispatch.errors import TechnicianBusy
from dispatch.models import Visit, VisitStatus
from dispatch.services import law, placing, visits
from tests.dispatch.world import clock, sql, until_somebody_waits_for_a_lock

S = VisitStatus
TAKES_NONE = ["completed", "cannot_complete", "no_access", "cancelled"]
TAKES_TIME = [
    "scheduled",
    "dispatched",
    "acknowledged",
    "en_route",
    "on_site",
    "in_progress",
    "paused",
]
OVERLAPS = """
    SELECT one.id, other.id
    FROM dispatch_visit one JOIN dispatch_visit other
      ON one.technician_id = other.technician_id AND one.id < other.id
     AND one.sched_start < other.sched_end AND other.sched_start < one.sched_end
    WHERE one.status = ANY(%s) AND other.status = ANY(%s)
"""


def overlaps():
    """Pairs of visits that share a person's minute, found without the constraint."""
    return sql(OVERLAPS, TAKES_TIME, TAKES_TIME)


@pytest.mark.parametrize("status", TAKES_TIME)
def test_a_second_visit_at_the_same_time_is_refused(tuesday, status):
    tuesday.placed(tuesday.tariq, clock(10), status=status)
    with pytest.raises(TechnicianBusy), law.kept():
        tuesday.placed(tuesday.tariq, clock(10, 44))


@pytest.mark.parametrize("status", TAKES_NONE)
def test_what_is_over_takes_no_time_any_more(tuesday, status):
    tuesday.placed(tuesday.tariq, clock(10), status=status)
    with law.kept():
        tuesday.placed(tuesday.tariq, clock(10, 20))


def test_visits_may_touch(tuesday):
    with law.kept():
        tuesday.placed(tuesday.tariq, clock(10))
        tuesday.placed(tuesday.tariq, clock(10, 45))
        tuesday.placed(tuesday.mei, clock(10))
    assert overlaps() == []


def test_the_database_refuses_without_our_help(open_tuesday):
    open_tuesday.placed(open_tuesday.tariq, clock(10))
    with pytest.raises(IntegrityError, match="visit_nobody_in_two_places"):
        open_tuesday.placed(open_tuesday.tariq, clock(10, 30))
    assert Visit.objects.count() == 1


def test_two_visits_change_places_in_one_transaction(tuesday):
    early = tuesday.placed(tuesday.tariq, clock(10))
    late = tuesday.placed(tuesday.tariq, clock(10, 45))
    with law.kept():
        for visit, start in ((early, clock(10, 45)), (late, clock(10))):
            visit.sched_start = start
            visit.sched_end = start + timedelta(minutes=45)
            visit.save()
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.sched_start, late.sched_start) == (clock(10, 45), clock(10))


def test_half_a_swap_leaves_both_where_they_were(tuesday):
    early = tuesday.placed(tuesday.tariq, clock(10))
    tuesday.placed(tuesday.tariq, clock(10, 45))
    early.sched_start, early.sched_end = clock(10, 45), clock(11, 30)
    with pytest.raises(TechnicianBusy), law.kept():
        early.save()
    early.refresh_from_db()
    assert early.sched_start == clock(10)


def test_sixteen_dispatchers_racing_for_one_technician_leave_no_overlap(open_tuesday):
    # Thirty-two visits want one morning that has room for four of them.
    wishes = [open_tuesday.waiting(site=number % 4) for number in range(32)]
    gate = Barrier(16)
    placed, refused = [], []

    def book(mine):
        try:
            gate.wait(timeout=120)
            for number, visit in enumerate(mine):
                start = clock(9) + timedelta(minutes=7 * (number + mine[0].pk.int % 9))
                try:
                    placing.assign(
                        visit,
                        technician=open_tuesday.tariq,
                        start=start,
                        by=open_tuesday.dora,
                        at=clock(7),
                        override_reason="They all want him",
                    )
                    placed.append(visit.pk)
                except TechnicianBusy:
                    refused.append(visit.pk)
        finally:
            connection.close()

    racers = [Thread(target=book, args=(wishes[n::16],)) for n in range(16)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=120)
    assert len(placed) + len(refused) == 32
    assert overlaps() == []
    assert placed
    assert refused
    assert set(
        Visit.objects.filter(status=S.SCHEDULED).values_list("pk", flat=True)
    ) == set(placed)


def test_two_who_write_before_either_is_checked_do_not_block_each_other(open_tuesday):
    first, second = open_tuesday.waiting(), open_tuesday.waiting()
    wrote, ends = Flag(), {}

    def write(visit, name, and_then):
        try:
            with law.kept():
                row = visits.locked(visit)
                row.status, row.technician = S.SCHEDULED, open_tuesday.tariq
                row.sched_start, row.sched_end = clock(10), clock(10, 45)
                visits.store(row)
                and_then(row)
            ends[name] = "placed"
        except Exception as error:
            ends[name] = type(error)
        finally:
            connection.close()

    def let_the_other_write(row):
        wrote.set()
        until_somebody_waits_for_a_lock()
        # From here on each of the two would see the other's entry.
        row.sched_start = clock(10, 5)
        visits.store(row)

    one = Thread(target=write, args=(first, "first", let_the_other_write))
    other = Thread(target=write, args=(second, "second", visits.store))
    one.start()
    assert wrote.wait(timeout=120)
    other.start()
    one.join(timeout=120)
    other.join(timeout=120)
    assert ends == {"first": "placed", "second": TechnicianBusy}
    assert overlaps() == []


def test_a_technicians_shifts_do_not_overlap(tuesday):
    shift = tuesday.tariq.shifts.first()
    with pytest.raises(IntegrityError, match="shift_no_overlap"), transaction.atomic():
        tuesday.tariq.shifts.create(
            starts_at=shift.ends_at - timedelta(minutes=1),
            ends_at=shift.ends_at + timedelta(hours=1),
        )
