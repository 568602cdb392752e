"""Two territories of the same shape, and everybody who may call the API."""

import hashlib
import io
import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import Client
from PIL import Image

from dispatch.models import (
    ApiKey,
    ChecklistItem,
    ChecklistTemplate,
    Customer,
    Job,
    Photo,
    Plan,
    PlanState,
    Request,
    ReviewCase,
    Role,
    Shift,
    Site,
    Technician,
    Territory,
    User,
    Visit,
    VisitStatus,
    WorkType,
    new_id,
)
from dispatch.services import checklists, events, links, pictures, placing, uploads
from dispatch.services.planning import live
from field_app import devices

ZONE = ZoneInfo("Europe/London")
S = VisitStatus


def _a_jpeg() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(target, "JPEG")
    return target.getvalue()


CSRF = "c" * 32
PICTURE = _a_jpeg()
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()
LOCKOUT = [("lock", "lock-on", ""), ("unlock", "lock-off", "lock-on")]


@dataclass(frozen=True)
class Rows:
    """What a call may name; `unknown` has the same shape and names nothing."""

    territory: str
    day: str
    site: str
    technician: str
    waiting: str
    placed: str
    told: str
    begun: str
    job: str
    plan: str
    run: str
    case: str
    event: int
    device: str
    # Photos of the technician: finished, awaited, and with all its parts here.
    photo: str
    waited_for: str
    all_parts: str
    # Calls: whom they are about, a window that Dora holds, and a job to merge.
    customer: str
    held: str
    loose: str
    work_type: str = "line-down"

    @classmethod
    def unknown(cls, like: "Rows") -> "Rows":
        """Ids of nothing, in the form of ids of something."""
        ids = {name: str(uuid.uuid4()) for name in vars(like)}
        kept = {"day": like.day, "work_type": like.work_type}
        return cls(**{**ids, "territory": "atlantis", "event": 2**40, **kept})

    def at(self, hour: int, minute: int = 0) -> str:
        """A local time of the day, as the API takes it."""
        when = datetime.combine(date.fromisoformat(self.day), time(hour, minute))
        return when.replace(tzinfo=ZONE).isoformat()


@dataclass
class Area:
    """One territory with its people, its work and what betrays it in an answer."""

    territory: Territory
    site: Site
    day: date
    dispatcher: User
    people: list[Technician]
    key: str
    marks: set[str] = field(default_factory=set)
    rows: Rows = None  # type: ignore[assignment]

    def local(self, hour: int, minute: int = 0) -> datetime:
        """A local time of the day that everything happens on."""
        return datetime.combine(self.day, time(hour, minute), tzinfo=ZONE)

    def visit(self, status: str, *, hour: int = 9, who: int = 0, **facts: Any) -> Visit:
        """A visit of an hour; a placed one begins at `hour`."""
        number = f"J-{self.territory.code[:2]}{Job.objects.count() + 1}"
        job = Job.objects.create(
            number=number,
            customer=self.site.customer,
            site=self.site,
            work_type=WorkType.objects.get(code="line-down"),
            title=f"Belt of {self.territory.name}",
        )
        placed = {
            "technician": self.people[who],
            "sched_start": self.local(hour),
            "sched_end": self.local(hour + 1),
        }
        place = {} if status == S.UNSCHEDULED else placed
        row = Visit.objects.create(
            job=job,
            status=status,
            duration_minutes=60,
            earliest_start=self.local(7),
            latest_end=self.local(19),
            **{**place, **facts},
        )
        self.marks |= {str(row.pk), str(job.pk), number}
        return row


@dataclass
class World:
    """Newport is where the calls are about; Cardiff is the other side of the wall."""

    newport: Area
    cardiff: Area
    ada: User
    revoked_key: str
    token: str

    @property
    def rows(self) -> Rows:
        """The rows that the calls name."""
        return self.newport.rows


