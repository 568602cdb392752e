"""Days kept in memory are never older than the last commit before the question."""

import random
from datetime import date, timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from dispatch.models import (
    Absence,
    Certification,
    MovementKind,
    Part,
    Policy,
    Shift,
    Site,
    StockMovement,
    Technician,
    Visit,
    WorkTypePart,
)
from dispatch.services import booking
from dispatch.services.planning import daybooks, feed, work
from tests.dispatch.portal import world as towns

TUESDAY = date(2026, 11, 24)


@pytest.fixture
def town(transactional_db):
    daybooks.KEPT.clear()
    return towns.build(TUESDAY)


@pytest.fixture
def ask(town):
    """What is on offer: per window when it begins, who would come, and all of it."""

    def offered(**changes):
        offer = booking.slots(town.wish(**changes), at=town.local(0, 7))
        return [
            (window.start, window.slot and window.slot.technician, window)
            for day in offer.days
            for window in day.windows
        ]

    return offered


def fresh(ask):
    """The same, asked by a process that keeps nothing."""
    kept = dict(daybooks.KEPT)
    daybooks.KEPT.clear()
    try:
        return ask()
    finally:
        daybooks.KEPT.update(kept)


@pytest.fixture
def other_process():
    """A connection that is not ours."""
    settings = connection.settings_dict
    with psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"],
        port=settings["PORT"] or None,
    ) as line:
        yield line


def free_at(answer, start):
    return next(who for begin, who, _ in answer if begin == start) is not None


def test_nothing_is_read_again_while_nothing_changes(
    town, ask, django_assert_num_queries
):
    for hour in (8, 10, 13):
        town.visit(day=1, hour=hour)
    first = ask()
    wish = town.wish()
    # What has changed, and what the work needs: its skills and parts.
    with django_assert_num_queries(3):
        booking.slots(wish, at=town.local(0, 7))
    assert ask() == first


def test_after_a_change_only_the_visits_that_changed_are_read(
    town, ask, django_assert_num_queries
):
    visits = [town.visit(day=day, hour=9) for day in range(1, 5)]
    ask()
    Visit.objects.filter(pk=visits[0].pk).update(duration_minutes=90)
    wish = town.wish()
    with django_assert_num_queries(4):
        booking.slots(wish, at=town.local(0, 7))


def test_what_another_process_commits_counts_at_once(town, ask, other_process):
    visit = town.visit(day=1, hour=13, duration_minutes=150)
    assert free_at(ask(), town.local(1, 8))
    move = "UPDATE dispatch_visit SET sched_start = %s, sched_end = %s WHERE id = %s"
    span = town.local(1, 8), town.local(1, 10, 30)
    other_process.execute(move, [*span, visit.pk])
    assert free_at(ask(), town.local(1, 8)), "not committed yet"
    # Somebody else's later transaction commits first.
    town.visit(day=3, hour=13)
    assert free_at(ask(), town.local(1, 8))
    other_process.commit()
    assert not free_at(ask(), town.local(1, 8))
    assert ask() == fresh(ask)


def test_a_window_that_somebody_holds_is_gone_for_the_next_one(town, ask):
    start = town.local(1, 8)
    for _ in range(5):
        if not free_at(ask(), start):
            break
        held = booking.hold(town.wish(), start=start, at=town.local(0, 7))
        assert ask() == fresh(ask)
    assert not free_at(ask(), start)
    assert free_at(ask(held=held), start), "to the one who holds it, it is theirs"
    booking.release(held, at=town.local(0, 7))
    assert free_at(ask(), start)


def test_what_is_rolled_back_was_never_there(town, ask):
    before = ask()
    with transaction.atomic():
        for day in range(1, 5):
            town.visit(day=day, hour=8, duration_minutes=150)
        inside = ask()
        assert inside != before
        transaction.set_rollback(True)
    assert ask() == before == fresh(ask)


def absent(town):
    span = {"starts_at": town.local(1, 0), "ends_at": town.local(2, 0)}
    Absence.objects.create(technician=town.owain, reason="Ill", **span)


def fewer_shifts(town):
    Shift.objects.filter(technician=town.owain, starts_at=town.local(2, 8)).delete()


def elsewhere(town):
    town.owain.territories.clear()


def unskilled(town):
    Certification.objects.filter(technician=town.owain).delete()


def moved_home(town):
    Technician.objects.filter(pk=town.owain.pk).update(home_lat=51.7)


def worked_longer(town):
    Visit.objects.filter(sched_start=town.local(1, 10)).update(duration_minutes=280)


def cancelled(town):
    booking.cancel(Visit.objects.earliest("created_at"), at=town.local(0, 7))


def deleted(town):
    Visit.objects.all().delete()


def moved_site(town):
    Site.objects.update(lat=51.65)


def other_policy(town):
    Policy.objects.create(territory=town.territory, road="much", overtime="little")


def loaded(town):
    part = Part.objects.create(code="toner", name="Toner")
    WorkTypePart.objects.create(work_type=town.work_type, part=part)
    StockMovement.objects.create(
        technician=town.owain, part=part, kind=MovementKind.LOAD, quantity=2
    )


