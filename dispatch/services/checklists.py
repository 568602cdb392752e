"""Checklist answers: checked, kept for ever, and read by the gates of a visit."""

import math
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import AnswersDiffer, GateClosed, InvalidInput
from dispatch.models import ChecklistAnswer, ChecklistItem, ItemKind, User, Visit
from dispatch.queries import gates
from dispatch.queries.answers import (
    answers_of,
    is_out_of_limits,
    items_of,
    values_of,
)
from dispatch.services import events

__all__ = ["answer", "answers_of", "items_of", "missing", "values_of"]
LONGEST_TEXT = 2000


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
) -> ChecklistAnswer:
    """Keep one answer; the last by time counts, all stay.

    A number outside its limits is kept and flagged. Raises InvalidInput, GateClosed,
    and AnswersDiffer unless the office has `decided`.
    """
    Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    known = ChecklistAnswer.objects.filter(command_id=command_id).first()
    if command_id is not None and known is not None:
        return known
    items = items_of(visit)
    item = _item(items, item_key)
    clean = _checked(item, value)
    current = answers_of(visit)
    _refuse_locked(items, current, item)
    if not decided:
        _refuse_difference(current, item, value=clean, by=by)
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


def missing(visit: Visit, *, gate: str) -> list[str]:
    """Labels of what keeps `gate` ("start" or "complete") closed."""
    items = items_of(visit)
    labels = {item.key: item.label for item in items}
    keys = gates.missing(items, values_of(visit), gate=gate)
    return [labels[key] for key in keys]


def _item(items: list[ChecklistItem], key: str) -> ChecklistItem:
    found = next((item for item in items if item.key == key), None)
    if found is None:
        raise InvalidInput(f"This visit's checklist has no step {key!r}.", item=key)
    return found


def _checked(item: ChecklistItem, value: Any) -> Any:
    if item.kind in (ItemKind.TICK, ItemKind.YES_NO):
        fits, wanted = isinstance(value, bool), "yes or no"
    elif item.kind == ItemKind.NUMBER:
        fits, wanted = _is_number(value), "a number"
    elif item.kind == ItemKind.CHOICE:
        fits, wanted = value in item.options, "one of " + ", ".join(item.options)
    else:
        fits, wanted = _is_text(value), f"a text of 1 to {LONGEST_TEXT} letters"
    if not fits:
        raise InvalidInput(f"“{item.label}” wants {wanted}.", item=item.key)
    return value.strip() if isinstance(value, str) else value


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # Beyond these, JavaScript and Python would spell the number differently.
    return math.isfinite(value) and (value == 0 or 1e-6 <= abs(value) < 1e15)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_TEXT


def _refuse_locked(
    items: list[ChecklistItem],
    current: dict[str, ChecklistAnswer],
    item: ChecklistItem,
) -> None:
    values = {key: row.value for key, row in current.items()}
    if item.key not in gates.locked(items, values):
        return
    open_key = gates.missing(items, values, gate=gates.START)[0]
    first = next(line.label for line in items if line.key == open_key)
    raise GateClosed(f"“{first}” comes before “{item.label}”.", missing=[first])


def _refuse_difference(
    current: dict[str, ChecklistAnswer],
    item: ChecklistItem,
    *,
    value: Any,
    by: User,
) -> None:
    other = current.get(item.key)
    if not item.is_safety or other is None or other.answered_by_id == by.pk:
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
    events.record(
        "visit.answered",
        subject=kept.visit,
        by=by,
        at=at,
        territory=kept.visit.job.site.territory,
        data={
            "item": item.key,
            "label": item.label,
            "value": kept.value,
            "out_of_limits": is_out_of_limits(item, kept.value),
        },
    )
