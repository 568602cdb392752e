"""Take a call: who, where, what, when, and all of it kept in one transaction."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import (
    Asset,
    Channel,
    Contact,
    Customer,
    Job,
    Request,
    RequestStatus,
    Site,
    Territory,
    User,
    Visit,
    WorkType,
)
from dispatch.services import booking, events, geocoding, jobs, pins, records
from dispatch.services.geocoding import Place
from dispatch.services.offering import Offer, Wish

# What is put into the queue may be done within this, unless an SLA is shorter.
QUEUE_DAYS = 14
LONGEST = 4000


@dataclass(frozen=True)
class Address:
    """A place that we do not know yet."""

    name: str
    street: str
    postcode: str


@dataclass(frozen=True)
class Caller:
    """Who is on the phone: somebody whom we know, or a name and a number."""

    known: Contact | None = None
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Answer:
    """What was asked, and what the caller said."""

    question: str
    answer: str


@dataclass(frozen=True)
class Call:
    """What was said on the phone; `key` makes twice once."""

    key: uuid.UUID
    site: Site
    work_type: WorkType
    words: str
    priority: int | None = None
    title: str = ""
    caller: Caller = Caller()
    asset: Asset | None = None
    access_notes: str | None = None
    answers: list[Answer] = field(default_factory=list)
    held: Visit | None = None
    tell_by_email: bool = True


def offer(
    kind: WorkType,
    place: Place,
    *,
    held: Visit | None,
    at: datetime,
    first: date | None = None,
) -> Offer:
    """The windows that the portal would offer, for this call.

    Raises InvalidInput for work that one person cannot do: it goes into the queue.
    """
    _check_one_person(kind)
    return booking.slots(Wish(kind, place, held), at=at, first=first)


@transaction.atomic
def hold(
    kind: WorkType,
    site: Site,
    *,
    start: datetime,
    held: Visit | None,
    by: User,
    at: datetime,
) -> Visit:
    """Keep a window while the caller thinks, in place of the one held before."""
    _check_one_person(kind)
    wish = Wish(kind, place_of(site), held)
    return booking.hold(wish, start=start, at=at, by=by)


@transaction.atomic
def take(call: Call, *, by: User, at: datetime) -> Job:
    """The job that the call asks for, with its promise or in the queue.

    Raises InvalidInput, HoldExpired, SlotGone; then nothing is written at all.
    """
    _check(call)
    request, is_new = _request(call, at=at)
    if not is_new:
        return _taken(request, call)
    job, visit = _held_job(call, by=by, at=at) or (_queued(call, by=by, at=at), None)
    contact = _contact(call, by=by, at=at)
    job.title = call.title.strip() or call.work_type.name
    job.description, job.contact, job.asset = _description(call), contact, call.asset
    job.priority = call.priority or call.work_type.priority
    job.save(update_fields=["title", "description", "contact", "asset", "priority"])
    _keep_access_notes(call, by=by, at=at)
    _file(request, call, job, contact, by=by, at=at)
    if visit is not None and contact is not None and call.tell_by_email:
        visit.job = job
        booking.send_confirmation(visit, email=contact.email, at=at)
    return job


@transaction.atomic
def new_site(
    customer: Customer | None,
    address: Address,
    *,
    within: set[uuid.UUID],
    by: User,
    at: datetime,
) -> Site:
    """A place, and its customer when they are new too; the same one when we know it.

    Raises InvalidInput when nobody knows the address, or it lies in a territory that
    is not among `within`.
    """
    place = locate(address, within=within)
    if place.site is not None and customer in (None, place.site.customer):
        return place.site
    if customer is None:
        customer = Customer.objects.create(name=place.name)
        _added(customer, place.territory, by=by, at=at)
    site = pins.new_site(place, customer=customer, source="call", at=at)
    _added(site, place.territory, by=by, at=at)
    return site


def locate(address: Address, *, within: set[uuid.UUID]) -> Place:
    """Where a new address is. Raises InvalidInput, with what to do."""
    for name in ("name", "postcode"):
        if not getattr(address, name).strip():
            raise InvalidInput(f"Enter the {name} of the place.", field=f"place.{name}")
    try:
        place = geocoding.locate(
            name=address.name, street=address.street, postcode=address.postcode
        )
    except InvalidInput as error:
        raise InvalidInput(error.message, field="place.postcode") from error
    if place.territory.pk not in within:
        raise InvalidInput(
            "That address is outside your territories. Hand the call to a colleague "
            "who plans there.",
            field="place.postcode",
        )
    return place


def place_of(site: Site) -> Place:
    """A site of ours as a place that windows are offered for."""
    return Place(
        name=site.name,
        street=site.street,
        postcode=site.postcode,
        city=site.city,
        lat=site.lat,
        lon=site.lon,
        territory=site.territory,
        site=site,
    )


def _check(call: Call) -> None:
    if not call.words.strip():
        raise InvalidInput("Write down what the caller wants.", field="words")
    if len(_description(call)) > LONGEST:
        raise InvalidInput(
            f"Words and answers together hold {LONGEST} letters. Shorten them.",
            field="words",
        )
    given = {line.question for line in call.answers if line.answer.strip()}
    for question in call.work_type.questions.filter(is_required=True):
        if question.text not in given:
            raise InvalidInput(f"Ask this first: {question.text}", field="answers")
    if call.asset is not None and call.asset.site_id != call.site.pk:
        raise InvalidInput("This asset is at another site.", field="asset")
    known = call.caller.known
    if known is not None and known.customer_id != call.site.customer_id:
        raise InvalidInput("This contact is of another customer.", field="contact")
    if (
        known is None
        and not call.caller.name
        and (call.caller.phone or call.caller.email)
    ):
        raise InvalidInput("Ask for the caller’s name.", field="contact.name")


def _check_one_person(kind: WorkType) -> None:
    if kind.crew_size > 1:
        raise InvalidInput(
            f"{kind.name} needs {kind.crew_size} people at once, so no window can be "
            "promised on the phone. Put it in the queue.",
            field="work_type",
        )


def _held_job(call: Call, *, by: User, at: datetime) -> tuple[Job, Visit] | None:
    if call.held is None:
        return None
    same = (call.held.job.site_id, call.held.job.work_type_id)
    if same != (call.site.pk, call.work_type.pk):
        raise InvalidInput(
            "The held window is for another site or other work. Choose one again.",
            field="hold",
        )
    visit = booking.promise(call.held, by=by, at=at)
    return visit.job, visit


def _queued(call: Call, *, by: User, at: datetime) -> Job:
    return jobs.open_job(
        site=call.site,
        work_type=call.work_type,
        title=call.work_type.name,
        by=by,
        at=at,
        earliest_start=at,
        latest_end=at + timedelta(days=QUEUE_DAYS),
    )


def _contact(call: Call, *, by: User, at: datetime) -> Contact | None:
    """The contact that we know, with what is new about them; or a new one."""
    caller, known = call.caller, call.caller.known
    if known is not None:
        given = {"name": caller.name, "phone": caller.phone, "email": caller.email}
        fields = {name: text for name, text in given.items() if text}
        records.change(known, fields, by=by, at=at, territory=call.site.territory)
        return known
    if not caller.name.strip():
        return None
    found = Contact(
        customer=call.site.customer,
        site=call.site,
        name=caller.name.strip(),
        preferred_channel=Channel.EMAIL if caller.email else Channel.PHONE,
    )
    found.save()
    fields = {"phone": caller.phone, "email": caller.email}
    records.change(found, fields, by=by, at=at, territory=call.site.territory)
    return found


def _description(call: Call) -> str:
    lines = [f"{x.question} {x.answer.strip()}" for x in call.answers if x.answer]
    return "\n".join([call.words.strip(), *([""] if lines else []), *lines])


def _keep_access_notes(call: Call, *, by: User, at: datetime) -> None:
    if call.access_notes is None:
        return
    notes = {"access_notes": call.access_notes.strip()}
    records.change(call.site, notes, by=by, at=at, territory=call.site.territory)


def _request(call: Call, *, at: datetime) -> tuple[Request, bool]:
    """The row of this call; who sends it a second time gets the first one again."""
    facts = {
        "channel": Channel.PHONE,
        "status": RequestStatus.ACCEPTED,
        "territory": call.site.territory,
        "customer": call.site.customer,
        "description": call.words.strip(),
        "answers": [{"question": x.question, "answer": x.answer} for x in call.answers],
        "created_at": at,
    }
    return Request.objects.get_or_create(pk=call.key, defaults=facts)


def _taken(request: Request, call: Call) -> Job:
    is_same = request.customer_id == call.site.customer_id
    if request.job is None or not is_same:
        raise InvalidInput("Another call has this key. Begin a new call.", field="key")
    return request.job


def _file(
    request: Request,
    call: Call,
    job: Job,
    contact: Contact | None,
    *,
    by: User,
    at: datetime,
) -> None:
    request.job = job
    if contact is not None:
        request.contact_name = contact.name
        request.contact_phone, request.contact_email = contact.phone, contact.email
    request.save()
    events.record(
        "request.received",
        subject=request,
        by=by,
        at=at,
        territory=call.site.territory,
        data={"job": str(job.pk), "channel": Channel.PHONE.value},
    )
    events.record(
        "job.taken",
        subject=job,
        by=by,
        at=at,
        territory=call.site.territory,
        data={"promised": call.held is not None},
    )


def _added(
    row: Customer | Site, territory: Territory, *, by: User, at: datetime
) -> None:
    kind = f"{row._meta.model_name}.added"
    events.record(kind, subject=row, by=by, at=at, territory=territory)