@pytest.mark.parametrize(
    "change",
    [
        *(absent, fewer_shifts, elsewhere, unskilled, moved_home, worked_longer),
        *(cancelled, deleted, moved_site, other_policy, loaded),
    ],
)
def test_whatever_changes_the_next_answer_is_as_if_nothing_were_kept(town, ask, change):
    for hour in (8, 10, 15):
        town.visit(day=1, hour=hour)
    before = ask()
    change(town)
    after = ask()
    assert after == fresh(ask)
    if change not in {other_policy, moved_home, moved_site, cancelled, deleted}:
        assert after != before


def every_seat():
    return [
        (day, hour, who)
        for day in range(5)
        for hour in (8, 10, 12, 14, 16)
        for who in range(2)
    ]


def shuffled(rng, town, visits):
    """As when a plan is accepted: fifty visits at once, in one transaction."""
    seats = every_seat()
    rng.shuffle(seats)
    with transaction.atomic():
        for visit, (day, hour, who) in zip(visits, seats, strict=True):
            visit.technician = Technician.objects.order_by("id")[who]
            visit.sched_start = town.local(day, hour, 5 * rng.randint(0, 3))
            visit.sched_end = visit.sched_start + timedelta(minutes=45)
            visit.duration_minutes = rng.choice((20, 30, 45))
            visit.save()


def begun_and_running_over(rng, town, visits):
    visit = min(visits, key=lambda one: one.sched_start)
    rows = Visit.objects.filter(pk=visit.pk)
    for status in ("dispatched", "acknowledged", "en_route", "on_site", "in_progress"):
        rows.update(status=status)
    late = visit.sched_start + timedelta(minutes=rng.randint(1, 30))
    over = visit.sched_end + timedelta(minutes=rng.randint(20, 90))
    rows.update(actual_start=late, forecast_end=over)


def done_early(rng, town, visits):
    rows = Visit.objects.filter(status="in_progress")
    for visit in rows:
        end = visit.actual_start + timedelta(minutes=rng.randint(2, 15))
        rows.filter(pk=visit.pk).update(status="completed", actual_end=end)


def several_gone(rng, town, visits):
    keys = [one.pk for one in rng.sample(visits, 10)]
    Visit.objects.filter(pk__in=keys, status="scheduled").update(status="cancelled")


@pytest.mark.parametrize("seed", range(2))
def test_after_many_changes_the_answer_is_as_if_nothing_were_kept(town, ask, seed):
    rng = random.Random(seed)
    people = [town.owain, town.technician("Mei Lin")]
    visits = [
        town.visit(day=day, hour=hour, technician=people[who])
        for day, hour, who in every_seat()
    ]
    answers = [ask()]
    for change in (shuffled, begun_and_running_over, done_early, several_gone):
        change(rng, town, visits)
        answers.append(ask())
        assert answers[-1] == fresh(ask)
    assert answers[0] != answers[1]


def test_what_runs_over_is_free_again_when_it_is_forecast_to_end(town, ask):
    """From 8 on site; the visit is to last until half past nine, then until half past
    twelve."""
    visit = town.visit(day=1, hour=8)
    town.visit(day=1, hour=14, duration_minutes=150)
    rows = Visit.objects.filter(pk=visit.pk)
    for status in ("dispatched", "acknowledged", "en_route", "on_site", "in_progress"):
        rows.update(status=status, actual_start=town.local(1, 8))
    for end, is_free in ((town.local(1, 9, 30), True), (town.local(1, 12, 30), False)):
        rows.update(forecast_end=end)
        assert free_at(ask(), town.local(1, 10)) is is_free
    rows.update(status="completed", actual_end=town.local(1, 9))
    assert free_at(ask(), town.local(1, 10))


def test_parts_are_counted_over_all_days(town, ask):
    loaded(town)
    town.visit(day=1, hour=9)
    assert any(who for _, who, _ in ask())
    town.visit(day=3, hour=9)
    assert not any(who for _, who, _ in ask())


def test_days_that_nobody_asks_for_any_more_are_forgotten(town, monkeypatch):
    monkeypatch.setattr(daybooks, "MOST_DAYS", 7)
    for week in range(4):
        first = TUESDAY + timedelta(days=7 * week)
        booking.slots(town.wish(), at=town.local(0, 7), first=first)
    assert len(daybooks.KEPT[town.territory.pk].days) <= 12


def test_who_looks_too_seldom_begins_anew(town, ask):
    before = ask()
    kept = daybooks.KEPT[town.territory.pk]
    kept.mark = feed.Mark(kept.mark.snapshot, "2020-01-01 00:00:00+00")
    assert feed.since(kept.mark, town.territory).everything
    assert ask() == before


def test_what_could_not_be_read_is_not_taken_as_read(town, ask, monkeypatch):
    before = ask()
    town.visit(day=1, hour=8, duration_minutes=150)

    def broken(*_):
        raise OperationalError("the line is dead")

    with monkeypatch.context() as patch:
        patch.setattr(work, "standing", broken)
        with pytest.raises(OperationalError):
            ask()
    assert ask() == fresh(ask) != before


def test_another_database_behind_the_same_address_is_read_from_the_start(town):
    kept = feed.Mark("999999999:999999999:", feed.since(None, town.territory).mark.at)
    assert feed.since(kept, town.territory).everything


def test_old_rows_of_the_feed_are_deleted_and_young_ones_stay(town):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispatch_plan_change SET at = at - interval '2 hours'"
            " WHERE id = (SELECT max(id) FROM dispatch_plan_change)"
        )
    assert feed.forget() == 1
    assert feed.forget() == 0
