"""Customers book: choosing a window holds it at once, confirming makes it a promise."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from dispatch.errors import (
    HoldExpired,
    IllegalMove,
    InvalidInput,
    SlotGone,
    TechnicianBusy,
)
from dispatch.models import (
    Channel,
    Contact,
    Customer,
    Job,
    RequestStatus,
    Site,
    Territory,
    User,
    Visit,
    VisitStatus,
)
from dispatch.services import (
    intake,
    jobs,
    law,
    links,
    offering,
    outbox,
    pins,
    visits,
)
from dispatch.services.offering import Offer, Window, Wish
from dispatch.services.planning import live

S = VisitStatus
EXPIRED = "hold_expired"
BY_CUSTOMER = "customer"
# Until the door opens: afterwards the people on site settle it.
CANCELLABLE = frozenset(
    {S.UNSCHEDULED, S.SCHEDULED, S.DISPATCHED, S.ACKNOWLEDGED, S.EN_ROUTE}
)


@dataclass(frozen=True)
class Booker:
    """Who books; at least one of `email` and `phone`."""

    name: str
    email: str = ""
    phone: str = ""
    consent: bool = False


def slots(wish: Wish, *, at: datetime, first: date | None = None) -> Offer:
    """The arrival windows that the live plan can keep, day by day."""
    return offering.offer(wish, at=at, first=first)


def hold(
    wish: Wish,
    *,
    start: datetime,
    description: str = "",
    at: datetime,
    by: User | None = None,
) -> Visit:
    """Reserve a window for some minutes, in place of `wish.held`.

    `by` is who takes the call; without, the customer does it.

    Raises SlotGone with the nearest free windows, and InvalidInput. One booking of a
    territory at a time looks at the plan, so no two customers get the same gap.
    """
    with _one_at_a_time(wish.territory):
        wish = replace(wish, held=_still_held(wish.held))
        window = _free_window(wish, start=start, at=at)
        visit = _ghost(wish, window, description=description, at=at, by=by)
        before = visits.facts(visit)
        visit.status = S.SCHEDULED
        _place(visit, window)
        visit.hold_expires_at = at + timedelta(minutes=settings.HOLD_MINUTES)
        visits.store(visit)
        visits.noted(visit, "visit.held", by=by, at=at, before=before)
    return visit


def renew(visit: Visit, *, by: User, at: datetime) -> Visit:
    """Hold the same window for as long again. Raises HoldExpired."""
    with law.kept():
        row = _still_held(visit)
        if row is None or row.hold_expires_at is None or row.hold_expires_at <= at:
            raise HoldExpired
        before = visits.facts(row)
        row.hold_expires_at = at + timedelta(minutes=settings.HOLD_MINUTES)
        visits.store(row)
        visits.noted(row, "visit.held", by=by, at=at, before=before)
    return row


def promise(visit: Visit, *, by: User | None, at: datetime) -> Visit:
    """Keep a held window; what follows from it, the caller writes in the same breath.

    Raises HoldExpired, and SlotGone when the plan changed under it.
    """
    with _one_at_a_time(visit.job.site.territory):
        row = visits.locked(visit)
        _check_hold(row, at=at)
        before = visits.facts(row)
        row.hold_expires_at = None
        visits.store(row)
        visits.noted(row, "visit.booked", by=by, at=at, before=before)
    return row


def confirm(visit: Visit, *, booker: Booker, at: datetime) -> tuple[Visit, str]:
    """Make a held window a promise; returns the visit and the token of its link.

    Raises HoldExpired, SlotGone (the plan changed under it), InvalidInput. A second
    confirmation of the same hold changes nothing and gives another link.
    """
    _check_booker(booker)
    with _one_at_a_time(visit.job.site.territory):
        row = visits.locked(visit)
        if row.status != S.CANCELLED and row.hold_expires_at is None:
            return row, links.issue(row, at=at)
        row = promise(row, by=None, at=at)
        row.job.contact = _contact(row.job, booker, at=at)
        row.job.save(update_fields=["contact"])
        _file_request(row.job, booker, at=at)
        send_confirmation(row, email=booker.email, at=at)
        return row, links.issue(row, at=at)


def release(visit: Visit, *, at: datetime, by: User | None = None) -> Visit | None:
    """Give one held window back; None when it is no hold any more."""
    with law.kept():
        row = _still_held(visit)
        if row is None:
            return None
        return visits.cancel(row, reason=EXPIRED, by=by, at=at)


def release_expired(*, at: datetime) -> int:
    """Give back every window that was held and not confirmed in time."""
    expired = Visit.objects.filter(status=S.SCHEDULED, hold_expires_at__lte=at)
    rows = list(expired.order_by("hold_expires_at"))
    return sum(1 for row in rows if release(row, at=at) is not None)


def cancel(visit: Visit, *, at: datetime) -> Visit:
    """The customer calls the visit off. Raises IllegalMove once somebody is there."""
    with law.kept():
        row = visits.locked(visit)
        if row.status not in CANCELLABLE:
            raise IllegalMove(
                "This visit cannot be cancelled here any more. Call us.",
                status=row.status,
            )
        return visits.move(
            row,
            to=S.CANCELLED,
            by=None,
            at=at,
            outcome_code=BY_CUSTOMER,
            data={"channel": Channel.WEB.value},
        )


@contextmanager
def _one_at_a_time(territory: Territory) -> Iterator[None]:
    """Bookings of a territory queue up here; the law of nobody-twice stands too."""
    try:
        with law.kept():
            # No-key: other rows may still point at the territory meanwhile.
            Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
            yield
    except TechnicianBusy as error:
        # A dispatcher was quicker than the look at the plan.
        raise SlotGone from error


def _still_held(visit: Visit | None) -> Visit | None:
    """The row, locked, if it is a hold still."""
    if visit is None:
        return None
    row = visits.locked(visit)
    is_hold = row.status == S.SCHEDULED and row.hold_expires_at is not None
    return row if is_hold else None


def _free_window(wish: Wish, *, start: datetime, at: datetime) -> Window:
    if not at < start < at + timedelta(days=offering.FURTHEST_DAYS):
        raise InvalidInput("That time cannot be booked.", field="start")
    found = offering.offer(wish, at=at, first=_first_day(wish, start))
    window = found.window(start)
    if window is None or not window.is_free:
        nearest = [w.start.isoformat() for w in found.nearest(start)]
        raise SlotGone(nearest=nearest)
    return window


def _first_day(wish: Wish, start: datetime) -> date:
    """The day before, so that the nearest windows on both sides are known."""
    return start.astimezone(live.zone(wish.territory)).date() - timedelta(days=1)


def _ghost(
    wish: Wish, window: Window, *, description: str, at: datetime, by: User | None
) -> Visit:
    """The visit to hold the window with: the one held already, or a new one."""
    held = wish.held
    if held is not None and _fits(held, wish):
        held.job.description = description
        held.job.save(update_fields=["description"])
        return held
    if held is not None:
        visits.cancel(held, reason=EXPIRED, by=by, at=at)
    site = wish.place.site or _new_site(wish, at=at)
    job = _open_job(wish, site, window, description=description, at=at, by=by)
    return visits.locked(job.visits.get())


def _fits(held: Visit, wish: Wish) -> bool:
    site = held.job.site
    same_work = held.job.work_type_id == wish.work_type.pk
    return same_work and (site.name, site.street, site.postcode) == (
        wish.place.name,
        wish.place.street,
        wish.place.postcode,
    )


def _place(visit: Visit, window: Window) -> None:
    assert window.slot is not None
    start = datetime.fromtimestamp(window.slot.service_start, tz=window.start.tzinfo)
    visit.technician_id = UUID(window.slot.technician)
    visit.sched_start, visit.sched_end = start, start + visit.length
    visit.promise_start, visit.promise_end = window.start, window.end
    visit.earliest_start = window.start
    visit.latest_end = window.end + visit.length
    visit.travel_seconds = window.slot.travel


def _new_site(wish: Wish, *, at: datetime) -> Site:
    place = wish.place
    customer = Customer.objects.create(name=place.name)
    return pins.new_site(place, customer=customer, source="portal", at=at)


def _open_job(
    wish: Wish,
    site: Site,
    window: Window,
    *,
    description: str,
    at: datetime,
    by: User | None,
) -> Job:
    kind = wish.work_type
    length = timedelta(minutes=wish.minutes)
    return jobs.open_job(
        site=site,
        work_type=kind,
        title=kind.name if by else kind.customer_words or kind.name,
        description=description,
        by=by,
        label="" if by else BY_CUSTOMER,
        at=at,
        earliest_start=window.start,
        latest_end=window.end + length,
    )


def _check_hold(visit: Visit, *, at: datetime) -> None:
    is_over = visit.hold_expires_at is None or visit.hold_expires_at <= at
    if visit.status == S.CANCELLED or is_over:
        raise HoldExpired
    assert visit.technician is not None
    assert visit.sched_start is not None
    outcome = live.preview(visit, technician=visit.technician, start=visit.sched_start)
    if not outcome.fits:
        raise SlotGone(violations=outcome.violations)


def _check_booker(booker: Booker) -> None:
    if not booker.name.strip():
        raise InvalidInput("Tell us your name.", field="name")
    if not booker.email and not booker.phone:
        raise InvalidInput("Give an e-mail address or a phone number.", field="email")
    if not booker.consent:
        raise InvalidInput("Allow us to use your details.", field="consent")


def _contact(job: Job, booker: Booker, *, at: datetime) -> Contact:
    return Contact.objects.create(
        customer=job.customer,
        site=job.site,
        name=booker.name,
        email=booker.email,
        phone=booker.phone,
        preferred_channel=Channel.EMAIL if booker.email else Channel.PHONE,
        consent_at=at,
    )


def _file_request(job: Job, booker: Booker, *, at: datetime) -> None:
    request = intake.receive(
        channel=Channel.WEB,
        territory=job.site.territory,
        description=job.description or job.title,
        contact_name=booker.name,
        contact_phone=booker.phone,
        contact_email=booker.email,
        at=at,
    )
    request.job, request.customer = job, job.customer
    request.status = RequestStatus.ACCEPTED
    request.save(update_fields=["job", "customer", "status"])


def send_confirmation(visit: Visit, *, email: str, at: datetime) -> None:
    """Tell the customer what was promised; nothing without an address."""
    if not email:
        return
    outbox.enqueue(
        "message.send",
        key=f"{visit.pk}:booked:{visit.version}",
        payload={
            "to": email,
            "template": "booked",
            "visit": str(visit.pk),
            "language": visit.job.customer.language,
        },
        at=at,
    )
