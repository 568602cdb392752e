"""A small world for the field app: Tariq and Mei have visits, Dora dispatches."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import uuid6
from django.test import Client

from dispatch.models import (
    ChecklistItem,
    ChecklistTemplate,
    Customer,
    Job,
    MovementKind,
    Part,
    Role,
    ServiceLine,
    Site,
    StockMovement,
    Technician,
    Territory,
    User,
    Visit,
    VisitStatus,
    WorkType,
)

ZONE = ZoneInfo("Europe/London")
LOCKOUT = [
    ("isolate", "Isolate the drive", "tick", "start", True, None),
    ("verify_air", "Verify air at zero", "number", "start", True, 0.1),
    ("coupling", "Coupling replaced", "yes_no", "complete", False, None),
    ("running", "Line running again", "tick", "complete", False, None),
]


@dataclass
class World:
    """Who and what there is; rows of two technicians in one territory."""

    territory: Territory
    site: Site
    work_type: WorkType
    belt: Part
    pump: Part
    tariq: Technician
    mei: Technician
    dora: User
    jobs: int = 0

    def visit(
        self,
        technician: Technician | None = None,
        *,
        status: str = VisitStatus.DISPATCHED,
        hours: float | None = None,
        work_type: WorkType | None = None,
    ) -> Visit:
        """A visit of an hour that begins `hours` from now; else soon, but today."""
        self.jobs += 1
        start = soon() if hours is None else datetime.now(UTC) + timedelta(hours=hours)
        job = Job.objects.create(
            number=f"J-{self.jobs}",
            customer=self.site.customer,
            site=self.site,
            work_type=work_type or self.work_type,
            title="Conveyor C4 down",
        )
        return Visit.objects.create(
            job=job,
            status=status,
            technician=technician or self.tariq,
            duration_minutes=60,
            earliest_start=start - timedelta(days=1),
            latest_end=start + timedelta(days=3),
            sched_start=start,
            sched_end=start + timedelta(hours=1),
        )


def soon() -> datetime:
    """In an hour; in the last hour of the day at once, for it shall be today's."""
    now = datetime.now(UTC)
    later = now + timedelta(hours=1)
    is_today = later.astimezone(ZONE).date() == now.astimezone(ZONE).date()
    return later if is_today else now


def build() -> World:
    """Everything but the visits."""
    territory = Territory.objects.create(code="newport", name="Newport")
    customer = Customer.objects.create(name="Acme")
    site = Site.objects.create(
        customer=customer, territory=territory, name="Board Mills", lat=51.5, lon=-3.0
    )
    checklist = ChecklistTemplate.objects.create(code="lockout", name="Lockout")
    for position, (key, label, kind, gate, safety, upper) in enumerate(LOCKOUT):
        ChecklistItem.objects.create(
            template=checklist,
            position=position,
            key=key,
            label=label,
            kind=kind,
            gate=gate,
            is_safety=safety,
            upper=upper,
        )
    work_type = WorkType.objects.create(
        code="line-down",
        name="Line down",
        service_line=ServiceLine.MANUFACTURING,
        duration_minutes=60,
        checklist=checklist,
    )
    belt = Part.objects.create(code="belt", name="V-belt")
    pump = Part.objects.create(code="pump", name="Pump", has_serial=True)
    dora = User.objects.create_user("dora", password="x", role=Role.DISPATCHER)
    dora.territories.add(territory)
    people = [_technician(name, territory, belt) for name in ("Tariq", "Mei")]
    return World(territory, site, work_type, belt, pump, people[0], people[1], dora)


def _technician(name: str, territory: Territory, part: Part) -> Technician:
    user = User.objects.create_user(
        name.lower(), password="x", role=Role.TECHNICIAN, first_name=name
    )
    technician = Technician.objects.create(
        user=user,
        name=name,
        service_line=ServiceLine.MANUFACTURING,
        home_lat=51.5,
        home_lon=-3.0,
    )
    technician.territories.add(territory)
    StockMovement.objects.create(
        technician=technician, part=part, kind=MovementKind.LOAD, quantity=5
    )
    return technician


def new_id() -> str:
    """A UUIDv7, as devices make them."""
    return str(uuid.UUID(bytes=uuid6.uuid7().bytes))


class Phone:
    """A device as the server meets it: it numbers acts and remembers its cursor."""

    def __init__(self, technician: Technician) -> None:
        assert technician.user is not None
        self.client = Client()
        self.client.force_login(technician.user)
        answer = self.client.post(
            "/field/api/devices", {"name": "Phone"}, content_type="application/json"
        ).json()
        self.device, self.epoch = answer["device"], answer["epoch"]
        self.seq = 0
        self.cursor = 0
        self.held: dict[str, dict[str, Any]] = {}

    def act(self, kind: str, visit: Visit | None, **args: Any) -> dict[str, Any]:
        """The next command; `at` and `deps` are not arguments of the act."""
        self.seq += 1
        at = args.pop("at", None) or datetime.now(UTC)
        return {
            "id": new_id(),
            "seq": self.seq,
            "kind": kind,
            "v": 1,
            "visit": str(visit.pk) if visit else None,
            "deps": args.pop("deps", []),
            "occurred_at": at.isoformat(),
            "offset_ms": args.pop("offset_ms", 0),
            "args": args,
        }

    def push(self, *commands: dict[str, Any], **changes: Any) -> Any:
        """Send these commands; the raw response."""
        body = {
            "protocol": 1,
            "device": self.device,
            "epoch": self.epoch,
            "schema": 1,
            "sent_at": datetime.now(UTC).isoformat(),
            "commands": list(commands),
        }
        return self.client.post(
            "/field/api/sync/push", body | changes, content_type="application/json"
        )

    def send(self, kind: str, visit: Visit | None, **args: Any) -> dict[str, Any]:
        """Do one act and return its receipt."""
        response = self.push(self.act(kind, visit, **args))
        assert response.status_code == 200, response.content
        receipts: list[dict[str, Any]] = response.json()["receipts"]
        return receipts[0]

    def pull(self, *, lose: bool = False) -> dict[str, Any]:
        """Fetch and store what changed; `lose` drops the answer on its way."""
        query = f"device={self.device}&epoch={self.epoch}&schema_version=1"
        response = self.client.get(f"/field/api/sync/pull?{query}&cursor={self.cursor}")
        assert response.status_code == 200, response.content
        answer: dict[str, Any] = response.json()
        if not lose:
            self._store(answer)
        return answer

    def _store(self, answer: dict[str, Any]) -> None:
        if answer["reset"]:
            self.held = {}
        for change in answer["put"]:
            self.held[change["key"]] = change["doc"]
        for change in answer["patch"]:
            self.held[change["key"]] |= change["doc"]
        for change in answer["drop"]:
            self.held.pop(change["key"], None)
        self.cursor = answer["cursor"]
