"""Visits as the API shows and takes them; times are ISO 8601 in UTC."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from dispatch.api.schemas.times import Moment


class Span(Schema):
    """From, until."""

    start: datetime
    end: datetime


class Window(Span):
    """A hard window of the visit's own."""

    kind: str


class Place(Schema):
    """A site on a card."""

    id: UUID
    name: str
    address: str
    lat: float
    lon: float


class PartLine(Schema):
    """A part of the work."""

    code: str
    name: str
    quantity: int


class ReasonOut(Schema):
    """Why a visit has no place: one rule, about one technician or nobody."""

    technician_id: UUID | None = None
    technician: str | None = None
    code: str
    sentence: str


class VisitCard(Schema):
    """A visit as board, queue and panel show it."""

    id: UUID
    version: int
    job_id: UUID
    number: str
    title: str
    work_type: str
    service_line: str
    customer: str
    site: Place
    status: str
    technician_id: UUID | None
    start: datetime | None
    end: datetime | None
    duration_minutes: int
    travel_seconds: int
    promise: Span | None
    window: Window | None
    onsite_due: datetime | None
    restore_due: datetime | None
    priority: int
    pin: str
    pin_reason: str
    crew_id: UUID | None
    crew_mate: str | None
    hold_expires_at: datetime | None
    is_late: bool
    jeopardy: int | None
    en_route_at: datetime | None
    actual_start: datetime | None
    actual_end: datetime | None
    forecast_end: datetime | None
    override_reason: str
    reasons: list[ReasonOut]
    reason_summary: str
    parts_ready: bool
    parts: list[PartLine]


class NoteOut(Schema):
    """A note on a visit."""

    body: str
    author: str
    written_at: datetime


class PhotoOut(Schema):
    """A photo; its bytes are at `/api/photos/{id}/thumb` and `/full` once stored."""

    id: UUID
    state: Literal["pending", "received", "stored", "refused", "lost"]
    caption: str
    label: Literal["", "before", "after"]
    author: str
    taken_at: datetime
    width: int
    height: int
    refusal: str


class HistoryLine(Schema):
    """Who did what when; `at` is when it happened, `received_at` when we heard."""

    id: int
    at: datetime
    received_at: datetime
    kind: str
    who: str
    reason: str | None


class ContactOut(Schema):
    """Whom to ask."""

    name: str
    phone: str
    email: str


class ChecklistState(Schema):
    """How far the checklist is."""

    name: str
    answered: int
    total: int


class SignOffOut(Schema):
    """Who signed."""

    signed_by: str
    signed_at: datetime
    hash: str
    is_stale: bool


class ArrivalPlace(Schema):
    """How far from the address the arrival was tapped, as the phone knew it."""

    metres: int
    accuracy: int
    is_far: bool


class NoticeOut(Schema):
    """What the technician had to see, and whether they have."""

    kind: str
    is_urgent: bool
    technician: str
    told_at: datetime
    seen_at: datetime | None
    fallback_at: datetime | None
    fallback_by: str


class FeedbackOut(Schema):
    """How the customer rated the visit."""

    score: int
    reason: str
    comment: str


class Outcome(Schema):
    """How the visit ended."""

    code: str
    note: str


class VisitOut(VisitCard):
    """A visit with everything behind it."""

    contact: ContactOut | None
    asset: str | None
    description: str
    access_notes: str
    opening_hours_text: str
    checklist: ChecklistState | None
    notes: list[NoteOut]
    photos: list[PhotoOut]
    history: list[HistoryLine]
    signoff: SignOffOut | None
    report: str
    arrival_place: ArrivalPlace | None
    notice: NoticeOut | None
    feedback: FeedbackOut | None
    outcome: Outcome


class ViolationOut(Schema):
    """A broken rule."""

    code: str
    sentence: str


class CandidateOut(Schema):
    """Who could do it, when, at what price in pence, and what stands against it.

    It fits only once so many other visits have moved: `moves`.
    """

    technician_id: UUID
    name: str
    start: datetime | None
    travel_delta_seconds: int
    cost: int
    fits: bool
    moves: int = 0
    violations: list[ViolationOut]


class CandidatesOut(Schema):
    """Candidates, best first."""

    candidates: list[CandidateOut]


class RemedyOut(Schema):
    """A small change that really places the visit, and what it costs in pence.

    `is_one_act`: no other visit moves, so that placing it with a reason does it.
    """

    sentence: str
    technician_id: UUID
    technician: str
    start: datetime
    cost: int
    travel_delta_seconds: int
    overtime_seconds: int
    visits_moved: int
    promises_moved: int
    needs_responsible: bool
    is_one_act: bool


class RemediesOut(Schema):
    """Remedies, cheapest first, and single changes that were tried in vain."""

    remedies: list[RemedyOut]
    in_vain: list[str]


class AlternativeOut(Schema):
    """Somebody else who could do the visit; `cost` in pence more than now."""

    technician_id: UUID
    technician: str
    start: datetime
    cost: int
    travel_delta_seconds: int
    overtime_seconds: int
    visits_moved: int


class RuledOutOut(Schema):
    """A rule, and whom it keeps out."""

    sentence: str
    technicians: list[str]


class WhyHereOut(Schema):
    """Why a visit is with its technician.

    `because`: frozen, locked, only_one, cheapest, not_cheapest, by_hand or over; `more`
    is how many further people could do it.
    """

    because: str
    sentence: str
    alternatives: list[AlternativeOut]
    more: int
    ruled_out: list[RuledOutOut]


class PlaceIn(Schema):
    """Where a visit would go."""

    technician: UUID
    start: Moment


class AssignIn(PlaceIn):
    """Where a visit goes, and what the caller had seen."""

    version: int
    override_reason: str = Field("", max_length=200)


class PreviewOut(Schema):
    """What a placement would mean; `cost_delta` in pence."""

    fits: bool
    violations: list[ViolationOut]
    travel_delta_seconds: int
    cost_delta: int


class VersionIn(Schema):
    """What the caller had seen."""

    version: int


class SendIn(VersionIn):
    """Send a visit; a red readiness item needs a reason."""

    override_reason: str = Field("", max_length=200)


class ReasonIn(VersionIn):
    """An act that needs a reason."""

    reason: str = Field(min_length=1, max_length=200)


class PinIn(VersionIn):
    """What is to stay: nothing, time, person or both."""

    pin: Literal["", "time", "person", "both"]
    reason: str = Field("", max_length=120)


class ActOut(Schema):
    """The visit after the act, and the event to give to undo."""

    visit: VisitCard
    undo: int


class UndoIn(Schema):
    """Which act to take back."""

    event: int


class OverrunIn(VersionIn):
    """When work under way is now expected to end."""

    until: Moment


class Undone(Schema):
    """The visit as it is again; none when the act was about a person."""

    visit: VisitCard | None
