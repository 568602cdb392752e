"""One row on the judge's desk: what it says, and what is wrong with it so far."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.services.importing.fields import FIELDS, LONGEST, shown
from dispatch.services.importing.known import Known

WHOLE = re.compile(r"\d{1,9}", re.ASCII)
MANY = 20


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be loaded; `reason` is the same for all of its kind."""

    line: int
    field: str
    reason: str
    message: str


@dataclass
class Row:
    """The words of one row by field; every field is there, perhaps empty."""

    line: int
    values: dict[str, str]
    known: Known
    date_order: str
    at: datetime
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, reason: str, message: str) -> None:
        """Write down one problem."""
        self.problems.append(Problem(self.line, name, reason, message))

    def missing(self, name: str) -> None:
        """Write down that a field is empty."""
        self.refuse(name, f"no {name}", "This has to be filled in.")

    def check_texts(self) -> None:
        """No text is too long, or cannot be stored at all."""
        for name in FIELDS:
            text = self.values[name]
            if "\x00" in text:
                self.refuse(name, "NUL byte", "The text holds a NUL byte.")
                # The rest of the text can still be judged.
                self.values[name] = text.replace("\x00", "")
            if len(text) > LONGEST[name]:
                self.refuse(
                    name,
                    "text too long",
                    f"{len(text)} characters; at most {LONGEST[name]} fit.",
                )

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within its limits, or None."""
        text = self.values[name]
        if not text:
            return None
        if WHOLE.fullmatch(text) is None or not least <= int(text) <= most:
            message = f"{shown(text)} is not a whole number from {least} to {most}."
            self.refuse(name, f"{name} out of range", message)
            return None
        return int(text)


def listed(words: list[str]) -> str:
    """Words for a sentence; of very many only the first."""
    told = ", ".join(words[:MANY]) or "none"
    more = len(words) - MANY
    return f"{told} and {more} more" if more > 0 else told