def build(day: date) -> World:
    """Both territories with one of everything that a list could leak."""
    checklist = ChecklistTemplate.objects.create(code="lockout", name="Lockout")
    for place, (kind, key, of) in enumerate(LOCKOUT):
        ChecklistItem.objects.create(
            template=checklist, position=place, key=key, kind=kind, refers_to=of
        )
    WorkType.objects.create(
        code="line-down",
        name="Line down",
        service_line="mfg",
        duration_minutes=60,
        checklist=checklist,
    )
    newport = _area("Newport", day, "Dora", ["Tariq", "Mei"])
    cardiff = _area("Cardiff", day, "Cara", ["Idris"])
    ada = User.objects.create_user("ada", password="x", role=Role.ADMIN)
    revoked = _key("Old robot", newport.territory, revoked_at=newport.local(0))
    told = Visit.objects.get(pk=newport.rows.told)
    return World(newport, cardiff, ada, revoked, links.issue(told, at=newport.local(0)))


def _area(name: str, day: date, dispatcher: str, people: list[str]) -> Area:
    territory = Territory.objects.create(code=name.lower(), name=name)
    customer = Customer.objects.create(name=f"{name} Mills")
    site = Site.objects.create(
        customer=customer, territory=territory, name=f"{name} Yard", lat=51.5, lon=-3.0
    )
    user = User.objects.create_user(dispatcher.lower(), role=Role.DISPATCHER)
    user.territories.add(territory)
    area = Area(territory, site, day, user, [], _key(f"{name} robot", territory))
    area.people = [technician(person, area) for person in people]
    area.marks |= {str(territory.pk), str(site.pk), str(customer.pk)}
    area.marks |= {site.name, customer.name, *people, dispatcher}
    area.rows = _rows(area)
    return area


def technician(name: str, *areas: Area) -> Technician:
    """Somebody who signs in and works from 8 to 5 on the day."""
    user = User.objects.create_user(name.lower(), role=Role.TECHNICIAN, first_name=name)
    row = Technician.objects.create(
        user=user, name=name, service_line="mfg", home_lat=51.5, home_lon=-3.0
    )
    for area in areas:
        row.territories.add(area.territory)
        area.marks.add(str(row.pk))
    Shift.objects.create(
        technician=row, starts_at=areas[0].local(8), ends_at=areas[0].local(17)
    )
    return row


def _rows(area: Area) -> Rows:
    waiting, placed, told = (
        area.visit(S.UNSCHEDULED),
        area.visit(S.SCHEDULED, hour=10),
        area.visit(S.DISPATCHED, hour=13),
    )
    at = area.local(0)
    # Through the night before, so that it is on nobody's board of the day.
    night = {"sched_start": at - timedelta(hours=2), "sched_end": at}
    begun = area.visit(S.IN_PROGRESS, who=-1, **night)
    _lock_on(begun, at=at)
    placing.set_pin(placed, pin="time", reason="asked", by=area.dispatcher, at=at)
    case = review_case(told, area.people[0])
    request = Request.objects.create(
        channel="phone", territory=area.territory, description=f"{area.site} calls"
    )
    plan = draft(area)
    run = Plan.objects.create(
        territory=area.territory, day=area.day + timedelta(days=1)
    )
    area.marks |= {str(row.pk) for row in (case, request, plan, run)}
    assert area.people[0].user is not None
    device = devices.enrol(area.people[0].user, name="Phone", at=at)
    event = placing.last_event(placed, by=area.dispatcher)
    return Rows(
        territory=area.territory.code,
        day=area.day.isoformat(),
        site=str(area.site.pk),
        technician=str(area.people[0].pk),
        waiting=str(waiting.pk),
        placed=str(placed.pk),
        told=str(told.pk),
        begun=str(begun.pk),
        job=str(placed.job_id),
        plan=str(plan.pk),
        run=str(run.pk),
        case=str(case.pk),
        event=event.pk,
        device=str(device.pk),
        customer=str(area.site.customer_id),
        held=str(_held(area).pk),
        loose=str(waiting.job_id),
        **_photos(told, area.people[0]),
    )


def _held(area: Area) -> Visit:
    """A window that the dispatcher holds for somebody on the phone, two days later."""
    start = area.local(16) + timedelta(days=2)
    row = area.visit(
        S.SCHEDULED,
        sched_start=start,
        sched_end=start + timedelta(hours=1),
        promise_start=start - timedelta(hours=1),
        promise_end=start + timedelta(hours=1),
        hold_expires_at=area.local(23),
    )
    events.record(
        "visit.held",
        subject=row,
        by=area.dispatcher,
        at=area.local(0),
        territory=area.territory,
    )
    return row


