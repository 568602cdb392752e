"""Pages of a job, visit, customer, site, asset, contact or person: facts and links."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Value

from dispatch.models import (
    Asset,
    Contact,
    Customer,
    Job,
    JobStatus,
    Site,
    Technician,
    User,
    Visit,
)
from dispatch.queries import access, alike

MOST = 50
OFFICE_ZONE = "UTC"


@dataclass(frozen=True)
class Link:
    """A line that leads to another record."""

    kind: str
    id: object
    text: str
    more: str = ""
    status: str = ""


@dataclass(frozen=True)
class Fact:
    """What is known, and where it leads."""

    name: str
    value: object
    link: Link | None = None


@dataclass(frozen=True)
class Part:
    """A list of records that belong to this one."""

    title: str
    links: list[Link]
    empty: str


@dataclass(frozen=True)
class Page:
    """Everything that a record's page shows beside its form and its history."""

    kind: str
    row: Any
    title: str
    word: str
    zone: ZoneInfo
    facts: list[Fact]
    parts: list[Part]
    subjects: list[QuerySet[Any]]
    also: Q | None = None
    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    may_edit: bool = True


Builder = Callable[[User, Any, datetime], Page]


def get(user: User, kind: str, row_id: object) -> Any:
    """The row, through the one door. Raises NotFound."""
    return access.get(ROWS[kind](user), str(row_id))


def page(user: User, kind: str, row: Any, *, at: datetime) -> Page:
    """What the page of this row shows."""
    return PAGES[kind](user, row, at)


def _jobs(user: User) -> QuerySet[Job]:
    rows = alike.with_lines(access.jobs_for(user))
    return rows.select_related(
        "customer", "site__territory", "contact", "asset", "work_type", "merged_into"
    )


def _visits(user: User) -> QuerySet[Visit]:
    return access.visits_for(user).select_related(
        "job__customer", "job__site__territory", "job__work_type", "technician"
    )


def _sites(user: User) -> QuerySet[Site]:
    return access.sites_for(user).select_related("customer", "territory")


def _assets(user: User) -> QuerySet[Asset]:
    rows = access.assets_for(user)
    return rows.select_related("site__customer", "site__territory")


def _contacts(user: User) -> QuerySet[Contact]:
    return access.contacts_for(user).select_related("customer", "site")


ROWS: dict[str, Callable[[User], QuerySet[Any]]] = {
    "job": _jobs,
    "visit": _visits,
    "customer": lambda user: access.customers_for(user).select_related("sla"),
    "site": _sites,
    "asset": _assets,
    "contact": _contacts,
    "technician": lambda user: access.technicians_for(user).select_related("user"),
}


def _job(user: User, row: Job, at: datetime) -> Page:
    visits = access.visits_for(user).filter(job=row)
    facts = [
        Fact("Customer", row.customer, _to("customer", row.customer)),
        Fact("Site", row.site, _to("site", row.site)),
        Fact("Contact", row.contact or "", _to("contact", row.contact)),
        Fact("Asset", row.asset or "", _to("asset", row.asset)),
        Fact("Work", row.work_type),
        Fact("Priority", row.priority),
        Fact("On-site due", row.onsite_due or ""),
        Fact("Restore by", row.restore_due or ""),
    ]
    if row.merged_into is not None:
        kept = row.merged_into
        facts.insert(0, Fact("Merged into", kept, _to("job", kept)))
    parts = [Part("Visits", [_visit_link(visit) for visit in row.visits.all()], "")]
    gone = _job_lines(access.jobs_for(user).filter(merged_into=row))
    if gone:
        parts.append(Part("Merged into this one", gone, ""))
    return Page(
        kind="job",
        row=row,
        title=f"{row.number} {row.title}",
        word=row.get_status_display(),
        zone=_zone(row.site),
        facts=facts,
        parts=parts,
        subjects=[
            access.jobs_for(user).filter(pk=row.pk).values_list("pk", Value("")),
            visits.values_list("pk", Value("visit")),
            access.requests_for(user).filter(job=row).values_list("pk", Value("")),
        ],
        text=row.description,
        may_edit=row.status == JobStatus.OPEN,
    )


