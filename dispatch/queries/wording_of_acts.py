"""Acts of the phone in plain words, for people who never see the protocol."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dispatch.models import ChecklistItem, Part, ReviewCase

STEPS = {
    "visit.acknowledge": "Acknowledged the visit",
    "visit.en_route": "Set out for the site",
    "visit.turn_back": "Turned back",
    "visit.arrive": "Arrived on site",
    "visit.start": "Started work",
    "visit.pause": "Paused work",
    "visit.resume": "Went on with the work",
    "visit.complete": "Completed the visit",
    "visit.cannot_complete": "Could not complete the visit",
    "visit.no_access": "Found no access",
    "visit.ask_office": "Asked the office",
    "note.add": "Wrote a note",
    "photo.lost": "A photo whose picture is lost",
    "act.discard": "Let a refused act go",
}
TOPICS = {
    "window": "about the time",
    "assignee": "about who comes",
    "priority": "about the priority",
    "address": "about the address",
    "sla": "about the due time",
}
SAID = ("body", "text", "note", "reason", "caption")
# What is told in its own words, or is no news to a reader.
TOLD = {*SAID, "part", "quantity", "serial", "item", "value", "replaces", "topic"}
TOLD |= {"media", "content", "content_hash", "svg", "signed_by", "method", "place"}


@dataclass(frozen=True)
class Names:
    """What parts and checklist steps are called, read once for many cases."""

    parts: dict[str, str] = field(default_factory=dict)
    steps: dict[tuple[Any, str], str] = field(default_factory=dict)


def names_of(cases: Iterable[ReviewCase]) -> Names:
    """The names that these cases need."""
    rows = list(cases)
    parts = {str(_args(row).get("part", "")) for row in rows} - {""}
    lists = {_checklist(row) for row in rows if "item" in _args(row)} - {None}
    known = Part.objects.in_bulk([pk for pk in parts if _is_id(pk)]) if parts else {}
    items = ChecklistItem.objects.filter(template__in=lists) if lists else ()
    return Names(
        parts={str(pk): part.name for pk, part in known.items()},
        steps={(item.template_id, item.key): item.label for item in items},
    )


def headline(case: ReviewCase, names: Names | None = None) -> str:
    """What was done, in a few words without a full stop."""
    names = names or names_of([case])
    args = _args(case)
    if case.kind in ("part.use", "part.undo"):
        part = names.parts.get(str(args.get("part")), "an unknown part")
        verb = "Used" if case.kind == "part.use" else "Took back"
        # A list that is wrong says what was found, not how many were used.
        count = f"{args['quantity']} × " if "quantity" in args else ""
        return f"{verb} {count}{part}"
    if case.kind == "checklist.answer":
        key = str(args.get("item", "?"))
        return f"Answered: {names.steps.get((_checklist(case), key), key)}"
    if case.kind == "signoff.sign":
        return f"Signed by {args.get('signed_by') or 'nobody'}"
    if case.kind == "visit.ask_office":
        return f"Asked the office {TOPICS.get(str(args.get('topic')), '')}".strip()
    return STEPS.get(case.kind) or case.kind.replace(".", " ").replace("_", " ")


def said(case: ReviewCase) -> str:
    """What goes with it: a value, a serial number, words, or fields new to us."""
    args = _args(case)
    lines = [value(args["value"])] if "value" in args else []
    if args.get("serial"):
        lines.append(f"serial {args['serial']}")
    lines += [str(args[key]) for key in SAID if args.get(key)]
    rest = {key: args[key] for key in args if key not in TOLD}
    lines += [f"{key.replace('_', ' ')} {value(rest[key])}" for key in sorted(rest)]
    return ", ".join(lines)[:1000]


def sentence(case: ReviewCase, names: Names | None = None) -> str:
    """Headline and content, closed with a full stop."""
    more = said(case)
    return f"{headline(case, names)}{f': {more}' if more else ''}".rstrip(".") + "."


def value(raw: Any) -> str:
    """Yes and no, numbers and text as people write them."""
    if isinstance(raw, bool):
        return "Yes" if raw else "No"
    return str(raw)


def _args(case: ReviewCase) -> dict[str, Any]:
    args = case.payload.get("args")
    return args if isinstance(args, dict) else {}


def _checklist(case: ReviewCase) -> Any:
    return case.visit.job.work_type.checklist_id if case.visit else None


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4
