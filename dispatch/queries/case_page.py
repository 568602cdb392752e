"""One review case whole: both values, all clocks, what hangs on it, and the history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from dispatch.models import (
    CaseAnswer,
    Event,
    ReviewCase,
    SignOff,
    StockItem,
    Visit,
    VisitStatus,
)
from dispatch.queries import access, wording_of_acts
from dispatch.queries.inbox import Row, moment, rows_of, with_rows

LATEST = 12
KIND_WORDS = {
    "visit.noted": "Note",
    "visit.answered": "Checklist answer",
    "part.use": "Part used",
    "part.undo": "Part taken back",
    "part.count": "Stock counted",
    "review.opened": "Laid before the office",
    "review.settled": "Case answered",
    "visit.assigned": "Assigned",
    "signoff.signed": "Signed",
}


class Way(NamedTuple):
    """One way to answer: its button, and what pressing it does."""

    answer: str
    button: str
    does: str


A = CaseAnswer
WAYS = {
    A.APPLY: Way("apply", "Carry it out", "It counts, at the time it was done."),
    A.NOTE: Way("note", "Keep as a note", "The words stay; nothing else changes."),
    A.DISCARD: Way("discard", "Discard", "It does not count. Say why."),
    A.ANSWER: Way("answer", "Send the answer", "The phone shows it at the next sync."),
    A.RECOUNT: Way("recount", "Count again", "Book a count, or ask for one."),
    A.ACCEPT: Way("accept", "Book the difference", "The van stands at zero again."),
}


class Pair(NamedTuple):
    """What the phone said beside what the office has."""

    about: str
    phone: str
    office: str


@dataclass(frozen=True)
class Line:
    """One line of the history."""

    at: datetime
    what: str
    who: str
    more: str


@dataclass(frozen=True)
class CasePage:
    """A case with everything that a decision stands on."""

    row: Row
    pairs: list[Pair]
    history: list[Line]
    ways: list[Way]
    cause: Row | None
    # The end of a cancelled visit: the steps before it are decided with it.
    end: Row | None
    followers: list[Row]
    device: str
    device_at: datetime | None
    skew: str
    suspect: bool


def page(caller: access.Caller, case_id: Any, *, answers: Any) -> CasePage:
    """The case; NotFound for a foreign id. `answers` names the ways that fit it."""
    seen = with_rows(access.review_cases_for(caller))
    case = access.get(seen, case_id)
    payload = case.payload
    history = _history(case)
    on = payload.get("blocked_on")
    causes = list(seen.filter(command_id=on)) if on else []
    waiting = seen.filter(payload__blocked_on=str(case.command_id), decided_at=None)
    ends = _ends(seen, case)
    beside = [*causes, *ends, *waiting.order_by("created_at")[:20]]
    rows = rows_of([case, *beside])
    of = {row.case.pk: row for row in rows}
    return CasePage(
        row=rows[0],
        pairs=_pairs(case, history),
        history=history,
        ways=[WAYS[A(answer)] for answer in answers(case)],
        cause=next((of[row.pk] for row in causes), None),
        end=next((of[row.pk] for row in ends), None),
        followers=rows[1 + len(causes) + len(ends) :],
        device=str(payload.get("device_name") or ""),
        device_at=moment(payload.get("device_at")),
        skew=_skew(int(payload.get("skew_seconds") or 0)),
        suspect=bool(payload.get("time_suspect")),
    )


def _ends(seen: QuerySet[ReviewCase], case: ReviewCase) -> list[ReviewCase]:
    if case.visit is None or case.decided_at or not case.kind.startswith("visit."):
        return []
    found = seen.filter(
        code="completed_after_cancel",
        visit=case.visit,
        technician=case.technician,
        decided_at=None,
    )
    return list(found.exclude(pk=case.pk)[:1])


def _pairs(case: ReviewCase, history: list[Line]) -> list[Pair]:
    phone = wording_of_acts.said(case) or wording_of_acts.headline(case)
    visit = case.visit
    if visit is None:
        meant = case.payload.get("visit") or "none that we know"
        return [Pair("Visit", str(meant), "Not a visit of this person")]
    if case.kind == "checklist.answer":
        return [Pair("Answer", phone, _answer(visit, case))]
    if case.kind.startswith("part."):
        return [Pair("Part", wording_of_acts.headline(case), _stock(case))]
    if case.kind == "signoff.sign":
        return [Pair("Signature", wording_of_acts.headline(case), _signature(visit))]
    if case.kind == "visit.ask_office":
        return [Pair("Asked", phone, _planned(visit))]
    if case.kind == "photo.lost":
        return [Pair("Photo", phone or "No words to it", "Its picture never came")]
    if case.kind == "note.add":
        return [Pair("Note", phone, f"{visit.notes.count()} notes on this visit")]
    return [Pair("Status", wording_of_acts.sentence(case), _status(visit, history))]


def _answer(visit: Visit, case: ReviewCase) -> str:
    key = case.payload.get("args", {}).get("item")
    rows = visit.answers.filter(item__key=key).select_related("answered_by", "item")
    last = rows.order_by("answered_at", "created_at").last()
    if last is None:
        return "No answer yet"
    unit = f" {last.item.unit}" if last.item.unit else ""
    return f"{wording_of_acts.value(last.value)}{unit}, {last.answered_by}"


def _stock(case: ReviewCase) -> str:
    part = str(case.payload.get("args", {}).get("part", ""))
    rows = StockItem.objects.filter(technician=case.technician).select_related("part")
    held = {str(row.part_id): row for row in rows}.get(part)
    if held is None:
        return "None in the van’s books"
    return f"{held.on_hand} in the van now".replace("-", "−")


def _signature(visit: Visit) -> str:
    last: SignOff | None = visit.signoffs.order_by("-signed_at").first()
    return f"Signed by {last.signed_by}" if last else "No signature yet"


def _planned(visit: Visit) -> str:
    who = str(visit.technician) if visit.technician else "Nobody"
    site = visit.job.site
    where = ", ".join(part for part in (site.name, site.address) if part)
    return f"{who}, priority {visit.job.priority}, {where}"


def _status(visit: Visit, history: list[Line]) -> str:
    word = visit.get_status_display()
    last = next((line for line in history if line.what == word), None)
    more = f", {last.who}" if last else ""
    held = f". {visit.technician} has the visit" if visit.technician else ""
    return f"{word}{more}{held}"


def _history(case: ReviewCase) -> list[Line]:
    subject = case.visit_id or case.pk
    rows = Event.objects.filter(subject_id=subject).order_by("-id")[:LATEST]
    return [
        Line(row.at, _what(row.kind), row.actor_label, _more(row.data)) for row in rows
    ]


def _what(kind: str) -> str:
    status = kind.partition(".")[2]
    if kind.startswith("visit.") and status in VisitStatus.values:
        return str(VisitStatus(status).label)
    return KIND_WORDS.get(kind, kind.replace(".", ": ").replace("_", " ").capitalize())


def _more(data: dict[str, Any]) -> str:
    words = data.get("text") or data.get("reason") or data.get("name") or ""
    decision = data.get("decision") or ""
    return ". ".join(str(part).rstrip(".") for part in (words, decision) if part)


def _skew(seconds: int) -> str:
    """How far the device's clock was off, in words; nothing below a minute."""
    minutes = round(abs(seconds) / 60)
    if minutes == 0:
        return ""
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (rest, "min")]
    length = " ".join(f"{count} {unit}" for count, unit in parts if count)
    return f"{length} {'slow' if seconds > 0 else 'fast'}"