def _visit(user: User, row: Visit, at: datetime) -> Page:
    job, site = row.job, row.job.site
    who = row.technician
    return Page(
        kind="visit",
        row=row,
        title=f"Visit of {job.number} {job.title}",
        word=row.get_status_display(),
        zone=_zone(site),
        facts=[
            Fact("Job", job, _to("job", job)),
            Fact("Site", site, _to("site", site)),
            Fact("Technician", who or "Nobody yet", _to("technician", who)),
            Fact("Planned", row.sched_start or "No time yet"),
            Fact("Promised from", row.promise_start or ""),
            Fact("Promised until", row.promise_end or ""),
            Fact("Arrived", row.actual_start or ""),
            Fact("Arrival heard of", row.start_received_at or ""),
            Fact("Ended", row.actual_end or ""),
            Fact("End heard of", row.end_received_at or ""),
            Fact("Outcome", row.outcome_note or row.outcome_code.replace("_", " ")),
        ],
        parts=[],
        subjects=[
            access.visits_for(user).filter(pk=row.pk).values_list("pk", Value("")),
            access.jobs_for(user).filter(pk=job.pk).values_list("pk", Value("job")),
        ],
        links=[("Open on the board", _board(row))],
        may_edit=False,
    )


def _customer(user: User, row: Customer, at: datetime) -> Page:
    sites = access.sites_for(user).filter(customer=row)
    contacts = access.contacts_for(user).filter(customer=row)
    jobs = access.jobs_for(user).filter(customer=row)
    first = sites.select_related("territory").first()
    return Page(
        kind="customer",
        row=row,
        title=row.name,
        word="Customer",
        zone=_zone(first) if first else ZoneInfo(OFFICE_ZONE),
        facts=[
            Fact("SLA", row.sla or "None agreed"),
            Fact("Reached by", row.get_preferred_channel_display()),
            Fact("Language", row.language),
        ],
        parts=[
            Part("Jobs", _job_lines(jobs), "No job yet."),
            Part("Sites", [_site_link(one) for one in sites[:MOST]], "No site."),
            Part("Contacts", _contact_links(contacts), "Nobody yet."),
        ],
        subjects=[
            access.customers_for(user)
            .filter(pk=row.pk)
            .values_list("pk", Value(""))
            .distinct(),
            sites.values_list("pk", "name"),
            contacts.values_list("pk", "name"),
            jobs.values_list("pk", "number"),
        ],
    )


def _site(user: User, row: Site, at: datetime) -> Page:
    assets = access.assets_for(user).filter(site=row)
    jobs = access.jobs_for(user).filter(site=row)
    contacts = access.contacts_for(user).filter(site=row)
    visits = access.visits_for(user).filter(job__site=row)
    return Page(
        kind="site",
        row=row,
        title=row.name,
        word="Site",
        zone=_zone(row),
        facts=[
            Fact("Customer", row.customer, _to("customer", row.customer)),
            Fact("Address", row.address),
            Fact("Territory", row.territory),
            Fact("Getting in", row.access_notes),
            Fact("Minutes to get in", row.access_minutes),
        ],
        parts=[
            Part("Jobs", _job_lines(jobs), "No job yet."),
            Part("Assets", [_asset_link(one) for one in assets[:MOST]], "None listed."),
            Part("Contacts", _contact_links(contacts), "Nobody belongs to this site."),
        ],
        subjects=[
            access.sites_for(user).filter(pk=row.pk).values_list("pk", Value("")),
            assets.values_list("pk", "name"),
            jobs.values_list("pk", "number"),
            visits.values_list("pk", "job__number"),
        ],
        links=[("New recurring work", f"/office/recurring/new/?site={row.pk}")],
    )


