"""A small town to dispatch in, and the hands of its dispatchers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from dispatch.models import (
    Certification,
    Customer,
    Job,
    Shift,
    Site,
    Skill,
    Technician,
    Territory,
    User,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypeSkill,
)

OpenPage = Callable[..., Page]
LONDON = "Europe/London"
SITES = {
    "Wafer Fab": (51.5560, -3.0330),
    "Board Mills": (51.5740, -3.0080),
    "Magistrates’ Court": (51.5880, -2.9970),
    "Royal Gwent": (51.5800, -2.9960),
    "Coleg Gwent": (51.6060, -2.9600),
}


@dataclass
class World:
    """Tariq and Mei can do the work; Owain lacks the skill. The day is tomorrow."""

    territory: Territory
    work_type: WorkType
    day: date
    people: dict[str, Technician]

    def at(self, hour: int, minute: int = 0) -> datetime:
        """A time of the day, as the territory's clock shows it."""
        zone = ZoneInfo(self.territory.time_zone)
        return datetime.combine(self.day, time(hour, minute), tzinfo=zone)

    def dispatcher(self, name: str) -> User:
        """Somebody who signs in as their first name."""
        first, _, last = name.partition(" ")
        user = User.objects.create_user(first.lower(), first_name=first, last_name=last)
        user.territories.add(self.territory)
        return user

    def visit(self, site: str, who: str = "", hour: int = 0, **facts: object) -> Visit:
        """A visit of an hour: with `who` at `hour`, else in the queue."""
        lat, lon = SITES[site]
        customer, _ = Customer.objects.get_or_create(name=site)
        place, _ = Site.objects.get_or_create(
            customer=customer, territory=self.territory, name=site, lat=lat, lon=lon
        )
        job = Job.objects.create(
            number=f"J-{100 + Job.objects.count()}",
            customer=customer,
            site=place,
            work_type=facts.pop("work_type", self.work_type),
            title="Switch swap",
        )
        row = {
            "job": job,
            "duration_minutes": 60,
            "earliest_start": self.at(0),
            "latest_end": self.at(23),
        }
        if who:
            row["status"] = VisitStatus.SCHEDULED
            row["technician"] = self.people[who]
            row["sched_start"] = self.at(hour)
            row["sched_end"] = self.at(hour) + timedelta(hours=1)
        return Visit.objects.create(**{**row, **facts})


def build(zone: str = LONDON, code: str = "newport") -> World:
    """One territory, one kind of work, three people from 8 to 5."""
    name = code.title()
    territory = Territory.objects.create(code=code, name=name, time_zone=zone)
    skill, _ = Skill.objects.get_or_create(code="network", defaults={"name": "Network"})
    work_type = WorkType.objects.create(
        code=f"switch-{code}",
        name="Switch swap",
        service_line="it",
        duration_minutes=60,
    )
    WorkTypeSkill.objects.create(work_type=work_type, skill=skill)
    day = timezone.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    world = World(territory, work_type, day, {})
    for full, skilled in [
        ("Mei Chen", True),
        ("Owain Llewellyn", False),
        ("Tariq Mahmood", True),
    ]:
        _technician(world, full, skill if skilled else None)
    return world


def _technician(world: World, name: str, skill: Skill | None) -> None:
    person = Technician.objects.create(
        name=name, service_line="it", home_lat=51.588, home_lon=-2.997
    )
    person.territories.add(world.territory)
    if skill:
        Certification.objects.create(technician=person, skill=skill, level=2)
    Shift.objects.create(technician=person, starts_at=world.at(8), ends_at=world.at(17))
    world.people[name.split()[0]] = person


class Board:
    """The board as a dispatcher sees and handles it."""

    def __init__(self, page: Page, world: World) -> None:
        self.page, self.world = page, world
        self.said = page.locator(".vh[aria-live=polite]")
        self.dialog = page.get_by_role("dialog")
        self.panel = page.locator("[data-region=panel]")
        self.queue = page.get_by_role("complementary", name="Unassigned work")

    def open(self, *, deaf: bool = False, with_map: bool = False) -> "Board":
        """Tomorrow of the territory, live; or `deaf` to what others do.

        The map is left out unless it matters: drawing it in software takes long.
        """
        if not with_map:
            self.page.route("**/draw-*.js", lambda route: route.abort())
        if deaf:
            self.page.route("**/events?**", lambda route: route.abort())
        territory = self.world.territory.code
        self.page.goto(f"/board/?territory={territory}&day={self.world.day}")
        state = self.page.get_by_text("Reconnecting" if deaf else "Live", exact=True)
        expect(state).to_be_visible()
        expect(self.row("Tariq")).to_be_visible()
        return self

    def row(self, name: str) -> Locator:
        """A technician's row, by first name."""
        return self.page.get_by_role("row").filter(has_text=name)

    def card(self, name: str, site: str) -> Locator:
        """The card of a visit in somebody's row."""
        return self.row(name).get_by_role("button", name=site)

    def waiting(self, site: str) -> Locator:
        """The visit in the queue."""
        return self.queue.locator("[data-queue]").filter(has_text=site)

    def point(self, name: str, hour: str) -> tuple[float, float]:
        """Where on the screen that hour of that person is."""
        tick = self.page.get_by_role("columnheader", name="Hours").get_by_text(hour)
        track = self.row(name).locator("[data-track]").bounding_box()
        # The words stand four pixels behind their line.
        return tick.bounding_box()["x"] - 4, track["y"] + 20

    def carry(self, what: Locator, name: str, hour: str) -> None:
        """Take something and hold it over an hour of somebody's row."""
        # Hovering waits until a card has stopped gliding.
        what.hover(position={"x": 3, "y": 12})
        x, y = self.point(name, hour)
        # A card is held three pixels behind its start, a queue row anywhere.
        grip = 3 if "data-visit" in what.evaluate("e => e.outerHTML") else 0
        self.page.mouse.down()
        self.page.mouse.move(x + grip, y, steps=6)

    def let_go(self) -> None:
        """Drop what is in the hand."""
        self.page.mouse.up()

    def keys(self, *names: str) -> None:
        """Press one key after the other."""
        for name in names:
            self.page.keyboard.press(name)


def open_board(
    open_page: OpenPage,
    world: World,
    name: str = "dora",
    *,
    deaf: bool = False,
    with_map: bool = False,
    **options: object,
) -> Board:
    """Tomorrow's board in a browser of that dispatcher."""
    page = signed_in(open_page, name, **options)
    return Board(page, world).open(deaf=deaf, with_map=with_map)


def signed_in(open_page: OpenPage, name: str, **options: object) -> Page:
    """A browser that has signed in already: the form itself is tested elsewhere."""
    page = open_page("/livez", **options)
    client = Client()
    client.force_login(User.objects.get(username=name))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": session, "url": page.url}])
    return page
