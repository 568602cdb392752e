"""One Tuesday in Newport: Dora dispatches, Tariq and Mei mend printers."""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from dispatch.models import (
    Certification,
    Crew,
    Customer,
    Job,
    MovementKind,
    Part,
    Role,
    Shift,
    Site,
    Skill,
    StockMovement,
    Technician,
    Territory,
    User,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypeSkill,
)

ZONE = ZoneInfo("Europe/London")
TUESDAY = date(2026, 11, 24)
S = VisitStatus
PLACES = [
    ("Acme Glass", 51.5876, -2.9895),
    ("Board Mills", 51.5721, -2.9712),
    ("Quay Dental", 51.5810, -3.0151),
    ("Old Dock", 51.5699, -2.9861),
]


def clock(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """A local time of the Tuesday, or of a day after it."""
    when = TUESDAY + timedelta(days=day)
    return datetime.combine(when, time(hour, minute), tzinfo=ZONE)


@dataclass
class World:
    """Who and what there is; visits are made as a test needs them."""

    territory: Territory
    sites: list[Site]
    skill: Skill
    work_type: WorkType
    toner: Part
    dora: User
    tariq: Technician = field(init=False)
    mei: Technician = field(init=False)
    jobs: int = 0

    def job(self, *, site: int = 0, **changes: Any) -> Job:
        """A printer to be mended at one of the places."""
        self.jobs += 1
        place = self.sites[site]
        facts = {
            "number": f"J-{self.jobs}",
            "customer": place.customer,
            "site": place,
            "work_type": self.work_type,
            "title": "Printer repair",
        }
        return Job.objects.create(**{**facts, **changes})

    def waiting(self, *, site: int = 0, **changes: Any) -> Visit:
        """A visit of 45 minutes that wants a place on the Tuesday."""
        facts = {
            "status": S.UNSCHEDULED,
            "duration_minutes": 45,
            "earliest_start": clock(0),
            "latest_end": clock(23, 59),
        }
        facts |= changes
        if "job" not in facts:
            facts["job"] = self.job(site=site)
        return Visit.objects.create(**facts)

    def placed(
        self,
        technician: Technician | None = None,
        start: datetime | None = None,
        **changes: Any,
    ) -> Visit:
        """A visit with a person and a time: Tariq at ten, unless told otherwise."""
        begins = start or clock(10)
        minutes = changes.get("duration_minutes", 45)
        facts = {
            "status": S.SCHEDULED,
            "technician": technician or self.tariq,
            "sched_start": begins,
            "sched_end": begins + timedelta(minutes=minutes),
        }
        return self.waiting(**{**facts, **changes})

    def pair(self, start: datetime | None = None, **changes: Any) -> list[Visit]:
        """Two visits of one job that start together; placed when there is a start."""
        job = self.job(work_type=self.work_type)
        crew = Crew.objects.create(job=job)
        both = {"job": job, "crew": crew, **changes}
        if start is None:
            return [self.waiting(**both), self.waiting(**both)]
        return [self.placed(who, start, **both) for who in (self.tariq, self.mei)]

    def technician(self, name: str) -> Technician:
        """Somebody with the skill who works from 8 to 5 for three days."""
        user = User.objects.create_user(
            name.lower(), password="x", role=Role.TECHNICIAN, first_name=name
        )
        person = Technician.objects.create(
            user=user,
            name=name,
            service_line="it",
            home_lat=51.588,
            home_lon=-2.997,
        )
        person.territories.add(self.territory)
        Certification.objects.create(technician=person, skill=self.skill, level=2)
        for day in range(3):
            Shift.objects.create(
                technician=person,
                starts_at=clock(8, day=day),
                ends_at=clock(17, day=day),
            )
        return person

    def load(self, technician: Technician, quantity: int, part: Part | None = None):
        """Put parts into a van."""
        return StockMovement.objects.create(
            technician=technician,
            part=part or self.toner,
            kind=MovementKind.LOAD,
            quantity=quantity,
        )


def build() -> World:
    """The town without any work."""
    territory = Territory.objects.create(code="newport", name="Newport")
    sites = [
        Site.objects.create(
            customer=Customer.objects.create(name=name),
            territory=territory,
            name=name,
            lat=lat,
            lon=lon,
        )
        for name, lat, lon in PLACES
    ]
    skill = Skill.objects.create(code="printers", name="Printers")
    work_type = WorkType.objects.create(
        code="printer", name="Printer repair", service_line="it", duration_minutes=45
    )
    WorkTypeSkill.objects.create(work_type=work_type, skill=skill)
    toner = Part.objects.create(code="toner", name="Toner")
    dora = User.objects.create_user(
        "dora", password="x", role=Role.DISPATCHER, first_name="Dora"
    )
    dora.territories.add(territory)
    world = World(territory, sites, skill, work_type, toner, dora)
    world.tariq, world.mei = world.technician("Tariq"), world.technician("Mei")
    return world


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database itself, past every rule that Python holds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def until_somebody_waits_for_a_lock() -> None:
    """Return once a transaction of this database has to wait for another one."""
    pause = threading.Event()
    for _ in range(2400):
        if sql("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1"):
            return
        pause.wait(0.05)
    raise AssertionError("Nobody waited for a lock.")
