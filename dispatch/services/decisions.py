"""The office's answer to a review case: carry it out, keep it as a note, drop it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import CaseClosed, InvalidInput
from dispatch.models import ReviewCase, User
from dispatch.services import acts, notes, reviews, van_acts

APPLY, NOTE, DISCARD = "apply", "note", "discard"


@transaction.atomic
def decide(
    case: ReviewCase, *, decision: str, reason: str, by: User, at: datetime
) -> ReviewCase:
    """Answer a case; the technician's device hears of it with its next pull.

    Raises CaseClosed, InvalidInput, and whatever the act itself meets when applied.
    """
    row = ReviewCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if row.decided_at is not None:
        raise CaseClosed(decision=row.decision)
    if decision == APPLY:
        _apply(row, at=at)
    elif decision == NOTE:
        _keep_as_note(row, by=by, at=at)
    elif decision != DISCARD:
        raise InvalidInput("Decide: apply, note or discard.", field="decision")
    elif not reason.strip():
        raise InvalidInput("Discarding an act needs a reason.", field="reason")
    row.decided_at = at
    row.decision = f"{decision}: {reason}".strip(": ")[:40]
    row.save(update_fields=["decided_at", "decision"])
    reviews.announce(row, by=by, at=at)
    return row


def _apply(case: ReviewCase, *, at: datetime) -> None:
    author = case.technician.user if case.technician else None
    # A question or a count is answered, not carried out.
    if author is None or case.code in reviews.ONLY_READ:
        return
    try:
        _perform(case, author=author, at=at)
    except (KeyError, TypeError, ValueError) as error:
        # The act was refused because it cannot be read; it still cannot.
        raise InvalidInput(
            "This act cannot be carried out as it was sent. Keep it as a note.",
            field="decision",
        ) from error


def _perform(case: ReviewCase, *, author: User, at: datetime) -> None:
    """As it was sent: on its visit, or at the van of who sent it."""
    facts: dict[str, Any] = {
        "kind": case.kind,
        "args": case.payload.get("args", {}),
        "by": author,
        "at": datetime.fromisoformat(case.payload["at"]),
        "received_at": at,
        "command_id": case.command_id,
    }
    if case.kind in van_acts.HANDLERS and case.technician is not None:
        act = van_acts.VanAct(technician=case.technician, visit=case.visit, **facts)
        van_acts.perform(act)
    elif case.visit is not None:
        acts.perform(acts.Act(visit=case.visit, decided=True, **facts))


def _keep_as_note(case: ReviewCase, *, by: User, at: datetime) -> None:
    if case.visit is None:
        raise InvalidInput("There is no visit to keep a note on.", field="decision")
    author = case.technician or "A device"
    body = f"{author} sent “{case.kind}”: {case.payload.get('args', {})}. {case.reason}"
    notes.add(case.visit, body=body[: notes.LONGEST], by=by, at=at)
