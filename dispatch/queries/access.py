"""The one door to rows: who may see what. A query without a user is refused."""

import uuid
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet

from dispatch.errors import NotAllowed, NotFound, NotSignedIn
from dispatch.models import (
    ApiKey,
    Asset,
    Contact,
    Customer,
    Event,
    Job,
    PartRequest,
    Photo,
    Plan,
    Recurring,
    Request,
    ReturnOrder,
    ReviewCase,
    Role,
    Site,
    Technician,
    Territory,
    Transfer,
    User,
    Visit,
    Warehouse,
)

Row = TypeVar("Row", bound=Model)
OFFICE = frozenset({Role.DISPATCHER, Role.ADMIN})


@dataclass(frozen=True)
class Integration:
    """A program that signs in with a key; it sees its territories like a dispatcher."""

    key: ApiKey
    is_authenticated: bool = True
    role: str = "integration"

    def __str__(self) -> str:
        return self.key.name


Caller = User | Integration


def require_role(caller: Any, *roles: str) -> None:
    """Refuse a caller whose role is not among `roles`."""
    if not getattr(caller, "is_authenticated", False):
        raise NotSignedIn
    if caller.role not in roles:
        raise NotAllowed


def office(caller: Any) -> User:
    """A person of the office; everybody else is refused."""
    require_role(caller, Role.DISPATCHER, Role.ADMIN)
    assert isinstance(caller, User)
    return caller


def territories_for(caller: Caller) -> QuerySet[Territory]:
    """The territories that the caller works in."""
    if isinstance(caller, Integration):
        return caller.key.territories.all()
    require_role(caller, *Role.values)
    if caller.sees_everything:
        return Territory.objects.all()
    if caller.role == Role.TECHNICIAN:
        return Territory.objects.filter(technicians__user=caller)
    return caller.territories.all()


def visits_for(caller: Caller) -> QuerySet[Visit]:
    """A technician sees their own visits, the office those of its territories."""
    if _is_technician(caller):
        return Visit.objects.filter(technician__user=caller)
    return Visit.objects.filter(job__site__territory__in=territories_for(caller))


def jobs_for(caller: Caller) -> QuerySet[Job]:
    """The jobs behind the visits that the caller may see."""
    if _is_technician(caller):
        return Job.objects.filter(visits__technician__user=caller).distinct()
    return Job.objects.filter(site__territory__in=territories_for(caller))


def technicians_for(caller: Caller) -> QuerySet[Technician]:
    """A technician sees themselves, the office those of its territories."""
    if _is_technician(caller):
        return Technician.objects.filter(user=caller)
    found = Technician.objects.filter(territories__in=territories_for(caller))
    return found.distinct()


def customers_for(caller: Caller) -> QuerySet[Customer]:
    """Customers with a site in the caller's territories; none for technicians."""
    if _is_technician(caller):
        return Customer.objects.none()
    found = Customer.objects.filter(sites__territory__in=territories_for(caller))
    return found.distinct()


def sites_for(caller: Caller) -> QuerySet[Site]:
    """The places in the caller's territories; none for technicians."""
    if _is_technician(caller):
        return Site.objects.none()
    return Site.objects.filter(territory__in=territories_for(caller))


def contacts_for(caller: Caller) -> QuerySet[Contact]:
    """People at the caller's customers, but not those of a foreign site."""
    if _is_technician(caller):
        return Contact.objects.none()
    mine = sites_for(caller)
    at_home = Q(site__in=mine) | Q(site=None)
    return Contact.objects.filter(
        at_home, customer__in=mine.order_by().values("customer")
    )


def assets_for(caller: Caller) -> QuerySet[Asset]:
    """Things at the caller's sites; none for technicians."""
    if _is_technician(caller):
        return Asset.objects.none()
    return Asset.objects.filter(site__territory__in=territories_for(caller))


def recurring_for(caller: Caller) -> QuerySet[Recurring]:
    """Recurring work at the caller's sites; none for technicians."""
    if _is_technician(caller):
        return Recurring.objects.none()
    return Recurring.objects.filter(site__territory__in=territories_for(caller))


