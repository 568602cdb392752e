"""Calls: who is on the phone, what they want, and the window that they are given."""

from datetime import date, datetime
from uuid import UUID

from ninja import Field, Schema

from dispatch.api.schemas.times import Day, Moment


class Named(Schema):
    """Something by its name."""

    id: UUID
    name: str


class SiteLine(Schema):
    """A site to choose."""

    id: UUID
    name: str
    address: str
    territory: str
    time_zone: str
    access_notes: str


class ContactLine(Schema):
    """A contact to choose; `site` when they belong to one."""

    id: UUID
    name: str
    phone: str
    email: str
    site: UUID | None


class AssetLine(Schema):
    """An asset to choose."""

    id: UUID
    name: str
    tag: str
    serial: str
    location: str


class CallerHit(Schema):
    """One answer to what was typed; `matched` says by what it was found."""

    matched: str
    customer: Named
    site: SiteLine | None
    contact: ContactLine | None
    asset: AssetLine | None


class CallCustomer(Schema):
    """A customer with what a call chooses from."""

    id: UUID
    name: str
    sla: str
    sites: list[SiteLine]
    contacts: list[ContactLine]


class CallSite(SiteLine):
    """A site with its things."""

    assets: list[AssetLine]


class AddressLine(Schema):
    """A street that we know."""

    street: str
    postcode: str
    city: str


class JobLine(Schema):
    """A job in one line, with how it stands and why it is shown."""

    id: UUID
    number: str
    title: str
    site: str
    created_at: datetime
    why: str
    visit: UUID | None
    status: str
    technician: str
    start: datetime | None
    end: datetime | None


class NewPlace(Schema):
    """A place that we do not know yet; `customer` when only the place is new."""

    customer: UUID | None = None
    name: str = Field("", max_length=120)
    street: str = Field("", max_length=120)
    postcode: str = Field("", max_length=12)


class WhereIn(Schema):
    """A site of ours, or a new place."""

    site: UUID | None = None
    place: NewPlace | None = None


class OffersIn(WhereIn):
    """Which work where; `hold` is the visit that holds a window already."""

    work_type: str
    hold: UUID | None = None
    first: Day | None = None


class WindowOut(Schema):
    """One arrival window, free or with the reason why not."""

    start: datetime
    end: datetime
    is_free: bool
    is_nearby: bool
    reason: str


class OfferedDay(Schema):
    """The windows of one day."""

    date: date
    windows: list[WindowOut]


class OffersOut(Schema):
    """Some days, in the time zone of the place; `next` is the day after them."""

    time_zone: str
    days: list[OfferedDay]
    next: date | None


class HoldIn(WhereIn):
    """Keep the window that begins then."""

    work_type: str
    start: Moment
    hold: UUID | None = None


class HoldOut(Schema):
    """A window that is kept until `expires_at`, and the place that it is for."""

    visit: UUID
    site: SiteLine
    customer: Named
    start: datetime
    end: datetime
    expires_at: datetime


class CallerIn(Schema):
    """A contact that we know, or a name with a number or an address."""

    id: UUID | None = None
    name: str = Field("", max_length=80)
    phone: str = Field("", max_length=32)
    email: str = Field("", max_length=254)


class AnswerIn(Schema):
    """What was asked and answered."""

    question: str = Field(max_length=160)
    answer: str = Field("", max_length=400)


class CallIn(WhereIn):
    """A whole call; the same `key` twice is one job. Without `hold`: the queue."""

    key: UUID
    work_type: str
    words: str = Field("", max_length=4000)
    title: str = Field("", max_length=120)
    priority: int | None = Field(None, ge=1, le=5)
    contact: CallerIn = CallerIn()
    asset: UUID | None = None
    access_notes: str | None = Field(None, max_length=2000)
    answers: list[AnswerIn] = Field([], max_length=30)
    hold: UUID | None = None
    tell_by_email: bool = True


class CallTaken(Schema):
    """The job of the call, and jobs that may be the same."""

    job: JobLine
    alike: list[JobLine]


class NoteIn(Schema):
    """Words for a job; its technician reads them."""

    body: str = Field(min_length=1, max_length=4000)


class MergeIn(Schema):
    """The job that stays."""

    into: UUID
