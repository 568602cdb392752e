"""What an answer may look like, by the kind of its item."""

import math
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from dispatch.errors import InvalidInput
from dispatch.models import ChecklistItem, ItemKind
from dispatch.queries.gates import Given

LONGEST_TEXT, LONGEST_CODE, LONGEST_NAME, LONGEST_SVG = 2000, 120, 80, 20_000
OUTCOMES = ("given", "prompted", "refused")
# A drawn signature is strokes and nothing else: no script, no link, no image.
STROKES = re.compile(
    r'<svg xmlns="http://www\.w3\.org/2000/svg" viewBox="[\d .]{7,40}">'
    r'(<path d="[MLQC\d\s.,-]{1,16000}"/>){1,200}</svg>'
)
Facts = Mapping[str, Given]


def checked(item: ChecklistItem, value: Any, given: Facts) -> Any:
    """The value as it is kept. Raises InvalidInput that names the item."""
    clean = value.strip() if isinstance(value, str) else value
    wanted = KINDS[ItemKind(item.kind)](item, clean)
    wanted = wanted or _against_other(item, clean, given)
    if wanted:
        raise InvalidInput(f"“{item.label}” wants {wanted}.", item=item.key)
    return clean


def _flag(item: ChecklistItem, value: Any) -> str:
    return "" if isinstance(value, bool) else "yes or no"


def _choice(item: ChecklistItem, value: Any) -> str:
    return "" if value in item.options else "one of " + ", ".join(item.options)


def _number(item: ChecklistItem, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "a number"
    # Beyond these, JavaScript and Python would spell the number differently.
    fits = math.isfinite(value) and (value == 0 or 1e-6 <= abs(value) < 1e15)
    return "" if fits else "a number"


def _text(item: ChecklistItem, value: Any) -> str:
    return _words(value, LONGEST_TEXT)


def _code(item: ChecklistItem, value: Any) -> str:
    return _words(value, LONGEST_CODE)


def _photo(item: ChecklistItem, value: Any) -> str:
    try:
        return "" if str(uuid.UUID(value)) == value else "a photo"
    except (ValueError, TypeError, AttributeError):
        return "a photo"


def _moment(item: ChecklistItem, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return "a time"
    return "" if moment.tzinfo is not None else "a time with its time zone"


def _date(item: ChecklistItem, value: Any) -> str:
    try:
        date.fromisoformat(value)
    except (ValueError, TypeError):
        return "a date"
    return ""


def _signature(item: ChecklistItem, value: Any) -> str:
    if not _has_only(value, {"name", "method", "svg"}):
        return "a signature"
    if _words(value.get("name"), LONGEST_NAME):
        return "the full name of who signs"
    if value.get("method") == "typed":
        return "" if not value.get("svg") else "a name or a drawing, not both"
    svg = value.get("svg", "")
    drawn = value.get("method") == "drawn" and len(svg) <= LONGEST_SVG
    return "" if drawn and STROKES.fullmatch(svg) else "a signature that can be read"


def _medicine(item: ChecklistItem, value: Any) -> str:
    if not _has_only(value, {"outcome", "reason", "witness"}):
        return "given, prompted or refused"
    if any(len(text) > LONGEST_CODE for text in value.values()):
        return f"at most {LONGEST_CODE} letters for a reason or a name"
    outcome = value.get("outcome")
    if outcome not in OUTCOMES:
        return "given, prompted or refused"
    if outcome == "refused" and not value.get("reason", "").strip():
        return "the reason why it was refused"
    wants_witness = item.needs_witness and outcome == "given"
    if wants_witness and not value.get("witness", "").strip():
        return "the name of the witness"
    return ""


def _removed(item: ChecklistItem, value: Any) -> str:
    return "" if value is True else "“removed”"


KINDS: dict[ItemKind, Callable[[ChecklistItem, Any], str]] = {
    ItemKind.TICK: _flag,
    ItemKind.YES_NO: _flag,
    ItemKind.CHOICE: _choice,
    ItemKind.NUMBER: _number,
    ItemKind.READING: _number,
    ItemKind.TEXT: _text,
    ItemKind.SCAN: _code,
    ItemKind.PHOTO: _photo,
    ItemKind.SIGNATURE: _signature,
    ItemKind.TIME: _moment,
    ItemKind.DATE: _date,
    ItemKind.VALID_TO: _moment,
    ItemKind.MEDICINE: _medicine,
    ItemKind.LOCK: _code,
    ItemKind.UNLOCK: _removed,
}


def _against_other(item: ChecklistItem, value: Any, given: Facts) -> str:
    other = given.get(item.refers_to) if item.refers_to else None
    if other is None:
        return ""
    if item.kind == ItemKind.TIME:
        late = datetime.fromisoformat(value) >= datetime.fromisoformat(other.value)
        return "" if late else "a time that is not before the one it belongs to"
    if item.kind == ItemKind.SCAN:
        same = value.casefold() == str(other.value).casefold()
        return "another number: this one is noted already" if same else ""
    return ""


def _words(value: Any, longest: int) -> str:
    fits = isinstance(value, str) and 0 < len(value.strip()) <= longest
    return "" if fits else f"a text of 1 to {longest} letters"


def _has_only(value: Any, keys: set[str]) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= keys
        and all(isinstance(text, str) for text in value.values())
    )