def requests_for(caller: Caller) -> QuerySet[Request]:
    """What was asked for in the caller's territories; none for technicians."""
    if _is_technician(caller):
        return Request.objects.none()
    return Request.objects.filter(territory__in=territories_for(caller))


def plans_for(caller: Caller) -> QuerySet[Plan]:
    """Plans of the caller's territories; none for technicians."""
    if _is_technician(caller):
        return Plan.objects.none()
    return Plan.objects.filter(territory__in=territories_for(caller))


def events_for(caller: Caller) -> QuerySet[Event]:
    """Events of the caller's territories; none for technicians."""
    if _is_technician(caller):
        return Event.objects.none()
    return Event.objects.filter(territory__in=territories_for(caller))


def acts_of(caller: Caller, user: User | None) -> Q | None:
    """Which events are a person's own acts, where the caller may look."""
    if user is None:
        return None
    return Q(actor=user, territory__in=territories_for(caller))


def review_cases_for(caller: Caller) -> QuerySet[ReviewCase]:
    """Acts that wait for a decision in the caller's territories."""
    if _is_technician(caller):
        return ReviewCase.objects.none()
    if isinstance(caller, User) and caller.sees_everything:
        # Also what belongs to no territory: nobody else would ever see it.
        return ReviewCase.objects.all()
    found = review_cases_in(territories_for(caller))
    if isinstance(caller, User):
        found |= _cases_of_nowhere()
    return found


def _cases_of_nowhere() -> QuerySet[ReviewCase]:
    """Cases that belong to no territory: seen by the whole office, or by nobody."""
    placed = Technician.objects.filter(territories__isnull=False)
    return ReviewCase.objects.filter(visit=None).exclude(technician__in=placed)


def review_cases_in(scope: QuerySet[Territory]) -> QuerySet[ReviewCase]:
    """A case belongs where its visit is; without one, where its author works."""
    workers = Technician.objects.filter(territories__in=scope)
    return ReviewCase.objects.filter(
        Q(visit__job__site__territory__in=scope) | Q(visit=None, technician__in=workers)
    )


def warehouses_for(caller: Caller) -> QuerySet[Warehouse]:
    """The warehouses of the caller's territories."""
    return Warehouse.objects.filter(
        is_active=True, territory__in=territories_for(caller)
    )


def colleagues_for(caller: Caller) -> QuerySet[Technician]:
    """Whose vans parts may be sent to: who works in the caller's territories."""
    found = Technician.objects.filter(
        is_active=True, territories__in=territories_for(caller)
    )
    return found.distinct()


def get_stock_place_for(
    caller: Caller, place_id: uuid.UUID | str
) -> Technician | Warehouse:
    """A van or a warehouse that the caller may send parts to."""
    try:
        return get(warehouses_for(caller), place_id)
    except NotFound:
        return get(colleagues_for(caller), place_id)


def transfers_for(caller: Caller) -> QuerySet[Transfer]:
    """A technician sees what comes to or goes from their van, the office its own."""
    if _is_technician(caller):
        own = Q(from_technician__user=caller) | Q(to_technician__user=caller)
        return Transfer.objects.filter(own)
    scope = territories_for(caller)
    ends = [
        Q(**{f"{end}_technician__territories__in": scope})
        | Q(**{f"{end}_warehouse__territory__in": scope})
        for end in ("from", "to")
    ]
    return Transfer.objects.filter(ends[0] | ends[1]).distinct()


def part_requests_for(caller: Caller) -> QuerySet[PartRequest]:
    """A technician sees what they asked for and what their visits wait for."""
    if _is_technician(caller):
        mine = Q(technician__user=caller) | Q(follow_up__technician__user=caller)
        return PartRequest.objects.filter(mine)
    return PartRequest.objects.filter(
        visit__job__site__territory__in=territories_for(caller)
    )


