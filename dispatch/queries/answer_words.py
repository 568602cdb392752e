"""Answers in words: the same on the phone, in the report and for the customer."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

OUTCOMES = {"given": "Given", "prompted": "Prompted", "refused": "Refused"}


def said(kind: str, value: Any, *, zone: str) -> Any:
    """What a report shows; plain values stay what they are."""
    if kind in ("time", "valid_to"):
        local = datetime.fromisoformat(value).astimezone(ZoneInfo(zone))
        return f"{local:%Y-%m-%d %H:%M}"
    if kind == "medicine":
        return _medicine(value)
    if kind == "signature":
        typed = " (typed name)" if value["method"] == "typed" else ""
        return f"Signed by {value['name']}{typed}"
    if kind == "unlock":
        return "Removed" if value is True else f"Released by the office: {_why(value)}"
    if kind == "photo":
        return "Taken"
    return value


def _medicine(value: dict[str, str]) -> str:
    words = OUTCOMES[value["outcome"]]
    if value.get("reason"):
        words += f": {value['reason']}"
    if value.get("witness"):
        words += f", witness {value['witness']}"
    return words


def _why(value: dict[str, str]) -> str:
    return value["forced"]
