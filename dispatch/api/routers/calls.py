"""Taking a call: find who it is, offer and hold a window, write it all down at once."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from dispatch import tasks
from dispatch.api.auth import STAFF, office
from dispatch.api.schemas.calls import (
    AddressLine,
    CallCustomer,
    CallerHit,
    CallIn,
    CallSite,
    CallTaken,
    HoldIn,
    HoldOut,
    JobLine,
    OffersIn,
    OffersOut,
    WhereIn,
)
from dispatch.errors import InvalidInput
from dispatch.models import Site, User, Visit, WorkType
from dispatch.queries import access, alike, callers
from dispatch.services import booking, calls
from dispatch.services.geocoding import Place
from dispatch.services.offering import FURTHEST_DAYS, Offer
from dispatch.services.offering import Day as OfferedDay

router = Router(tags=["calls"], auth=STAFF)


@router.get("/calls/find", response=list[CallerHit], operation_id="call_find")
def call_find(request: HttpRequest, q: str = Query("", max_length=80)) -> Any:
    """Customers, contacts, sites and assets by phone number, name or asset tag."""
    return callers.find(office(request), q)


@router.get(
    "/calls/addresses", response=list[AddressLine], operation_id="call_addresses"
)
def call_addresses(request: HttpRequest, q: str = Query("", max_length=80)) -> Any:
    """Streets of our own sites, for a new address."""
    return callers.addresses(office(request), q)


@router.get(
    "/calls/customers/{uuid:customer_id}",
    response=CallCustomer,
    operation_id="call_customer",
)
def call_customer(request: HttpRequest, customer_id: UUID) -> Any:
    """A customer's sites and contacts."""
    user = office(request)
    return callers.customer(user, access.get_customer_for(user, customer_id))


@router.get("/calls/sites/{uuid:site_id}", response=CallSite, operation_id="call_site")
def call_site(request: HttpRequest, site_id: UUID) -> Any:
    """A site's assets, and how to get in."""
    return callers.at_site(access.get_site_for(office(request), site_id))


@router.get("/calls/alike", response=list[JobLine], operation_id="call_alike")
def call_alike(
    request: HttpRequest,
    site: UUID,
    asset: UUID | None = None,
    work_type: str = Query("", max_length=50),
    words: str = Query("", max_length=400),
) -> Any:
    """Open jobs that may be the same, likeliest first."""
    user = office(request)
    asked = alike.Asked(
        site=access.get_site_for(user, site),
        asset=access.get(access.assets_for(user), asset) if asset else None,
        work_type=_work_type(work_type) if work_type else None,
        words=words,
    )
    return alike.open_jobs(user, asked, at=timezone.now())


@router.post("/calls/offers", response=OffersOut, operation_id="call_offers")
def call_offers(request: HttpRequest, body: OffersIn) -> Any:
    """The arrival windows that the portal would offer for this call."""
    user = office(request)
    place, at = _place(user, body), timezone.now()
    zone = ZoneInfo(place.territory.time_zone)
    today = at.astimezone(zone).date()
    last = today + timedelta(days=FURTHEST_DAYS)
    found = calls.offer(
        _work_type(body.work_type),
        place,
        held=_held(user, body.hold),
        at=at,
        first=min(body.first, last) if body.first else None,
    )
    return {
        "time_zone": zone.key,
        "days": [_day(day) for day in found.days],
        "next": _day_after(found, last=last),
    }


@router.post("/calls/hold", response=HoldOut, operation_id="call_hold")
def call_hold(request: HttpRequest, body: HoldIn) -> Any:
    """Keep a window while the caller thinks; the one held before is free again."""
    user, at = office(request), timezone.now()
    with transaction.atomic():
        visit = calls.hold(
            _work_type(body.work_type),
            _site(user, body, at=at),
            start=body.start,
            held=_held(user, body.hold),
            by=user,
            at=at,
        )
    return _hold(visit)


@router.post(
    "/calls/holds/{uuid:visit_id}/renew", response=HoldOut, operation_id="call_renew"
)
def call_renew(request: HttpRequest, visit_id: UUID) -> Any:
    """Keep the same window for as long again."""
    user = office(request)
    visit = access.get_hold_by(user, visit_id)
    return _hold(booking.renew(visit, by=user, at=timezone.now()))