def returns_for(caller: Caller) -> QuerySet[ReturnOrder]:
    """A technician sees what goes back from their van, the office its people's."""
    if _is_technician(caller):
        return ReturnOrder.objects.filter(technician__user=caller)
    found = ReturnOrder.objects.filter(
        technician__territories__in=territories_for(caller)
    )
    return found.distinct()


def photos_for(caller: Caller) -> QuerySet[Photo]:
    """Photos of visits that the caller may see, and what they took themselves."""
    mine = Q(visit__in=visits_for(caller))
    if _is_technician(caller):
        mine |= Q(author=caller)
    return Photo.objects.filter(mine)


def get_photo_for(caller: Caller, photo_id: uuid.UUID | str) -> Photo:
    """One photo that the caller may see."""
    return get(photos_for(caller), photo_id)


def get_photo_by(author: User, photo_id: uuid.UUID | str) -> Photo:
    """A photo of this person's own, whose bytes only they may send."""
    return get(Photo.objects.filter(author=author), photo_id)


def get_visit_for(caller: Caller, visit_id: uuid.UUID | str) -> Visit:
    """One visit, with what nearly every caller reads next."""
    found = visits_for(caller).select_related(
        "job__site__territory", "job__work_type", "job__customer", "technician"
    )
    return get(found, visit_id)


def get_hold_by(user: User, visit_id: uuid.UUID | str) -> Visit:
    """A window that this person held on the phone, whatever became of it."""
    mine = Event.objects.filter(
        kind="visit.held", actor=user, subject_id=OuterRef("pk")
    )
    found = (
        visits_for(user)
        .filter(Exists(mine))
        .select_related("job__site__territory", "job__site__customer", "job__work_type")
    )
    return get(found, visit_id)


def get_job_for(caller: Caller, job_id: uuid.UUID | str) -> Job:
    """One job that the caller may see."""
    return get(jobs_for(caller), job_id)


def get_technician_for(caller: Caller, technician_id: uuid.UUID | str) -> Technician:
    """One technician whom the caller may see."""
    return get(technicians_for(caller), technician_id)


def get_plan_for(caller: Caller, plan_id: uuid.UUID | str) -> Plan:
    """One plan that the caller may see."""
    return get(plans_for(caller).select_related("territory"), plan_id)


def get_event_for(caller: Caller, event_id: int) -> Event:
    """One event of the caller's territories."""
    found = events_for(caller).filter(pk=event_id).first()
    if found is None:
        raise NotFound
    return found


def get_site_for(caller: Caller, site_id: uuid.UUID | str) -> Site:
    """One site in the caller's territories; none for technicians."""
    found = sites_for(caller).select_related("customer__sla", "territory")
    return get(found, site_id)


def get_customer_for(caller: Caller, customer_id: uuid.UUID | str) -> Customer:
    """One customer with a site in the caller's territories."""
    return get(customers_for(caller).select_related("sla"), customer_id)


def customers_with_sites(caller: Caller, text: str) -> QuerySet[Customer]:
    """Customers whose name holds `text`, with the sites that the caller may see."""
    mine = Site.objects.filter(territory__in=territories_for(caller))
    found = customers_for(caller).filter(name__icontains=text)
    return found.prefetch_related(Prefetch("sites", queryset=mine))[:200]


def get_territory_for(caller: Caller, code: str) -> Territory:
    """One territory of the caller's, by code."""
    found = territories_for(caller).filter(code=code).first()
    if found is None:
        raise NotFound(f"There is no territory {code!r} among yours.")
    return found


def get(rows: QuerySet[Row], row_id: uuid.UUID | str) -> Row:
    """The row with this id, or NotFound: a foreign id and an unknown one look alike."""
    try:
        key = row_id if isinstance(row_id, uuid.UUID) else uuid.UUID(row_id)
    except ValueError as error:
        raise NotFound from error
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def _is_technician(caller: Caller) -> TypeGuard[User]:
    if isinstance(caller, Integration):
        return False
    require_role(caller, *Role.values)
    return caller.role == Role.TECHNICIAN
