"""A small town to book in: one territory, two places, one kind of work, few people."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.models import (
    Certification,
    Contact,
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
from dispatch.services import geocoding
from dispatch.services.offering import Wish

ZONE = ZoneInfo("Europe/London")


@dataclass
class World:
    """What the tests of the portal stand on."""

    territory: Territory
    work_type: WorkType
    acme: Site
    owain: Technician
    today: date

    def local(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A local time, `day` days after today."""
        when = self.today + timedelta(days=day)
        return datetime.combine(when, time(hour, minute), tzinfo=ZONE)

    def wish(self, **changes: object) -> Wish:
        """Somebody at a new address wants the printer mended."""
        place = geocoding.locate(
            name="Riverside Dental", street="12 Bridge Street", postcode="np20 4bg"
        )
        return Wish(**{"work_type": self.work_type, "place": place, **changes})

    def technician(self, name: str, *, days: int = 5, skilled: bool = True):
        """Somebody who works from 8 to 5 from today on."""
        person = Technician.objects.create(
            name=name, service_line="it", home_lat=51.588, home_lon=-2.997
        )
        person.territories.add(self.territory)
        if skilled:
            skill = Skill.objects.get(code="printers")
            Certification.objects.create(technician=person, skill=skill, level=2)
        for day in range(days):
            Shift.objects.create(
                technician=person,
                starts_at=self.local(day, 8),
                ends_at=self.local(day, 17),
            )
        return person

    def visit(self, *, day: int = 1, hour: int = 10, **changes: object) -> Visit:
        """A promised visit of Owain's at Acme, with a contact."""
        contact = Contact.objects.create(
            customer=self.acme.customer, name="Nia Price", email="nia@acme.example"
        )
        number = f"J-{1000 + Job.objects.count() + 1}"
        job = Job.objects.create(
            number=number,
            customer=self.acme.customer,
            site=self.acme,
            contact=contact,
            work_type=self.work_type,
            title=self.work_type.customer_words,
        )
        start = self.local(day, hour)
        facts = {
            "job": job,
            "status": VisitStatus.SCHEDULED,
            "technician": self.owain,
            "duration_minutes": self.work_type.duration_minutes,
            "earliest_start": start,
            "latest_end": start + timedelta(hours=4),
            "sched_start": start,
            "sched_end": start + timedelta(minutes=45),
            "promise_start": start,
            "promise_end": start + timedelta(hours=2),
            "travel_seconds": 900,
        }
        return Visit.objects.create(**{**facts, **changes})


def build(today: date) -> World:
    """The town as it stands at the start of `today`."""
    territory = Territory.objects.create(code="newport", name="Newport")
    skill = Skill.objects.create(code="printers", name="Printers")
    work_type = WorkType.objects.create(
        code="printer",
        name="Printer repair",
        service_line="it",
        duration_minutes=45,
        bookable=True,
        customer_words="A printer does not work",
    )
    WorkTypeSkill.objects.create(work_type=work_type, skill=skill)
    acme = Site.objects.create(
        customer=Customer.objects.create(name="Acme Glass"),
        territory=territory,
        name="Acme Glass",
        street="71 Corporation Road",
        postcode="NP20 4BG",
        city="Newport",
        lat=51.5876,
        lon=-2.9895,
    )
    world = World(territory, work_type, acme, None, today)
    world.owain = world.technician("Owain Llewellyn")
    return world
