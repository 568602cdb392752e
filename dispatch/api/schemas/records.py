"""Jobs, requests, customers, technicians and work types."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from dispatch.api.schemas.times import Moment


class JobOut(Schema):
    """A job in a list."""

    id: UUID
    number: str
    title: str
    status: str
    priority: int
    service_line: str
    customer: str
    site: str
    visits: list[UUID]
    created_at: datetime


class JobPage(Schema):
    """Some jobs; `next_offset` is null on the last page."""

    jobs: list[JobOut]
    next_offset: int | None


class JobIn(Schema):
    """A job to open, with its first visits."""

    site: UUID
    work_type: str
    title: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=4000)
    priority: int | None = Field(None, ge=1, le=5)
    earliest_start: Moment
    latest_end: Moment
    promise_start: Moment | None = None
    promise_end: Moment | None = None
    external_ref: str = Field("", max_length=60)


class RequestIn(Schema):
    """What somebody asks for."""

    territory: str
    description: str = Field(min_length=1, max_length=4000)
    contact_name: str = Field("", max_length=80)
    contact_phone: str = Field("", max_length=32)
    contact_email: str = Field("", max_length=254)


class RequestOut(Schema):
    """A request as it was written down."""

    id: UUID
    status: str
    channel: str
    description: str
    created_at: datetime


class SiteBrief(Schema):
    """A place of a customer."""

    id: UUID
    name: str
    address: str


class CustomerOut(Schema):
    """A customer and their sites."""

    id: UUID
    name: str
    sites: list[SiteBrief]


class TechnicianBrief(Schema):
    """A technician in a list."""

    id: UUID
    name: str
    role_line: str
    service_line: str


class QuestionOut(Schema):
    """What to ask about the work; without options the answer is free text."""

    text: str
    options: list[str]
    is_required: bool


class WorkTypeOut(Schema):
    """A kind of work, and what to ask about it on the phone."""

    code: str
    name: str
    service_line: str
    duration_minutes: int
    crew_size: int
    priority: int
    description: str
    questions: list[QuestionOut]


class Health(Schema):
    """What the operator looks at first."""

    database: bool
    broker: bool
    outbox_waiting: int
    outbox_dead: int
    oldest_waiting_seconds: int
    travel_estimated_since: datetime | None
