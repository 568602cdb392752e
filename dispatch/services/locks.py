"""Locks of a lock-out: off by who put them on, or by a supervisor with a reason."""

from datetime import datetime

from django.db import transaction

from dispatch.errors import GateClosed, InvalidInput, LockHeld, NotFound, NotYourLock
from dispatch.models import ChecklistAnswer, ChecklistItem, ItemKind, User, Visit
from dispatch.queries import gates
from dispatch.queries.answers import answers_of, facts_of, items_of
from dispatch.services import events

LONGEST_REASON = 200
FORCED = "lock.forced_release"
KINDS = frozenset({ItemKind.LOCK, ItemKind.UNLOCK})


def refuse_others(
    items: list[ChecklistItem],
    current: dict[str, ChecklistAnswer],
    item: ChecklistItem,
    *,
    by: User,
) -> None:
    """Nobody takes another's lock off, nor puts their own name to it.

    Raises LockHeld, NotYourLock.
    """
    if item.kind == ItemKind.UNLOCK:
        lock = current.get(item.refers_to)
        if lock is not None and lock.answered_by_id != by.pk:
            raise NotYourLock(
                f"Lock {lock.value} is {lock.answered_by}'s: they take it off, "
                "or a supervisor in the office releases it.",
                lock=lock.value,
                holder=str(lock.answered_by),
            )
    if item.kind == ItemKind.LOCK:
        lock = current.get(item.key)
        is_theirs = lock is not None and lock.answered_by_id != by.pk
        if lock is not None and is_theirs and _is_on(items, current, item):
            raise LockHeld(
                f"Lock {lock.value} of {lock.answered_by} is on “{item.label}”.",
                lock=lock.value,
                holder=str(lock.answered_by),
            )


@transaction.atomic
def force_release(
    visit: Visit, *, item_key: str, reason: str, by: User, at: datetime
) -> ChecklistAnswer:
    """A supervisor in the office takes responsibility for a lock coming off.

    Raises InvalidInput (no reason), NotFound (no such removal), GateClosed (not on).
    """
    why = reason.strip()
    if not 0 < len(why) <= LONGEST_REASON:
        raise InvalidInput(
            f"A forced release needs a reason of 1 to {LONGEST_REASON} letters.",
            field="reason",
        )
    Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    items, current = items_of(visit), answers_of(visit)
    removal = next((x for x in items if x.key == item_key), None)
    if removal is None or removal.kind != ItemKind.UNLOCK:
        raise NotFound(f"This visit has no lock {item_key!r} to release.")
    lock = current.get(removal.refers_to)
    name = next(x for x in items if x.key == removal.refers_to)
    if lock is None or not _is_on(items, current, name):
        raise GateClosed("That lock is not on.", missing=[name.label])
    released = ChecklistAnswer.objects.create(
        visit=visit,
        item=removal,
        value={"forced": why},
        answered_by=by,
        answered_at=max(at, lock.answered_at),
    )
    events.record(
        FORCED,
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
        data={
            "item": removal.key,
            "label": name.label,
            "lock": lock.value,
            "holder": str(lock.answered_by),
            "reason": why,
        },
    )
    return released


def on(visit: Visit) -> list[dict[str, object]]:
    """The locks of a visit that were put on, and how each of them stands."""
    items, current = items_of(visit), answers_of(visit)
    named = {item.key: item for item in items}
    found: list[dict[str, object]] = []
    for removal in items:
        lock = current.get(removal.refers_to)
        if removal.kind != ItemKind.UNLOCK or lock is None:
            continue
        is_on = _is_on(items, current, named[removal.refers_to])
        off = None if is_on else current.get(removal.key)
        forced = off.value.get("forced", "") if off and off.value is not True else ""
        found.append(
            {
                "item": removal.key,
                "label": named[removal.refers_to].label,
                "lock": str(lock.value),
                "holder": str(lock.answered_by),
                "applied_at": lock.answered_at,
                "removed_at": off.answered_at if off else None,
                "removed_by": str(off.answered_by) if off else "",
                "forced_reason": forced,
            }
        )
    return found


def _is_on(
    items: list[ChecklistItem],
    current: dict[str, ChecklistAnswer],
    lock: ChecklistItem,
) -> bool:
    facts = gates.in_force(items, facts_of(current))
    removals = [
        x.key for x in items if x.kind == ItemKind.UNLOCK and x.refers_to == lock.key
    ]
    return lock.key in facts and not any(key in facts for key in removals)
