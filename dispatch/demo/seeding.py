"""Write the demo day, once, and only into an empty installation."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from dispatch.demo import base, stores, work
from dispatch.errors import DomainError
from dispatch.models import Customer, Job, Pin, Site, Territory, User, Visit
from dispatch.services import links, placing

Say = Callable[[str], None]
PROMISED_TITLE = "Bed hoist test"


class RealDataHere(DomainError):
    """There are customers who are not the demo's."""

    code = "real_data_here"
    sentence = (
        "This installation holds real customers: the demo would mix with them. "
        "Use an empty database."
    )


@transaction.atomic
def seed(*, today: date, at: datetime, password: str, say: Say) -> bool:
    """Seed the day; False when it is there already. Raises RealDataHere."""
    if Customer.objects.filter(is_demo=False).exists():
        raise RealDataHere
    if Customer.objects.filter(is_demo=True).exists():
        return False
    area = base.territory()
    skills, parts = base.skills(), base.parts()
    base.office(area, password=password)
    dora = User.objects.get(username="dora")
    types = base.work_types(skills, parts, by=dora, at=at)
    team = base.technicians(area, skills, today=today, password=password)
    say(f"{len(team)} technicians with homes, skills, certificates and shifts")
    sites = base.sites(area)
    say(f"{Site.objects.count()} sites, © OpenStreetMap contributors, ODbL")
    work.load_vans(team, parts)
    stores.fill(area, team, parts, today=today)
    desk = work.Desk(types, sites, today, dora)
    found = work.special(desk)
    work.routine(desk)
    _pin(found["pinned"], team["Owain"].pk, today, dora)
    say(f"{Visit.objects.count()} visits over today and tomorrow")
    return True


def _pin(job: Job, technician_id: object, today: date, by: User) -> None:
    """A person's wish: this one stays at two o'clock with Owain."""
    visit = job.visits.get()
    morning = base.on(today, "06:00")
    owain = base.Technician.objects.get(pk=technician_id)
    start = base.on(today, "14:00")
    placing.assign(visit, technician=owain, start=start, by=by, at=morning)
    placing.set_pin(
        visit, pin=Pin.BOTH, reason="The fitter waits for Owain", by=by, at=morning
    )


def customer_link(*, at: datetime) -> str | None:
    """A fresh link to the promised visit, for the printed cast."""
    visit = Visit.objects.filter(job__title=PROMISED_TITLE).first()
    return links.issue(visit, at=at) if visit else None


def area() -> Territory | None:
    """The demo's territory, when it has been seeded."""
    return Territory.objects.filter(code=base.CODE).first()


def first_day() -> date | None:
    """The day for which the demo was seeded."""
    first = Visit.objects.order_by("earliest_start").first()
    return first.earliest_start.astimezone(base.ZONE).date() if first else None
