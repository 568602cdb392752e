"""The office's answer to a review case: carry it out, keep it as a note, drop it."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import CaseClosed, DomainError, InvalidInput
from dispatch.models import CaseAnswer, ReviewCase, User, Visit
from dispatch.queries import access, wording_of_acts
from dispatch.services import (
    acts,
    after_cancel,
    discrepancies,
    notes,
    reviews,
    van_acts,
)

A = CaseAnswer
# What a technician must be told in words.
NEEDS_WORDS = {
    A.DISCARD: "Discarding an act needs a reason.",
    A.ANSWER: "Write the answer: the technician reads it on the phone.",
}
NOBODY_S = (
    "There is no visit of this person to carry it out on. Discard it, and write down "
    "what counts."
)
UNREADABLE = "This act cannot be carried out as it was sent. Keep it as a note."


@dataclass(frozen=True)
class Said:
    """What the office says to a case, and who says it."""

    answer: str
    reason: str
    by: User
    at: datetime
    counted: int | None = None


@dataclass(frozen=True)
class Refused:
    """A case of several that stays open, and why."""

    case: ReviewCase
    why: str


@transaction.atomic
def decide(
    case: ReviewCase,
    *,
    decision: str,
    reason: str,
    by: User,
    at: datetime,
    counted: int | None = None,
) -> ReviewCase:
    """Answer a case; the technician's device hears of it with its next pull.

    Raises CaseClosed, InvalidInput, and whatever the act itself meets when applied.
    """
    rows = ReviewCase.objects.select_for_update(of=("self",))
    row = rows.select_related("decided_by", "technician").get(pk=case.pk)
    if row.decided_at is not None:
        raise already(row)
    if decision not in reviews.ways(row):
        fitting = ", ".join(reviews.ways(row))
        raise InvalidInput(f"Decide one of: {fitting}.", field="decision")
    if decision in NEEDS_WORDS and not reason.strip():
        raise InvalidInput(NEEDS_WORDS[A(decision)], field="reason")
    said = Said(decision, reason.strip(), by, at, counted)
    HANDLERS[decision](row, said)
    row.refresh_from_db()
    return row


def decide_alike(
    cases: Iterable[ReviewCase], *, decision: str, reason: str, by: User, at: datetime
) -> list[Refused]:
    """One answer to several cases of the same kind and cause, in the order of the acts.

    Each stands for itself: those that cannot be answered so stay open, with the reason.
    Raises InvalidInput when they are not alike.
    """
    rows = sorted(cases, key=lambda row: str(row.payload.get("at", "")))
    if len({(row.kind, row.code) for row in rows}) > 1:
        raise InvalidInput(
            "These cases are not alike: decide together only what is the same act "
            "with the same cause.",
            field="cases",
        )
    refused = []
    for row in rows:
        try:
            decide(row, decision=decision, reason=reason, by=by, at=at)
        except DomainError as error:
            refused.append(Refused(row, error.message))
    return refused


def already(case: ReviewCase) -> CaseClosed:
    """Somebody was quicker: who, and what they said."""
    who = case.decided_by or "The office"
    word = case.get_answer_display().lower() or "decided"
    words = f", “{case.decision}”" if case.decision else ""
    return CaseClosed(
        f"{who} has answered this case already: {word}{words}. "
        "Nothing of yours was saved.",
        answer=case.answer,
        decision=case.decision,
        decided_at=case.decided_at.isoformat() if case.decided_at else None,
    )


def _apply(case: ReviewCase, said: Said) -> None:
    author = case.technician.user if case.technician else None
    if author is None:
        raise InvalidInput(NOBODY_S, field="decision")
    if case.payload.get("unreadable"):
        raise InvalidInput(UNREADABLE, field="decision")
    try:
        _perform(case, said, author=author)
    except (KeyError, TypeError, ValueError) as error:
        # The act was refused because it cannot be read; it still cannot.
        raise InvalidInput(UNREADABLE, field="decision") from error
    _close(case, said)


def _perform(case: ReviewCase, said: Said, *, author: User) -> None:
    """As it was sent: on its visit, or at the van of who sent it."""
    facts: dict[str, Any] = {
        "kind": case.kind,
        "args": case.payload.get("args", {}),
        "by": author,
        "at": datetime.fromisoformat(case.payload["at"]),
        "received_at": said.at,
        "command_id": case.command_id,
    }
    if case.kind in van_acts.HANDLERS and case.technician is not None:
        act = van_acts.VanAct(technician=case.technician, visit=case.visit, **facts)
        van_acts.perform(act)
        return
    if case.visit is None:
        raise InvalidInput(NOBODY_S, field="decision")
    one = acts.Act(visit=case.visit, decided=True, **facts)
    if after_cancel.is_one(one):
        after_cancel.count_it(case, one, by=said.by, at=said.at)
    else:
        acts.perform(one)


def _keep_as_note(case: ReviewCase, said: Said) -> None:
    visit = case.visit or _visit_meant(case, by=said.by)
    if visit is None:
        raise InvalidInput("There is no visit to keep a note on.", field="decision")
    author = case.technician or "A device"
    what = wording_of_acts.sentence(case)
    body = f"{author} sent: {what} Not carried out: {case.reason} {said.reason}"
    notes.add(visit, body=body[: notes.LONGEST], by=said.by, at=said.at)
    _close(case, said)


def _visit_meant(case: ReviewCase, *, by: User) -> Visit | None:
    """The visit that the act named, if this person may write on it."""
    try:
        meant = uuid.UUID(str(case.payload.get("visit")))
    except ValueError:
        return None
    return access.visits_for(by).filter(pk=meant).first()


def _close(case: ReviewCase, said: Said) -> None:
    reviews.close(
        case, answer=said.answer, decision=said.reason, by=said.by, at=said.at
    )


def _recount(case: ReviewCase, said: Said) -> None:
    discrepancies.recount(
        case, counted=said.counted, reason=said.reason, by=said.by, at=said.at
    )


def _accept(case: ReviewCase, said: Said) -> None:
    discrepancies.accept(case, reason=said.reason, by=said.by, at=said.at)


HANDLERS: dict[str, Callable[[ReviewCase, Said], None]] = {
    A.APPLY: _apply,
    A.NOTE: _keep_as_note,
    A.DISCARD: _close,
    A.ANSWER: _close,
    A.RECOUNT: _recount,
    A.ACCEPT: _accept,
}