@router.post(
    "/calls/holds/{uuid:visit_id}/release",
    response={204: None},
    operation_id="call_release",
)
def call_release(request: HttpRequest, visit_id: UUID) -> Any:
    """Give the window back; nothing happens when it is no hold any more."""
    user = office(request)
    visit = access.get_hold_by(user, visit_id)
    booking.release(visit, at=timezone.now(), by=user)
    return Status(204, None)


@router.post("/calls", response={201: CallTaken}, operation_id="call_take")
def call_take(request: HttpRequest, body: CallIn) -> Any:
    """The job of a call, promised by its hold or in the queue: all of it or nothing."""
    user, at = office(request), timezone.now()
    with transaction.atomic():
        call = _call(user, body, at=at)
        job = calls.take(call, by=user, at=at)
    tasks.wake_all_due()
    asked = alike.Asked(call.site, call.asset, call.work_type, call.words)
    row = access.get(alike.with_lines(access.jobs_for(user)), job.pk)
    found = alike.open_jobs(user, asked, at=at, but=job)
    return Status(201, {"job": alike.line(row), "alike": found})


def _call(user: User, body: CallIn, *, at: datetime) -> calls.Call:
    contacts, who = access.contacts_for(user), body.contact
    return calls.Call(
        key=body.key,
        site=_site(user, body, at=at),
        work_type=_work_type(body.work_type),
        words=body.words,
        title=body.title,
        priority=body.priority,
        caller=calls.Caller(
            known=access.get(contacts, who.id) if who.id else None,
            name=who.name,
            phone=who.phone,
            email=who.email,
        ),
        asset=access.get(access.assets_for(user), body.asset) if body.asset else None,
        access_notes=body.access_notes,
        answers=[calls.Answer(x.question, x.answer) for x in body.answers],
        held=_held(user, body.hold),
        tell_by_email=body.tell_by_email,
    )


def _work_type(code: str) -> WorkType:
    found = WorkType.objects.filter(code=code).first()
    if found is None:
        message = f"There is no work type {code!r}. Choose one of the list."
        raise InvalidInput(message, field="work_type")
    return found


def _place(user: User, body: WhereIn) -> Place:
    """Where it is, without writing anything down yet."""
    if body.site is not None:
        return calls.place_of(access.get_site_for(user, body.site))
    return calls.locate(_address(body), within=_mine(user))


def _site(user: User, body: WhereIn, *, at: datetime) -> Site:
    """The site of the call; a new one is kept from here on."""
    if body.site is not None:
        return access.get_site_for(user, body.site)
    address, owner = _address(body), body.place.customer if body.place else None
    customer = access.get_customer_for(user, owner) if owner else None
    return calls.new_site(customer, address, within=_mine(user), by=user, at=at)


def _address(body: WhereIn) -> calls.Address:
    if body.place is None:
        raise InvalidInput("Choose a site, or enter a new address.", field="site")
    place = body.place
    return calls.Address(place.name.strip(), place.street.strip(), place.postcode)


def _mine(user: User) -> set[UUID]:
    return set(access.territories_for(user).values_list("pk", flat=True))


def _held(user: User, visit_id: UUID | None) -> Visit | None:
    return access.get_hold_by(user, visit_id) if visit_id else None


def _hold(visit: Visit) -> dict[str, Any]:
    site = visit.job.site
    return {
        "visit": visit.pk,
        "site": callers.site(site),
        "customer": {"id": site.customer_id, "name": site.customer.name},
        "start": visit.promise_start,
        "end": visit.promise_end,
        "expires_at": visit.hold_expires_at,
    }


def _day(day: OfferedDay) -> dict[str, Any]:
    """A day's windows, in words for the one who takes the call."""
    return {
        "date": day.date,
        "windows": [
            {
                "start": one.start,
                "end": one.end,
                "is_free": one.is_free,
                "is_nearby": one.is_nearby,
                "reason": _said_to_staff(one.reason),
            }
            for one in day.windows
        ],
    }


def _said_to_staff(reason: str) -> str:
    """The portal speaks to the customer; here the site is somebody else."""
    bare = reason.removeprefix("You ").removeprefix("are ")
    bare = bare.replace("close at", "closes at").replace("open at", "opens at")
    return bare[:1].upper() + bare[1:]


def _day_after(found: Offer, *, last: date) -> date | None:
    if not found.days:
        return None
    following = found.days[-1].date + timedelta(days=1)
    return following if following <= last else None
