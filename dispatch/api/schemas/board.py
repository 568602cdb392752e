"""The board, its people, and the runs of the engine."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from dispatch.api.schemas.times import Day, Moment
from dispatch.api.schemas.visits import ReasonOut, VisitCard


class TerritoryOut(Schema):
    """An area that is planned together."""

    id: UUID
    code: str
    name: str
    time_zone: str


class Me(Schema):
    """Who is signed in."""

    id: UUID
    name: str
    role: str
    initials: str
    territories: list[TerritoryOut]


class Home(Schema):
    """Where a technician starts."""

    lat: float
    lon: float


class ShiftOut(Schema):
    """A stretch of work with its lunch."""

    start: datetime
    end: datetime
    break_earliest: datetime | None
    break_latest: datetime | None
    break_minutes: int


class AbsenceOut(Schema):
    """A time away."""

    start: datetime
    end: datetime
    reason: str


class SkillOut(Schema):
    """A skill, and until when."""

    code: str
    name: str
    level: int
    expires: date | None


class TechnicianOut(Schema):
    """A row of the timeline; `load` is 0 to 1 of the paid shift."""

    id: UUID
    name: str
    role_line: str
    service_line: str
    phone: str
    home: Home
    shifts: list[ShiftOut]
    absences: list[AbsenceOut]
    load: float
    skills: list[SkillOut]


class Counters(Schema):
    """The day in figures."""

    visits: int
    unassigned: int
    late: int
    at_risk: int
    promises: int
    promises_moved: int


class PlanBrief(Schema):
    """The newest run."""

    id: UUID
    state: str
    progress: dict[str, Any]
    finished_at: datetime | None


class CaseBrief(Schema):
    """An act that waits for a decision."""

    id: UUID
    visit: UUID | None
    kind: str
    reason: str
    technician_name: str
    created_at: datetime


class Board(Schema):
    """Everything the board shows of a day; `seq` is where the live feed goes on."""

    territory: TerritoryOut
    day: date
    seq: int
    now: datetime
    frozen_until: datetime
    technicians: list[TechnicianOut]
    visits: list[VisitCard]
    queue: list[VisitCard]
    counters: Counters
    plan: PlanBrief | None
    cases: list[CaseBrief]
    attribution: str
    # While the routing engine does not answer: since when.
    estimated_since: datetime | None


class DayIn(Schema):
    """A territory's day."""

    territory: str
    day: Day


class Refused(Schema):
    """A visit that was not sent, and why."""

    visit: UUID
    reason: str


class Sent(Schema):
    """What was sent, and what was not."""

    dispatched: list[UUID]
    refused: list[Refused]


class AbsenceIn(Schema):
    """From when until when somebody is away, and why."""

    start: Moment
    end: Moment
    reason: str = Field(min_length=1, max_length=80)


class AbsenceNoted(Schema):
    """The absence as it stands, and the event to give to undo."""

    absence: AbsenceOut
    undo: int


class PlanIn(DayIn):
    """What to plan, and for how long to search.

    A `repair` places again what a disruption hit, and moves little else; it finds a
    place for the visits of `place` too, which wait for one.
    """

    kind: Literal["plan", "repair"] = "plan"
    place: list[UUID] = Field([], max_length=20)
    seconds: int | None = Field(None, ge=1, le=300)


class Spot(Schema):
    """Who, when."""

    technician: UUID
    technician_name: str
    start: datetime


class Change(Schema):
    """One visit that the plan moves, adds or drops."""

    visit: UUID
    number: str
    site: str
    kind: str
    before: Spot | None
    after: Spot | None
    minutes_shift: int | None
    hit: bool = False
    told: bool = False
    reasons: list[ReasonOut] = []
    reason_summary: str = ""


class Group(Schema):
    """Changes that hold only together."""

    id: int
    title: str
    note: str
    visits: list[UUID]


class Cause(Schema):
    """Why a repair runs, and whom the disruption itself is about."""

    sentence: str = ""
    technicians: list[UUID] = []
    visits: list[UUID] = []


class Budget(Schema):
    """The most that a repair may move; nothing while it is not known."""

    visits: int = 0
    people: int = 0


class AcceptIn(Schema):
    """Which groups of the draft to apply; without any named, all."""

    groups: list[int] | None = None


class Kept(Schema):
    """A visit that stays as a person left it."""

    visit: UUID
    number: str
    site: str
    sentence: str


class PlanOut(Schema):
    """A run: where it stands, what it would change, what stays."""

    id: UUID
    territory: str
    day: date
    kind: str
    state: str
    progress: dict[str, Any]
    requested_by: str
    before: dict[str, Any]
    after: dict[str, Any]
    changes: list[Change]
    groups: list[Group]
    kept: list[Kept]
    still: list[Kept]
    cause: Cause
    budget: Budget
    failure: str
    seed: int
    seconds: int
    started_at: datetime | None
    finished_at: datetime | None


class CaseOut(CaseBrief):
    """A case with what the device sent."""

    payload: dict[str, Any]
    code: str


class DecideIn(Schema):
    """The office's answer to a case."""

    decision: str
    reason: str = Field("", max_length=200)


class WayOut(Schema):
    """One leg: an encoded polyline of five digits; none is a straight line."""

    line: str | None


class WaysOut(Schema):
    """The legs of a day, from home over the visits and back."""

    legs: list[WayOut]