def _photos(visit: Visit, by: Technician) -> dict[str, str]:
    assert by.user is not None
    facts = {"sha256": PICTURE_SHA256, "size": len(PICTURE), "mime": "image/jpeg"}
    facts |= {"visit": visit, "author": by.user, "width": 8, "height": 8}
    rows = {
        name: Photo.objects.create(taken_at=visit.sched_start, **facts)
        for name in ("photo", "waited_for", "all_parts")
    }
    uploads.keep(rows["photo"], pictures.make(PICTURE), at=visit.sched_start)
    uploads.put_part(rows["all_parts"], 0, PICTURE, sha256=PICTURE_SHA256)
    return {name: str(row.pk) for name, row in rows.items()}


def _lock_on(visit: Visit, *, at: datetime) -> None:
    assert visit.technician is not None
    assert visit.technician.user is not None
    user = visit.technician.user
    checklists.answer(visit, item_key="lock-on", value="117", by=user, at=at)


def review_case(visit: Visit | None, by: Technician) -> ReviewCase:
    """An act of a device that waits for the office."""
    return ReviewCase.objects.create(
        visit=visit,
        technician=by,
        command_id=new_id(),
        kind="note.add",
        payload={
            "args": {"body": "Gate code changed"},
            "at": "2026-01-05T09:00:00+00:00",
        },
        code="reassigned",
        reason="Somebody else has begun.",
    )


def draft(area: Area) -> Plan:
    """A draft that leaves everything as it is."""
    now = live.live_plan(area.territory, days=[area.day])
    return Plan.objects.create(
        territory=area.territory,
        day=area.day,
        state=PlanState.DRAFT,
        problem=now.problem.to_json(),
        result=now.plan.to_json(),
    )


def _key(name: str, territory: Territory, **facts: Any) -> str:
    secret = f"{name} secret"
    key = ApiKey.objects.create(name=name, key_hash=ApiKey.digest(secret), **facts)
    key.territories.add(territory)
    return secret


@dataclass(frozen=True)
class Call:
    """One request to the API."""

    method: str
    path: str
    body: Any = None


@dataclass
class Caller:
    """A client that keeps the rules of the web: cookie and CSRF token, or a key."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, call: Call) -> Any:
        """The response to a call."""
        raw = call.body if isinstance(call.body, bytes | str) else json.dumps(call.body)
        data = b"" if call.body is None else raw
        return self.client.generic(
            call.method, call.path, data, "application/json", headers=self.headers
        )

    def get(self, path: str) -> Any:
        """A read."""
        return self.send(Call("GET", path))

    def post(self, path: str, **body: Any) -> Any:
        """An act."""
        return self.send(Call("POST", path, body))

    def without_csrf_token(self) -> "Caller":
        """The same cookie, sent by another site's form."""
        return replace(self, headers={})


def nobody() -> Caller:
    """A stranger; what the test client lets pass otherwise is checked here."""
    return Caller(Client(enforce_csrf_checks=True, raise_request_exception=False))


def person(user: User | None) -> Caller:
    """Somebody who signed in with a browser."""
    assert user is not None
    caller = nobody()
    caller.client.force_login(user)
    caller.client.cookies["csrftoken"] = CSRF
    return replace(caller, headers={"X-CSRFToken": CSRF})


def program(secret: str) -> Caller:
    """A program with a key, and no cookie at all."""
    return replace(nobody(), headers={"Authorization": f"Bearer {secret}"})


def link_holder(token: str) -> Caller:
    """A customer who opened their link and tries its token as a key too."""
    caller = program(token)
    assert caller.client.get(f"/v/{token}/").status_code == 302
    return caller


def fingerprint() -> dict[str, str]:
    """What all our tables hold, as one hash each: a refused call changes none."""
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.startswith(("dispatch_", "field_app_"))
        ]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', "
                f"md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
                f'FROM "{name}" t'
                for name in tables
            )
        )
        return dict(cursor.fetchall())
