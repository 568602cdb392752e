"""Gates: what a checklist still wants before the next step. Pure, over plain facts.

The field app has the same rules in TypeScript; both read the same example files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

START, WORK, COMPLETE = "start", "work", "complete"
LEAVE, NO_ACCESS = "leave", "no_access"
# Leaving with the work done wants everything but the steps for a closed door.
CONCERNED = {
    START: {START},
    COMPLETE: {START, WORK, COMPLETE, LEAVE},
    LEAVE: {LEAVE},
    NO_ACCESS: {NO_ACCESS},
}


class Item(Protocol):
    """The facts of a checklist line that a gate looks at."""

    key: str
    kind: str
    gate: str
    section: str
    is_safety: bool
    lower: float | None
    upper: float | None
    opens_after: list[str]
    wait_minutes: int | None
    refers_to: str
    only_if: str
    only_if_is: str


class Section(Protocol):
    """The facts of a section that a gate looks at."""

    key: str
    opens_after: list[str]
    in_order: bool
    waits_for_safety: bool


@dataclass(frozen=True)
class Given:
    """The answer that counts: what, when by our clock, and who gave it."""

    value: Any
    at: datetime
    by: str = ""


@dataclass(frozen=True)
class Shut:
    """Why an item may not be answered yet: what comes first, or when it opens."""

    after: list[str] = field(default_factory=list)
    until: datetime | None = None


@dataclass(frozen=True)
class Moment:
    """When somebody looks, and since when they are on site."""

    now: datetime
    arrived: datetime | None = None


Facts = Mapping[str, Given]


def is_satisfied(item: Item, value: Any, *, now: datetime | None = None) -> bool:
    """Whether the answer opens the gate; a safety step must also be good."""
    if value is None or value == "":
        return False
    if item.kind == "tick":
        return value is True
    if item.kind == "yes_no" and item.is_safety:
        return value is True
    if item.kind in ("number", "reading") and item.is_safety:
        return in_limits(item, value)
    if item.kind == "valid_to" and now is not None:
        return datetime.fromisoformat(value) > now
    return True


def in_limits(item: Item, value: float) -> bool:
    """Whether a number lies within the limits of its item, both included."""
    above = item.lower is None or value >= item.lower
    return above and (item.upper is None or value <= item.upper)


def in_force(items: Sequence[Item], given: Facts) -> dict[str, Given]:
    """The answers that still stand.

    A lock that was put on again makes its removal void, and with it every safety step
    after it that is older: zero energy is verified anew.
    """
    facts = dict(given)
    for removal in items:
        lock = facts.get(removal.refers_to) if removal.kind == "unlock" else None
        off = facts.get(removal.key)
        if lock is None or off is None or off.at >= lock.at:
            continue
        del facts[removal.key]
        for item in _after(items, removal.refers_to):
            if _guards(item) and item.kind != "lock" and _is_older(facts, item, lock):
                del facts[item.key]
    return facts


def missing(
    items: Sequence[Item], given: Facts, *, gate: str, now: datetime | None = None
) -> list[str]:
    """Keys that keep the gate closed; a lock that is not on needs no removal.

    `now` matters to the start alone: a permit that ran out later undoes no work.
    """
    facts = in_force(items, given)
    at = now if gate == START else None
    return [
        item.key
        for item in items
        if item.gate in CONCERNED[gate]
        and applies(item, facts)
        and not (item.kind == "unlock" and item.refers_to not in facts)
        and not _is_done(item, facts, now=at)
    ]


def applies(item: Item, facts: Facts) -> bool:
    """Whether the item is asked at all, or hangs on another answer than was given."""
    found = facts.get(item.only_if)
    if not item.only_if or found is None:
        return not item.only_if
    value = found.value.get("outcome") if isinstance(found.value, dict) else found.value
    word = ("no", "yes")[value] if isinstance(value, bool) else value
    return bool(word == item.only_if_is)


def shut(
    items: Sequence[Item],
    sections: Sequence[Section],
    given: Facts,
    moment: Moment,
) -> dict[str, Shut]:
    """What may not be answered yet, and why, in the order of the list."""
    facts = in_force(items, given)
    named = {section.key: section for section in sections}
    found: dict[str, Shut] = {}
    for item in items:
        why = _why(item, items, named, facts, moment)
        if why is not None:
            found[item.key] = why
    return found


def _why(
    item: Item,
    items: Sequence[Item],
    sections: Mapping[str, Section],
    facts: Facts,
    moment: Moment,
) -> Shut | None:
    section = sections.get(item.section)
    after = _safety_first(item, items, section, facts, now=moment.now)
    if not applies(item, facts):
        after.append(item.only_if)
    if item.kind == "unlock" and item.refers_to not in facts:
        after.append(item.refers_to)
    if section is not None and section.in_order:
        before = _required(items, section.key, until=item.key)
        after += [x.key for x in before if not _is_done(x, facts)][:1]
    wanted = [*(section.opens_after if section else []), *item.opens_after]
    for key in wanted:
        of = [x for x in items if x.key == key] or list(_required(items, key))
        after += [x.key for x in of if not _is_done(x, facts)]
    after = [key for key in dict.fromkeys(after) if key != item.key]
    if after:
        return Shut(after=after)
    return _waiting(item, facts, moment)


def _safety_first(
    item: Item,
    items: Sequence[Item],
    section: Section | None,
    facts: Facts,
    *,
    now: datetime,
) -> list[str]:
    """Safety steps open one by one; all work waits for them, and for every lock."""
    guards = [x for x in items if _guards(x)]
    if _guards(item):
        if not item.is_safety:
            return []
        earlier = [x for x in guards[: guards.index(item)] if x.is_safety]
        return [x.key for x in earlier if not _is_done(x, facts, now=now)][:1]
    waits = section is None or section.waits_for_safety
    if not waits or item.kind == "unlock" or item.gate not in ("", COMPLETE):
        return []
    off = {x.refers_to for x in items if x.kind == "unlock" and x.key in facts}
    return [x.key for x in guards if x.key in off or not _is_done(x, facts, now=now)]


def _waiting(item: Item, facts: Facts, moment: Moment) -> Shut | None:
    if item.wait_minutes is None:
        return None
    begun = [facts[key].at for key in item.opens_after if key in facts]
    if not begun and moment.arrived is not None:
        begun = [moment.arrived]
    if not begun:
        return Shut()
    until = max(begun) + timedelta(minutes=item.wait_minutes)
    return Shut(until=until) if moment.now < until else None


def _guards(item: Item) -> bool:
    """Whether work steps wait for this item."""
    return item.gate == WORK or (item.is_safety and item.gate == START)


def _is_done(item: Item, facts: Facts, *, now: datetime | None = None) -> bool:
    if not applies(item, facts):
        return True
    found = facts.get(item.key)
    return found is not None and is_satisfied(item, found.value, now=now)


def _required(items: Sequence[Item], section: str, *, until: str = "") -> list[Item]:
    """Items of a section that a gate wants, those before `until` if it is named."""
    of = [x for x in items if x.section == section]
    keys = [x.key for x in of]
    end = keys.index(until) if until in keys else len(of)
    return [x for x in of[:end] if x.gate]


def _after(items: Sequence[Item], key: str) -> list[Item]:
    keys = [item.key for item in items]
    return list(items[keys.index(key) + 1 :]) if key in keys else []


def _is_older(facts: Facts, item: Item, lock: Given) -> bool:
    found = facts.get(item.key)
    return found is not None and found.at < lock.at
