"""Checklists as an admin writes them: drafts, what is wrong with one, publishing."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import (
    ChecklistItem,
    ChecklistSection,
    ChecklistTemplate,
    ItemKind,
    User,
    WorkType,
)
from dispatch.queries.answers import lines_of
from dispatch.services import events

NUMBERS = (ItemKind.NUMBER, ItemKind.READING)
# What `refers_to` may name, by the kind of the item that has it.
REFERS_TO = {
    ItemKind.UNLOCK: ItemKind.LOCK,
    ItemKind.TIME: ItemKind.TIME,
    ItemKind.SCAN: ItemKind.SCAN,
}


@transaction.atomic
def publish(template: ChecklistTemplate, *, by: User, at: datetime) -> None:
    """From here on the version never changes; work that used an older one uses it.

    Visits that have begun keep theirs. Raises InvalidInput that names what is wrong.
    """
    row = ChecklistTemplate.objects.select_for_update().get(pk=template.pk)
    if row.published_at is not None:
        raise InvalidInput(f"{row} is published already.", field="version")
    wrong = list(problems(row))
    if wrong:
        raise InvalidInput(" ".join(wrong), problems=wrong)
    row.published_at = template.published_at = at
    row.save(update_fields=["published_at"])
    older = WorkType.objects.filter(
        checklist__code=row.code, checklist__version__lt=row.version
    )
    moved = older.update(checklist=row)
    events.record(
        "checklist.published",
        subject=row,
        by=by,
        at=at,
        data={"what": str(row), "kinds_of_work": moved},
    )


@transaction.atomic
def new_draft(template: ChecklistTemplate) -> ChecklistTemplate:
    """The draft of the next version: one that is being written, else a copy."""
    newest = ChecklistTemplate.objects.filter(code=template.code).order_by("-version")
    last = newest.first() or template
    if last.published_at is None:
        return last
    copy = ChecklistTemplate.objects.create(
        code=template.code, version=last.version + 1, name=template.name
    )
    for rows in (template.sections.all(), template.items.all()):
        for row in rows:
            row.pk, row.template, row._state.adding = None, copy, True
            row.id = row._meta.pk.get_default()
            row.save(force_insert=True)
    return copy


def problems(template: ChecklistTemplate) -> Iterator[str]:
    """What keeps a draft from being published, each naming its item."""
    items, sections = lines_of(template), list(template.sections.all())
    if not items:
        yield "The list is empty: add its first item."
    names = {row.key for row in sections}
    yield from (f"“{x.title}” has no items." for x in sections if not _of(items, x))
    doubles = names & {item.key for item in items}
    yield from (f"{key!r} is the key of a section and of an item." for key in doubles)
    for section in sections:
        yield from _unknown(section.title, section.opens_after, items, names)
    for item in items:
        if item.section and item.section not in names:
            yield f"“{item.label}” is in a section {item.section!r} that is not there."
        yield from _unknown(item.label, item.opens_after, items, names)
        yield from _of_kind(item)
        yield from _references(item, items)
    yield from _circles(items, sections)


def _of(items: list[ChecklistItem], section: ChecklistSection) -> list[ChecklistItem]:
    return [item for item in items if item.section == section.key]


def _unknown(
    name: str, keys: object, items: list[ChecklistItem], sections: set[str]
) -> Iterator[str]:
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        yield f"“{name}” opens after something that is not a list of keys."
        return
    known = sections | {item.key for item in items}
    for key in keys:
        if key not in known:
            yield f"“{name}” opens after {key!r}, which is not in the list."


def _of_kind(item: ChecklistItem) -> Iterator[str]:
    is_list = isinstance(item.options, list)
    if not is_list or not all(isinstance(x, str) and x.strip() for x in item.options):
        yield f"“{item.label}” needs its options as words, one by one."
    elif item.kind == ItemKind.CHOICE and len(set(item.options)) < 2:
        yield f"“{item.label}” needs at least two different options."
    for low, high, what in (
        (item.lower, item.upper, "limits"),
        (item.normal_lower, item.normal_upper, "normal range"),
    ):
        if low is not None and high is not None and low > high:
            yield f"“{item.label}”: the lower end of its {what} is above the upper."
        if (low is not None or high is not None) and item.kind not in NUMBERS:
            yield f"“{item.label}” is no number, so it has no {what}."
    unlimited = item.lower is None and item.upper is None
    if item.kind in NUMBERS and item.is_safety and unlimited:
        yield f"“{item.label}” is a safety reading and needs a limit."


def _references(item: ChecklistItem, items: list[ChecklistItem]) -> Iterator[str]:
    named = {row.key: row for row in items}
    if item.kind == ItemKind.UNLOCK and not item.refers_to:
        yield f"“{item.label}” must name the lock that it removes."
    if item.refers_to:
        other, wanted = named.get(item.refers_to), REFERS_TO.get(ItemKind(item.kind))
        if wanted is None:
            yield f"“{item.label}” refers to another item, which its kind does not."
        elif other is None or other.kind != wanted:
            yield (
                f"“{item.label}” refers to {item.refers_to!r}, "
                f"which is no “{wanted.label.lower()}”."
            )
    if item.only_if and item.only_if not in named:
        yield f"“{item.label}” is asked after {item.only_if!r}, which is not there."
    if item.only_if and not item.only_if_is:
        yield f"“{item.label}” must say which answer it is asked after."


def _circles(
    items: list[ChecklistItem], sections: list[ChecklistSection]
) -> Iterator[str]:
    """Items that wait for each other would never open."""
    of_section = {row.key: [x.key for x in _of(items, row)] for row in sections}
    waits_of = {row.key: row.opens_after for row in sections}

    def before(item: ChecklistItem) -> set[str]:
        wanted = [*item.opens_after, *waits_of.get(item.section, []), item.only_if]
        keys = {key for name in wanted if name for key in of_section.get(name, [name])}
        return keys | ({item.refers_to} if item.kind == ItemKind.UNLOCK else set())

    direct = {item.key: before(item) for item in items}
    for item in items:
        seen: set[str] = set()
        left = set(direct[item.key])
        while left:
            key = left.pop()
            if key not in seen:
                seen.add(key)
                left |= direct.get(key, set())
        if item.key in seen:
            yield f"“{item.label}” waits for itself: look at what opens after what."
