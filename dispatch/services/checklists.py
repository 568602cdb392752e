"""Checklist answers: checked, kept for ever, and read by the gates of a visit."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import AnswersDiffer, GateClosed, InvalidInput
from dispatch.models import (
    ChecklistAnswer,
    ChecklistItem,
    ChecklistTemplate,
    User,
    Visit,
)
from dispatch.queries import gates
from dispatch.queries.answers import (
    answers_of,
    facts_of,
    is_out_of_limits,
    is_unusual,
    items_of,
    sections_of,
    template_of,
    values_of,
)
from dispatch.services import events, locks
from dispatch.services.checklist_values import checked

__all__ = ["answer", "answers_of", "items_of", "missing", "values_of"]


@transaction.atomic
def answer(
    visit: Visit,
    *,
    item_key: str,
    value: Any,
    by: User,
    at: datetime,
    command_id: uuid.UUID | None = None,
    decided: bool = False,
    shown: str = "",
) -> ChecklistAnswer:
    """Keep one answer; the last by time counts, all stay.

    `shown` is the version of the list that the person looked at. A number outside its
    limits is kept and flagged. Raises InvalidInput, GateClosed, LockHeld, NotYourLock,
    and AnswersDiffer unless the office has `decided`.
    """
    rows = Visit.objects.select_for_update(of=("self",))
    row = rows.select_related("checklist", "job__work_type__checklist").get(pk=visit.pk)
    known = ChecklistAnswer.objects.filter(command_id=command_id).first()
    if command_id is not None and known is not None:
        return known
    visit.checklist = _begun_with(row, shown=shown)
    items = items_of(row)
    item = _item(items, item_key)
    current = answers_of(row)
    facts = gates.in_force(items, facts_of(current))
    clean = checked(item, value, facts)
    _refuse_shut(row, items, facts, item, at=at)
    locks.refuse_others(items, current, item, by=by)
    if not decided and item.key in facts:
        _refuse_difference(current[item.key], item, value=clean, by=by)
    kept = ChecklistAnswer.objects.create(
        visit=visit,
        item=item,
        value=clean,
        answered_by=by,
        answered_at=at,
        command_id=command_id,
    )
    _record(kept, by=by, at=at)
    return kept


def missing(visit: Visit, *, gate: str, at: datetime | None = None) -> list[str]:
    """Labels of what keeps `gate` closed."""
    items = items_of(visit)
    labels = {item.key: item.label for item in items}
    facts = facts_of(answers_of(visit))
    return [labels[key] for key in gates.missing(items, facts, gate=gate, now=at)]


def begin(visit: Visit) -> None:
    """Work begins: from here on this version of the list is the visit's."""
    if visit.checklist_id is None:
        visit.checklist = visit.job.work_type.checklist


def _begun_with(visit: Visit, *, shown: str) -> ChecklistTemplate | None:
    """The first answer says which version was looked at: offline it may be the last.

    A version that was never published for this work is not believed.
    """
    chosen = template_of(visit)
    if chosen is None or visit.answers.exists():
        begin(visit)
    else:
        named = ChecklistTemplate.objects.filter(
            pk__in=[shown] if shown else [],
            code=chosen.code,
            published_at__isnull=False,
        )
        visit.checklist = named.first() or chosen
    visit.save(update_fields=["checklist"])
    return visit.checklist


def _item(items: list[ChecklistItem], key: str) -> ChecklistItem:
    found = next((item for item in items if item.key == key), None)
    if found is None:
        raise InvalidInput(f"This visit's checklist has no step {key!r}.", item=key)
    return found


def _refuse_shut(
    visit: Visit,
    items: list[ChecklistItem],
    facts: gates.Facts,
    item: ChecklistItem,
    *,
    at: datetime,
) -> None:
    moment = gates.Moment(at, visit.actual_start)
    why = gates.shut(items, sections_of(visit), facts, moment).get(item.key)
    if why is None:
        return
    first = [line.label for line in items if line.key in why.after[:1]]
    if first:
        raise GateClosed(f"“{first[0]}” comes before “{item.label}”.", missing=first)
    when = f" It opens at {why.until:%H:%M} UTC." if why.until else ""
    raise GateClosed(f"It is too early for “{item.label}”.{when}", missing=[item.label])


def _refuse_difference(
    other: ChecklistAnswer,
    item: ChecklistItem,
    *,
    value: Any,
    by: User,
) -> None:
    # Whose lock it is has rules of its own.
    matters = item.is_safety or item.is_clinical
    if not matters or item.kind in locks.KINDS or other.answered_by_id == by.pk:
        return
    if other.value != value:
        raise AnswersDiffer(
            f"{other.answered_by} answered “{item.label}” differently. "
            "The office decides which counts.",
            item=item.key,
            theirs=other.value,
            yours=value,
        )


def _record(kept: ChecklistAnswer, *, by: User, at: datetime) -> None:
    item = kept.item
    value = kept.value
    if isinstance(value, dict):
        # Strokes are no news; the answer itself keeps them.
        value = {key: text for key, text in value.items() if key != "svg"}
    events.record(
        "visit.answered",
        subject=kept.visit,
        by=by,
        at=at,
        territory=kept.visit.job.site.territory,
        data={
            "item": item.key,
            "label": item.label,
            "value": value,
            "out_of_limits": is_out_of_limits(item, kept.value),
            "unusual": is_unusual(item, kept.value),
        },
    )
