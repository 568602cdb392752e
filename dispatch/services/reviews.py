"""Review cases: acts from devices that a person in the office must look at."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from dispatch.models import (
    CaseAnswer,
    ReviewCase,
    Technician,
    Territory,
    User,
    Visit,
)
from dispatch.services import events

A = CaseAnswer
QUESTION, STOCK = "question", "stock_negative"
# How a case may be answered: a question by words, stock below zero by a count.
WAYS_OF_QUESTIONS: tuple[str, ...] = (A.ANSWER, A.NOTE, A.DISCARD)
WAYS: dict[str, tuple[str, ...]] = {
    QUESTION: WAYS_OF_QUESTIONS,
    STOCK: (A.RECOUNT, A.ACCEPT),
    # The list was put right already: the office only says what it makes of it.
    **dict.fromkeys(
        ("stock_counted", "transfer_differs", "serial_twice", "photo_lost"),
        WAYS_OF_QUESTIONS,
    ),
}
WAYS_OF_ACTS = (A.APPLY, A.NOTE, A.DISCARD)


@transaction.atomic
def open_case(
    *,
    visit: Visit | None,
    command_id: uuid.UUID,
    kind: str,
    payload: dict[str, Any],
    code: str,
    reason: str,
    by: User,
    at: datetime,
    technician: Technician | None = None,
) -> ReviewCase:
    """Lay an act before the office, with a copy of what was sent; once per command."""
    case, is_new = ReviewCase.objects.get_or_create(
        command_id=command_id,
        defaults={
            "visit": visit,
            "technician": technician or Technician.objects.filter(user=by).first(),
            "kind": kind,
            "payload": payload,
            "code": code,
            "reason": reason[:300],
        },
    )
    if is_new:
        _record(case, "review.opened", by=by, at=at)
    return case


@transaction.atomic
def settle(command_id: uuid.UUID, *, decision: str, by: User, at: datetime) -> None:
    """The technician dealt with their own refused act; an open case closes."""
    named = Q(command_id=command_id) | Q(payload__sent_id=str(command_id))
    mine = ReviewCase.objects.filter(named, decided_at=None, technician__user=by)
    case = mine.select_for_update(of=("self",)).first()
    if case is not None:
        close(case, answer=A.AUTHOR, decision=decision, by=by, at=at)


def ways(case: ReviewCase) -> tuple[str, ...]:
    """The answers that fit this case."""
    if case.code == STOCK and case.technician is None:
        # A warehouse is counted by nobody's phone.
        return WAYS_OF_QUESTIONS
    return WAYS.get(case.code, WAYS_OF_ACTS)


def carried_out(command_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these refused acts the office has carried out since."""
    found = ReviewCase.objects.filter(command_id__in=command_ids, answer=A.APPLY)
    return set(found.values_list("command_id", flat=True))


def unanswered(command_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these acts still wait for an answer of anybody."""
    found = ReviewCase.objects.filter(command_id__in=command_ids, decided_at=None)
    return set(found.values_list("command_id", flat=True))


def close(
    case: ReviewCase, *, answer: str, decision: str, by: User, at: datetime
) -> None:
    """Write the answer down and tell board and device; the row must be locked."""
    case.decided_at, case.decided_by = at, by
    case.answer, case.decision = answer, decision.strip()[:300]
    case.save(update_fields=["decided_at", "decided_by", "answer", "decision"])
    _record(case, "review.settled", by=by, at=at)


def _record(case: ReviewCase, kind: str, *, by: User, at: datetime) -> None:
    events.record(
        kind,
        subject=case.visit or case,
        by=by,
        at=at,
        territory=_territory(case),
        data={
            "case": str(case.pk),
            "code": case.code,
            "reason": case.reason,
            "answer": case.answer,
            "decision": case.decision,
        },
    )


def _territory(case: ReviewCase) -> Territory | None:
    """Where the case is shown: at its visit, else where its author works."""
    if case.visit:
        return case.visit.job.site.territory
    return case.technician.territories.first() if case.technician else None
