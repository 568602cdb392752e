"""How often the database is asked does not grow with what there is to show."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import (
    Certification,
    ChecklistAnswer,
    ChecklistItem,
    ChecklistTemplate,
    Contact,
    Crew,
    Customer,
    Event,
    Note,
    OpeningHours,
    Part,
    Site,
    Skill,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypePart,
    WorkTypeSkill,
)
from tests.dispatch.api.world import Area, Caller, World, review_case, technician

S = VisitStatus


def asked(dora: Caller, path: str) -> int:
    """How many queries an answer takes."""
    with CaptureQueriesContext(
        connection,
    ) as caught:
        response = dora.get(path)
    assert response.status_code == 200, response.content
    return len(caught)


def grow(area: Area, *, visits: int, people: int = 0) -> None:
    """More of everything that a board shows; nobody is in two places."""
    skill, _ = Skill.objects.get_or_create(code="belts", name="Belts")
    part, _ = Part.objects.get_or_create(code="belt", name="V-belt")
    work_type = WorkType.objects.get(code="line-down")
    WorkTypePart.objects.get_or_create(work_type=work_type, part=part)
    for number in range(people):
        person = technician(f"Extra {len(area.people)} {number}", area)
        Certification.objects.create(technician=person, skill=skill)
        person.absences.create(
            starts_at=area.local(16), ends_at=area.local(17), reason="Dentist"
        )
        area.people.append(person)
    for number in range(visits):
        one = area.visit(
            S.UNSCHEDULED, promise_start=area.local(9), promise_end=area.local(12)
        )
        if number % 2:
            _place_with_a_mate(area, one)


def _place_with_a_mate(area: Area, one: Visit) -> None:
    crew = Crew.objects.create(job=one.job)
    first, second = (
        technician(f"Pair {area.territory.code} {one.pk} {side}", area) for side in "ab"
    )
    place = {"sched_start": area.local(9), "sched_end": area.local(10)}
    Visit.objects.filter(pk=one.pk).update(
        crew=crew, status=S.SCHEDULED, technician=first, **place
    )
    Visit.objects.create(
        job=one.job,
        crew=crew,
        status=S.SCHEDULED,
        technician=second,
        duration_minutes=60,
        earliest_start=area.local(7),
        latest_end=area.local(19),
        **place,
    )
    review_case(one, first)


def at_ten_and_at_a_hundred(world: World, dora: Caller, path: str) -> tuple[int, int]:
    """The number of queries at 10 visits, and at 100."""
    held = Visit.objects.filter(job__site__territory=world.newport.territory)
    grow(world.newport, visits=10 - held.count())
    few = asked(dora, path)
    grow(world.newport, visits=100 - held.count())
    assert held.count() >= 100
    return few, asked(dora, path)


def test_a_board_of_a_hundred_visits_asks_as_often_as_one_of_ten(
    world: World, dora: Caller
):
    rows = world.rows
    few, many = at_ten_and_at_a_hundred(
        world, dora, f"/api/board?territory=newport&day={rows.day}"
    )
    # Session, user and territory; vans, visits, crews, parts, what is awaited, queue,
    # people and theirs.
    assert few == many
    assert many <= 13


def test_a_list_of_jobs_asks_as_often_for_many_as_for_few(world: World, dora: Caller):
    few, many = at_ten_and_at_a_hundred(world, dora, "/api/jobs")
    assert few == many <= 5


def test_a_list_of_customers_asks_as_often_for_many_as_for_few(
    world: World, dora: Caller
):
    def more(count: int) -> None:
        for number in range(count):
            customer = Customer.objects.create(name=f"Mill {number}")
            for side in "ab":
                Site.objects.create(
                    customer=customer,
                    territory=world.newport.territory,
                    name=f"Yard {number}{side}",
                    lat=51.5,
                    lon=-3.0,
                )

    more(5)
    few = asked(dora, "/api/customers")
    more(50)
    assert few == asked(dora, "/api/customers") <= 5


def test_a_list_of_cases_asks_as_often_for_many_as_for_few(world: World, dora: Caller):
    few, many = at_ten_and_at_a_hundred(world, dora, "/api/review-cases")
    assert few == many <= 5


def test_a_list_of_people_asks_as_often_for_many_as_for_few(world: World, dora: Caller):
    grow(world.newport, visits=0, people=2)
    few = asked(dora, "/api/technicians")
    grow(world.newport, visits=0, people=20)
    assert few == asked(dora, "/api/technicians") <= 4


def test_a_visits_page_asks_as_often_for_a_long_story_as_for_a_short_one(
    world: World, dora: Caller
):
    visit = Visit.objects.get(pk=world.rows.told)
    path = f"/api/visits/{visit.pk}"
    tell(world.newport, visit, 2)
    few = asked(dora, path)
    tell(world.newport, visit, 20)
    assert few == asked(dora, path) <= 20


def tell(area: Area, visit: Visit, count: int) -> None:
    """Notes, answers, hours and events of a visit that has a checklist."""
    work_type, dora = visit.job.work_type, area.dispatcher
    checklist, _ = ChecklistTemplate.objects.get_or_create(code="belt", name="Belt")
    work_type.checklist = checklist
    work_type.save()
    visit.job.contact, _ = Contact.objects.get_or_create(
        customer=area.site.customer, name="Nia"
    )
    visit.job.save()
    for number in range(count):
        at = area.local(8) + timedelta(minutes=number)
        Note.objects.create(visit=visit, body="x", author=dora, written_at=at)
        item = ChecklistItem.objects.create(
            template=checklist, position=number, key=f"k{count}-{number}", label="x"
        )
        ChecklistAnswer.objects.create(
            visit=visit, item=item, value=True, answered_by=dora, answered_at=at
        )
        OpeningHours.objects.create(
            site=area.site, weekday=number % 7, opens="08:00", closes="18:00"
        )
        Event.objects.create(
            kind="visit.on_site",
            subject_type="visit",
            subject_id=visit.pk,
            actor=dora,
            at=at,
        )


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(lambda area: grow(area, visits=0, people=20), id="people"),
        pytest.param(lambda area: grow(area, visits=20), id="visits"),
    ],
)
def test_candidates_ask_as_often_for_many_as_for_few(
    world: World, dora: Caller, more: Callable[[Area], None]
):
    rows = world.rows
    work_type = WorkType.objects.get(code="line-down")
    grow(world.newport, visits=2, people=2)
    WorkTypeSkill.objects.create(
        work_type=work_type, skill=Skill.objects.get(code="belts")
    )
    path = f"/api/visits/{rows.waiting}/candidates?day={rows.day}"
    few = asked(dora, path)
    more(world.newport)
    assert few == asked(dora, path) <= 25
