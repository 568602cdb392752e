"""The work of the demo: what is to be done today and tomorrow."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle
from typing import Any

from dispatch.demo.base import on
from dispatch.models import (
    Job,
    MovementKind,
    Part,
    Site,
    StockMovement,
    Technician,
    User,
    WorkType,
)
from dispatch.services import jobs

SEED = 20_261_124
# Kind of work, how many today, how many tomorrow.
ROUTINE = {
    "it": [("switch-swap", 4, 3), ("desk", 5, 4), ("wifi-fault", 3, 2), ("ups", 3, 2)],
    "mfg": [
        ("pm-mech", 5, 4),
        ("pm-elec", 3, 3),
        ("belt", 2, 1),
        ("calibration", 1, 2),
    ],
    "care": [("device-test", 5, 5), ("ventilator", 2, 1)],
    "home": [("care-visit", 7, 7), ("nurse-visit", 6, 5)],
}
MEDICINE = [("08:00", "08:30"), ("08:30", "09:15"), ("12:00", "12:30")]
PROMISES = [("09:00", "11:00"), ("10:00", "12:00"), ("13:00", "15:00")]
STOCK = {
    "Tariq": {"switch-48": 4, "ups-battery": 2, "patch-2m": 20},
    "Ana": {"switch-48": 3, "ups-battery": 3, "patch-2m": 20},
    "Tomasz": {"switch-48": 3, "ap-6e": 1, "patch-2m": 20},
    "Sian": {"ups-battery": 3, "patch-2m": 20},
    "Huw": {"switch-48": 2},
    "Gethin": {"contactor": 3, "seal-kit": 4, "belt-b68": 1},
    "Owain": {"seal-kit": 6, "belt-b68": 3},
    "Idris": {"contactor": 1},
    "Dylan": {"contactor": 2, "belt-b68": 2, "seal-kit": 4},
    "Mei": {"filter-hepa": 3},
    "Leah": {"filter-hepa": 2},
    "Carys": {"dressing": 12},
    "Priya": {"dressing": 12},
}


@dataclass
class Desk:
    """Where jobs are written: whose hand, which day, which places are left."""

    types: dict[str, WorkType]
    sites: dict[str, list[Site]]
    today: date
    by: User

    def open(self, kind: str, site: Site, *, day: date, **more: Any) -> Job:
        """A job whose visits are to be made on that day."""
        received = more.pop("at", on(self.today - timedelta(days=1), "15:30"))
        return jobs.open_job(
            site=site,
            work_type=self.types[kind],
            title=more.pop("title", self.types[kind].name),
            by=self.by,
            at=received,
            earliest_start=on(day, "00:00"),
            latest_end=on(day, "23:59"),
            contact=site.contacts.first(),
            **more,
        )


def load_vans(team: dict[str, Technician], parts: dict[str, Part]) -> None:
    """What the vans carry in the morning, through the ledger."""
    for name, stock in STOCK.items():
        for code, count in stock.items():
            StockMovement.objects.create(
                technician=team[name],
                part=parts[code],
                kind=MovementKind.LOAD,
                quantity=count,
            )


def routine(desk: Desk) -> None:
    """The bulk of both days, drawn with a fixed seed."""
    draw = random.Random(SEED)
    for line, kinds in ROUTINE.items():
        places = desk.sites[line][:]
        draw.shuffle(places)
        following = cycle(places)
        for kind, now, later in kinds:
            for day, count in ((desk.today, now), (_next(desk.today), later)):
                for number in range(count):
                    more = _more(line, number, day)
                    desk.open(kind, next(following), day=day, **more)


def _more(line: str, number: int, day: date) -> dict[str, Any]:
    """Medicine at a time for care at home; every fifth of the others is promised."""
    if line == "home" and number % 2 == 0:
        low, high = MEDICINE[number // 2 % len(MEDICINE)]
        return {"window": (on(day, low), on(day, high), "medicine")}
    if line != "home" and number % 5 == 1:
        low, high = PROMISES[number // 5 % len(PROMISES)]
        return {"promise": (on(day, low), on(day, high))}
    return {}


def special(desk: Desk) -> dict[str, Job]:
    """The visits that make the day a day: each is there for a reason."""
    today, tomorrow = desk.today, _next(desk.today)
    it, mfg, home = desk.sites["it"], desk.sites["mfg"], desk.sites["home"]
    found = {
        "change": desk.open(
            "core-swap", _named(it, "Newport Magistrates' Court"), day=today,
            window=(on(today, "12:00"), on(today, "15:30"), "change"),
        ),
        "line_down": desk.open(
            "line-down", _named(mfg, "Newport Wafer Fab"), day=today, priority=1,
            at=on(today, "07:05"), title="Conveyor C4 down",
        ),
        "nobody": desk.open("hopper", _named(mfg, "Old Town Dock"), day=today),
        "pinned": desk.open("pm-mech", _named(mfg, "Chase Manufacturing"), day=today),
        "breach": desk.open(
            "core-swap", _named(it, "Shared Services Connected"), day=today,
            priority=2, title="Core switch reboots",
        ),
        "stock_1": desk.open("wifi", _named(it, "Storage Giant"), day=today),
        "stock_2": desk.open("wifi", it[0], day=today),
        "promised": desk.open(
            "device-test", desk.sites["care"][0], day=today,
            promise=(on(today, "13:00"), on(today, "15:00")), title="Bed hoist test",
        ),
    }  # fmt: skip
    for day, first in ((today, 0), (tomorrow, 2)):
        for number in (first, first + 1):
            desk.open(
                "double-up", home[number], day=day,
                window=(on(day, "09:00"), on(day, "11:30"), "medicine"),
            )  # fmt: skip
    _set_breach(found["breach"], on(today, "12:00"))
    return found


def _set_breach(job: Job, due: datetime) -> None:
    """A contract with a fixed hour, and a site that wants Huw, who is off sick."""
    job.onsite_due = due
    job.save(update_fields=["onsite_due"])
    job.visits.update(required_technician=Technician.objects.get(name="Huw Parry"))


def _named(sites: list[Site], name: str) -> Site:
    return next(site for site in sites if site.name == name)


def _next(day: date) -> date:
    return day + timedelta(days=1)
