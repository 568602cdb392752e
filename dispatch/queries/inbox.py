"""The review inbox: what phones sent that a person in the office must look at."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from dispatch.models import ReviewCase, Technician, Territory
from dispatch.queries import access, wording_of_acts

PAGE = 50
OPEN, DECIDED = "open", "decided"
KINDS: dict[str, tuple[str, Q]] = {
    "steps": ("Steps", Q(kind__startswith="visit.") & ~Q(kind="visit.ask_office")),
    "answers": ("Checklist answers", Q(kind="checklist.answer")),
    "parts": ("Parts", Q(kind__startswith="part.") & ~Q(code="stock_negative")),
    "stock": ("Stock below zero", Q(code="stock_negative")),
    "signatures": ("Signatures", Q(kind__startswith="signoff.")),
    "notes": ("Notes", Q(kind="note.add")),
    "photos": ("Lost photos", Q(code="photo_lost")),
    "questions": ("Questions", Q(code="question")),
}
# Why it is here: a word and its tone.
TAGS = {
    "question": ("Question", "live"),
    "stock_negative": ("Stock below zero", "risk"),
    "blocked": ("Waits for another act", ""),
    "broken": ("Could not be processed", "late"),
    "completed_after_cancel": ("Done after cancelling", "late"),
    "ended_meanwhile": ("Ended meanwhile", "risk"),
    "reassigned": ("Reassigned meanwhile", "risk"),
    "answers_differ": ("Two people differ", "risk"),
    "gate_closed": ("Gate was closed", "late"),
    "not_found": ("Not their visit", "late"),
    "invalid_input": ("Does not fit", "late"),
    "unknown_kind": ("Not known here", "late"),
    "photo_lost": ("Photo lost", "risk"),
    "id_taken": ("Number already used", "late"),
    "illegal_move": ("Step not possible", "late"),
}

# The reason for the office, where the phone's sentence speaks of the office.
WHY = {
    "blocked": "It follows an act that was not accepted. Decide that one first.",
    "ended_meanwhile": "The visit had been ended here before this step arrived.",
    "completed_after_cancel": "The visit had been cancelled here, and the work was "
    "done. Carried out, the visit counts as done, with the times of the phone.",
    "reassigned": "The visit was given to somebody else, who has begun. Decide whose "
    "step counts.",
    "answers_differ": "Somebody else answered this safety step differently. Decide "
    "which answer counts; both are kept.",
    "id_taken": "Another person’s act came under the same number before. It was not "
    "counted; decide here, or have it done again.",
    "not_found": "The visit is not this person’s, or does not exist.",
}


@dataclass(frozen=True)
class Filters:
    """What of the inbox is asked for; everything by default."""

    state: str = OPEN
    territory: str = ""
    technician: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Row:
    """One case as the list shows it."""

    case: ReviewCase
    what: str
    said: str
    tag: str
    tone: str
    why: str
    alike: str
    at: datetime | None
    zone: str

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.case.decided_at is None


@dataclass(frozen=True)
class Inbox:
    """One page of the inbox and what stands around it."""

    rows: list[Row]
    waiting: int
    found: int
    kinds: list[tuple[str, str, int]]
    territories: list[Territory]
    technicians: list[Technician]
    pages: int = 1
    page: int = 1
    filters: Filters = field(default_factory=Filters)


def inbox(caller: access.Caller, filters: Filters, *, page: int = 1) -> Inbox:
    """Cases of the territories that the caller may see; a fixed number of queries."""
    seen = access.review_cases_for(caller)
    around = _within(seen, filters)
    kinds = KINDS.get(filters.kind)
    found = around.filter(kinds[1]) if kinds else around
    of_kind = {key: Count("pk", filter=q) for key, (_, q) in KINDS.items()}
    counted = around.aggregate(total=Count("pk"), **of_kind)
    total = counted[filters.kind] if kinds else counted["total"]
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    order = "-decided_at" if filters.state == DECIDED else "created_at"
    cases = with_rows(found).order_by(order, "pk")[(page - 1) * PAGE : page * PAGE]
    return Inbox(
        rows=rows_of(list(cases)),
        waiting=seen.filter(decided_at=None).count(),
        found=total,
        kinds=[(key, word, counted[key]) for key, (word, _) in KINDS.items()],
        territories=list(access.territories_for(caller)),
        technicians=list(access.technicians_for(caller)),
        pages=pages,
        page=page,
        filters=filters,
    )


def with_rows(cases: QuerySet[ReviewCase]) -> QuerySet[ReviewCase]:
    """With everything that a row reads."""
    return cases.select_related(
        "visit__job__site__territory",
        "visit__job__work_type",
        "visit__technician",
        "technician",
        "decided_by",
    )


def rows_of(cases: list[ReviewCase]) -> list[Row]:
    """Cases in words, with the names of parts and steps read once."""
    names = wording_of_acts.names_of(cases)
    return [_row(case, names) for case in cases]


def _row(case: ReviewCase, names: wording_of_acts.Names) -> Row:
    tag, tone = TAGS.get(case.code, ("Not accepted", "late"))
    visit = case.visit
    return Row(
        case=case,
        what=wording_of_acts.headline(case, names),
        said=wording_of_acts.said(case),
        tag=tag,
        tone=tone,
        why=WHY.get(case.code, case.reason),
        alike=f"{case.kind}/{case.code}",
        at=moment(case.payload.get("at")),
        zone=visit.job.site.time_zone if visit else "",
    )


def moment(raw: Any) -> datetime | None:
    """A time of the payload; whatever cannot be read is not known."""
    try:
        return datetime.fromisoformat(str(raw))
    except ValueError:
        return None


def _within(cases: QuerySet[ReviewCase], filters: Filters) -> QuerySet[ReviewCase]:
    found = cases.filter(decided_at__isnull=filters.state != DECIDED)
    if filters.territory:
        here = Territory.objects.filter(code=filters.territory)
        found = found & access.review_cases_in(here)
    if filters.technician:
        found = found.filter(technician=uuid.UUID(filters.technician))
    return found
