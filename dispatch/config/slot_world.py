"""A large territory for `slot_budget`: many people, two weeks, visits that stand."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from dispatch.models import (
    Absence,
    Certification,
    Customer,
    Job,
    Shift,
    Site,
    Skill,
    Technician,
    Territory,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypeSkill,
)

ZONE = ZoneInfo("Europe/London")
MIDDLE = (51.588, -2.998)
SLOT_MINUTES = 55


@dataclass
class SlotWorld:
    """The rows that the changes are made to."""

    visits: list[Visit]
    people: list[Technician]
    first: date

    @property
    def placed(self) -> int:
        """How many visits stand."""
        return len(self.visits)

    def move_one(self, turn: int) -> None:
        """One visit starts five minutes later, or earlier again."""
        self._shift(self.visits[turn % self.placed])

    def move_fifty(self, turn: int) -> None:
        """As when a plan is accepted: many rows in one transaction."""
        with transaction.atomic():
            # From all days: rows that follow each other are of one day.
            step = max(1, self.placed // 50)
            for n in range(50):
                self._shift(self.visits[(n * step + turn) % self.placed])

    def fall_ill(self, turn: int) -> None:
        """Somebody is away for the rest of a day."""
        day = self.first + timedelta(days=1 + turn % 10)
        Absence.objects.create(
            technician=self.people[turn % len(self.people)],
            starts_at=local(day, 12),
            ends_at=local(day, 20),
            reason="Ill",
        )

    def _shift(self, visit: Visit) -> None:
        assert visit.sched_start is not None
        assert visit.sched_end is not None
        step = timedelta(minutes=-5 if visit.sched_start.minute % 10 else 5)
        visit.sched_start += step
        visit.sched_end += step
        visit.save(update_fields=["sched_start", "sched_end"])


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE)


def build(technicians: int, days: int, visits: int) -> SlotWorld:
    """So many people who work every day, and so many visits over all days."""
    rng = random.Random(1)
    first = timezone.now().astimezone(ZONE).date()
    with transaction.atomic():
        territory = Territory.objects.create(code="large", name="Large")
        work_type = _work()
        people = _people(territory, technicians, rng)
        Shift.objects.bulk_create(_shifts(people, first, days))
        sites = _sites(territory, min(visits, 2000), rng)
        rows = _visits(work_type, people, sites, first, days, visits, rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return SlotWorld(rows, people, first)


def _work() -> WorkType:
    work_type = WorkType.objects.create(
        code="printer",
        name="Printer repair",
        service_line="it",
        duration_minutes=45,
        bookable=True,
    )
    skill = Skill.objects.create(code="printers", name="Printers")
    WorkTypeSkill.objects.create(work_type=work_type, skill=skill)
    return work_type


def _near(rng: random.Random) -> tuple[float, float]:
    return MIDDLE[0] + rng.gauss(0, 0.08), MIDDLE[1] + rng.gauss(0, 0.12)


def _people(
    territory: Territory, technicians: int, rng: random.Random
) -> list[Technician]:
    rows = []
    for n in range(technicians):
        lat, lon = _near(rng)
        name = f"Technician {n + 1}"
        rows.append(
            Technician(name=name, service_line="it", home_lat=lat, home_lon=lon)
        )
    people = Technician.objects.bulk_create(rows)
    territory.technicians.add(*people)
    skill = Skill.objects.get()
    Certification.objects.bulk_create(
        Certification(technician=person, skill=skill) for person in people
    )
    return people


def _shifts(people: list[Technician], first: date, days: int) -> list[Shift]:
    return [
        Shift(
            technician=person,
            starts_at=local(day, 8),
            ends_at=local(day, 17),
            break_earliest=local(day, 12),
            break_latest=local(day, 13),
        )
        for person in people
        for day in (first + timedelta(days=n) for n in range(days + 1))
    ]


def _sites(territory: Territory, many: int, rng: random.Random) -> list[Site]:
    customer = Customer.objects.create(name="Everybody")
    rows = []
    for n in range(many):
        lat, lon = _near(rng)
        rows.append(
            Site(
                customer=customer,
                territory=territory,
                name=f"Site {n + 1}",
                street=f"{n + 1} Long Road",
                # A few hundred places share a district, as they do.
                postcode=f"NP{20 + n // 400} {n % 10}AA",
                lat=lat,
                lon=lon,
            )
        )
    return Site.objects.bulk_create(rows)


def _visits(
    work_type: WorkType,
    people: list[Technician],
    sites: list[Site],
    first: date,
    days: int,
    visits: int,
    rng: random.Random,
) -> list[Visit]:
    """Spread over people and days, at most eight a day, none over lunch."""
    seats = [
        (person, first + timedelta(days=n), turn)
        for turn in (0, 5, 2, 6, 1, 7, 3, 8)
        for n in range(days)
        for person in people
    ]
    number = count(1)
    jobs, rows = [], []
    for person, day, turn in seats[:visits]:
        site = rng.choice(sites)
        job = Job(
            number=f"J-{next(number)}",
            customer=site.customer,
            site=site,
            work_type=work_type,
            title="Printer repair",
        )
        start = local(day, 8, 20) + timedelta(minutes=turn * SLOT_MINUTES)
        jobs.append(job)
        rows.append(
            Visit(
                job=job,
                status=VisitStatus.SCHEDULED,
                technician=person,
                duration_minutes=30,
                earliest_start=local(day, 0),
                latest_end=local(day, 23),
                sched_start=start,
                sched_end=start + timedelta(minutes=30),
            )
        )
    Job.objects.bulk_create(jobs)
    return Visit.objects.bulk_create(rows)