def _asset(user: User, row: Asset, at: datetime) -> Page:
    jobs = access.jobs_for(user).filter(asset=row)
    visits = access.visits_for(user).filter(job__asset=row)
    return Page(
        kind="asset",
        row=row,
        title=" ".join(part for part in (row.tag, row.name) if part),
        word="Asset",
        zone=_zone(row.site),
        facts=[
            Fact("Site", row.site, _to("site", row.site)),
            Fact("Customer", row.site.customer, _to("customer", row.site.customer)),
            Fact("Location", row.location_path),
            Fact("Model", row.model),
            Fact("Serial", row.serial),
            Fact("Warranty until", row.warranty_end or ""),
        ],
        parts=[Part("Jobs", _job_lines(jobs), "No job yet.")],
        subjects=[
            access.assets_for(user).filter(pk=row.pk).values_list("pk", Value("")),
            jobs.values_list("pk", "number"),
            visits.values_list("pk", "job__number"),
        ],
    )


def _contact(user: User, row: Contact, at: datetime) -> Page:
    jobs = access.jobs_for(user).filter(contact=row)
    first = row.site and access.sites_for(user).filter(pk=row.site.pk).first()
    return Page(
        kind="contact",
        row=row,
        title=row.name,
        word="Contact",
        zone=_zone(first) if first else ZoneInfo(OFFICE_ZONE),
        facts=[
            Fact("Customer", row.customer, _to("customer", row.customer)),
            Fact("Site", row.site or "", _to("site", row.site)),
            Fact("Phone", row.phone),
            Fact("E-mail", row.email),
        ],
        parts=[Part("Jobs", _job_lines(jobs), "No job yet.")],
        subjects=[
            access.contacts_for(user).filter(pk=row.pk).values_list("pk", Value("")),
            jobs.values_list("pk", "number"),
        ],
    )


def _technician(user: User, row: Technician, at: datetime) -> Page:
    coming = access.visits_for(user).filter(technician=row, sched_end__gte=at)
    coming = coming.select_related("job", "technician").order_by("sched_start")
    area = access.territories_for(user).filter(technicians=row).first()
    held = row.certifications.select_related("skill").order_by("skill__name")
    skills = ", ".join(f"{one.skill} {one.level}" for one in held)
    own = access.technicians_for(user).filter(pk=row.pk)
    return Page(
        kind="technician",
        row=row,
        title=row.name,
        word="Technician" if row.is_active else "Works here no more",
        zone=ZoneInfo(area.time_zone if area else OFFICE_ZONE),
        facts=[
            Fact("Role", row.role_line),
            Fact("Phone", row.phone),
            Fact("Skills", skills or "None yet"),
        ],
        parts=[
            Part("Coming visits", [_visit_link(one) for one in coming[:MOST]], "None.")
        ],
        subjects=[own.values_list("pk", Value("")).distinct()],
        also=access.acts_of(user, row.user),
    )


PAGES: dict[str, Builder] = {
    "job": _job,
    "visit": _visit,
    "customer": _customer,
    "site": _site,
    "asset": _asset,
    "contact": _contact,
    "technician": _technician,
}


def _to(kind: str, row: Any) -> Link | None:
    return Link(kind, row.pk, str(row)) if row is not None else None


def _job_lines(rows: QuerySet[Job]) -> list[Link]:
    found = alike.with_lines(rows).order_by("-created_at")[:MOST]
    return [
        Link("job", job.pk, str(job), job.site.name, job.get_status_display())
        for job in found
    ]


def _visit_link(row: Visit) -> Link:
    who = row.technician.name if row.technician else "nobody yet"
    return Link("visit", row.pk, str(row.job), who, row.get_status_display())


def _site_link(row: Site) -> Link:
    return Link("site", row.pk, row.name, row.address)


def _asset_link(row: Asset) -> Link:
    return Link("asset", row.pk, row.name, " ".join((row.tag, row.location_path)))


def _contact_links(rows: QuerySet[Contact]) -> list[Link]:
    return [
        Link(
            "contact", row.pk, row.name, ", ".join(filter(None, (row.phone, row.email)))
        )
        for row in rows.order_by("name")[:MOST]
    ]


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.time_zone)


def _board(row: Visit) -> str:
    area = row.job.site.territory
    when = row.sched_start or row.earliest_start
    day = when.astimezone(ZoneInfo(area.time_zone)).date()
    return f"/board/?territory={area.code}&day={day}&visit={row.pk}"
