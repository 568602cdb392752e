"""Records that stand before any work: territory, skills, parts, people, sites."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.demo import catalogue, checklists
from dispatch.demo.checklists import CHECKLISTS
from dispatch.demo.homes import HOMES
from dispatch.demo.people import OFFICE, TECHNICIANS, Person
from dispatch.demo.places import Place
from dispatch.demo.sites_care import CARE_SITES
from dispatch.demo.sites_it import IT_SITES
from dispatch.demo.sites_mfg import MFG_SITES
from dispatch.models import (
    Absence,
    ApiKey,
    Certification,
    Contact,
    Customer,
    OpeningHours,
    Part,
    Shift,
    Site,
    Skill,
    Sla,
    Technician,
    Territory,
    User,
    WorkType,
    WorkTypePart,
    WorkTypeSkill,
)

# London, unless the installation says another: the pictures go where it is morning.
ZONE = ZoneInfo(settings.TIME_ZONE)
CODE = "newport"
SHIFT_DAYS = 8
API_KEY = "demo-integration-key"
SLA_OF = {"it": "Two working days", "mfg": "Two working days", "care": "Care plan"}
LINE_DOWN = ("Newport Wafer Fab", "Line down, 2 hours")


def on(day: date, text: str) -> datetime:
    """A local time of the day, as the clock on the wall shows it."""
    return datetime.combine(day, time.fromisoformat(text), tzinfo=ZONE)


def territory() -> Territory:
    """The one territory of the demo."""
    return Territory.objects.create(code=CODE, name="Newport", time_zone=str(ZONE))


def skills() -> dict[str, Skill]:
    """Every skill; certificates are those that expire."""
    return {
        code: Skill.objects.create(
            code=code, name=name, is_certificate=code in catalogue.CERTIFICATES
        )
        for code, name in catalogue.SKILLS.items()
    }


def parts() -> dict[str, Part]:
    """Every part."""
    return {
        code: Part.objects.create(
            code=code,
            name=name,
            has_serial=code in catalogue.WITH_SERIAL,
            has_lot=code in catalogue.WITH_LOT,
        )
        for code, name in catalogue.PARTS.items()
    }


def work_types(
    skills: dict[str, Skill], parts: dict[str, Part], *, by: User, at: datetime
) -> dict[str, WorkType]:
    """Every kind of work with its checklist, skills and parts."""
    lists = {code: checklists.write(code, by=by, at=at) for code in CHECKLISTS}
    found = {}
    for code, kind in catalogue.KINDS.items():
        row = WorkType.objects.create(
            code=code,
            name=kind.name,
            service_line=kind.line,
            duration_minutes=kind.minutes,
            crew_size=kind.crew,
            priority=kind.priority,
            checklist=lists.get(kind.checklist),
            bookable=bool(kind.words),
            customer_words=kind.words,
        )
        for name, level in kind.skills.items():
            WorkTypeSkill.objects.create(work_type=row, skill=skills[name], level=level)
        for name, count in kind.parts.items():
            WorkTypePart.objects.create(work_type=row, part=parts[name], quantity=count)
        found[code] = row
    return found


def office(area: Territory, *, password: str) -> None:
    """Who signs in at the office, and one program."""
    for username, first, last, role in OFFICE:
        user = User.objects.create_user(
            username,
            password=password,
            first_name=first,
            last_name=last,
            role=role,
            is_staff=role == "admin",
            is_superuser=role == "admin",
        )
        user.territories.add(area)
    key = ApiKey.objects.create(
        name="Building management", key_hash=ApiKey.digest(API_KEY)
    )
    key.territories.add(area)


def technicians(
    area: Territory, skills: dict[str, Skill], *, today: date, password: str
) -> dict[str, Technician]:
    """Fourteen people with homes, skills, certificates and shifts."""
    found = {}
    for person in TECHNICIANS:
        row = Technician.objects.create(
            name=person.name,
            user=_user(person, area, password),
            service_line=person.line,
            role_line=person.role,
            phone="01633 496 0" + str(10 + len(found)),
            home_lat=person.home[0],
            home_lon=person.home[1],
        )
        row.territories.add(area)
        _certify(row, person, skills, today)
        _shifts(row, person, today)
        found[person.name.split()[0]] = row
    _special_certificates(found, skills, today)
    _absences(found, today)
    return found


def _user(person: Person, area: Territory, password: str) -> User:
    first, last = person.name.split(maxsplit=1)
    user = User.objects.create_user(
        person.username,
        password=password,
        first_name=first,
        last_name=last,
        role="technician",
    )
    user.territories.add(area)
    return user


def _certify(
    row: Technician, person: Person, skills: dict[str, Skill], today: date
) -> None:
    for name, level in person.skills.items():
        expires = today + timedelta(days=400) if skills[name].is_certificate else None
        Certification.objects.create(
            technician=row,
            skill=skills[name],
            level=level,
            issued=today - timedelta(days=330),
            expires=expires,
        )


def _special_certificates(
    team: dict[str, Technician], skills: dict[str, Skill], today: date
) -> None:
    """One card expires this week, one expired three days ago."""
    held = Certification.objects
    held.filter(technician=team["Gethin"], skill=skills["loto"]).update(
        expires=today + timedelta(days=3)
    )
    held.filter(technician=team["Idris"], skill=skills["confined-space"]).update(
        expires=today - timedelta(days=3)
    )


def _shifts(row: Technician, person: Person, today: date) -> None:
    for offset in range(SHIFT_DAYS):
        day = today + timedelta(days=offset)
        Shift.objects.create(
            technician=row,
            starts_at=on(day, person.starts),
            ends_at=on(day, person.ends),
            break_earliest=on(day, "11:30"),
            break_latest=on(day, "13:30"),
        )


def _absences(team: dict[str, Technician], today: date) -> None:
    Absence.objects.create(
        technician=team["Huw"],
        starts_at=on(today, "07:00"),
        ends_at=on(today, "18:00"),
        reason="Off sick since 07:10",
    )
    Absence.objects.create(
        technician=team["Idris"],
        starts_at=on(today, "08:00"),
        ends_at=on(today, "12:00"),
        reason="Training: pressure systems",
    )


def sites(area: Territory) -> dict[str, list[Site]]:
    """Every place by service line; "home" are the care clients' homes."""
    slas = {
        name: Sla.objects.create(
            name=name,
            respond_minutes=respond,
            onsite_minutes=onsite,
            restore_minutes=restore,
        )
        for name, respond, onsite, restore in catalogue.SLAS
    }
    lines = {"it": IT_SITES, "mfg": MFG_SITES, "care": CARE_SITES, "home": HOMES}
    return {
        line: [_site(area, place, slas[_sla_of(line, place)]) for place in rows]
        for line, rows in lines.items()
    }


def _sla_of(line: str, place: Place) -> str:
    if place.name == LINE_DOWN[0]:
        return LINE_DOWN[1]
    return SLA_OF.get(line, "Care plan")


def _code(place: Place) -> str:
    """Homes have a keysafe, the fab a gate; made up, and always the same."""
    if place in HOMES:
        return str(1000 + 379 * HOMES.index(place) % 9000)
    return "4471" if place.name == LINE_DOWN[0] else ""


def _site(area: Territory, place: Place, sla: Sla) -> Site:
    customer = Customer.objects.create(name=place.name, sla=sla, is_demo=True)
    site = Site.objects.create(
        customer=customer,
        territory=area,
        name=place.name,
        street=place.street,
        postcode=place.postcode,
        city="Newport",
        time_zone=str(ZONE),
        lat=place.lat,
        lon=place.lon,
        source="OpenStreetMap",
        access_code=_code(place),
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=day, opens=opens, closes=closes)
        for day, opens, closes in place.openings()
    )
    Contact.objects.create(
        customer=customer,
        site=site,
        name=place.name if place in HOMES else "Front desk",
        phone="01633 496 000",
        email=f"desk-{Customer.objects.count()}@example.com",
    )
    return site
