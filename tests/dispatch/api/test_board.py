"""What the board shows of a day: its people, its visits, and where the feed goes on."""

from datetime import date, datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import Certification, Shift, Skill, VisitStatus
from tests.dispatch.api.world import Caller, World

S = VisitStatus


def board(caller: Caller, world: World) -> dict:
    response = caller.get(f"/api/board?territory=newport&day={world.rows.day}")
    assert response.status_code == 200, response.content
    return response.json()


def test_a_technician_is_shown_with_the_shift_and_absences_of_that_day(
    world: World, dora: Caller
):
    area, tariq = world.newport, world.newport.people[0]
    day = timedelta(days=1)
    Shift.objects.create(
        technician=tariq, starts_at=area.local(8) + day, ends_at=area.local(17) + day
    )
    for start, end, reason in (
        (area.local(16), area.local(17), "Dentist"),
        (area.local(0) - day, area.local(0), "Yesterday"),
        (area.local(0) + day, area.local(9) + day, "Tomorrow"),
    ):
        tariq.absences.create(starts_at=start, ends_at=end, reason=reason)

    row = next(x for x in board(dora, world)["technicians"] if x["name"] == "Tariq")

    assert [datetime.fromisoformat(x["start"]) for x in row["shifts"]] == [
        area.local(8)
    ]
    (away,) = row["absences"]
    assert datetime.fromisoformat(away["start"]) == area.local(16)
    assert datetime.fromisoformat(away["end"]) == area.local(17)
    assert away["reason"] == "Dentist"
    # Two visits of an hour in a shift of nine.
    assert row["load"] == 0.22


def test_a_technician_is_shown_with_what_they_can_do_and_until_when(
    world: World, dora: Caller
):
    tariq = world.newport.people[0]
    for code, level, expires in (
        ("belts", 2, date(2027, 3, 31)),
        ("pumps", 1, None),
    ):
        skill = Skill.objects.create(code=code, name=code.title())
        Certification.objects.create(
            technician=tariq, skill=skill, level=level, expires=expires
        )

    rows = {row["name"]: row["skills"] for row in board(dora, world)["technicians"]}

    assert rows == {
        "Tariq": [
            {"code": "belts", "name": "Belts", "level": 2, "expires": "2027-03-31"},
            {"code": "pumps", "name": "Pumps", "level": 1, "expires": None},
        ],
        "Mei": [],
    }


def test_the_day_shows_what_is_placed_and_the_queue_what_waits(
    world: World, dora: Caller
):
    area, rows = world.newport, world.rows
    area.visit(S.CANCELLED, hour=15)
    tomorrow = area.visit(S.UNSCHEDULED)
    tomorrow.earliest_start = area.local(8) + timedelta(days=1)
    tomorrow.latest_end = area.local(18) + timedelta(days=1)
    tomorrow.save()
    done = area.visit(S.COMPLETED, hour=8)

    shown = board(dora, world)

    assert [row["id"] for row in shown["visits"]] == [
        str(done.pk),
        rows.placed,
        rows.told,
    ]
    assert [row["id"] for row in shown["queue"]] == [rows.waiting]
    assert shown["counters"]["visits"] == 3
    assert shown["counters"]["unassigned"] == 1


def test_the_place_in_the_feed_is_read_before_the_rows(world: World, dora: Caller):
    """Else an event between the two is neither on the board nor in the feed."""
    with CaptureQueriesContext(connection) as caught:
        board(dora, world)

    tables = ("dispatch_event", "dispatch_visit", "dispatch_plan", "dispatch_shift")
    first = {
        table: next(n for n, q in enumerate(caught) if f'FROM "{table}"' in q["sql"])
        for table in tables
    }
    assert min(first, key=first.__getitem__) == "dispatch_event"
