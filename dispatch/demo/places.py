"""A place of the demo day."""

from datetime import time
from typing import NamedTuple


class Place(NamedTuple):
    """Facts of one place; `hours` reads "0-4 09:00-17:00; 5-5 09:00-13:00"."""

    name: str
    lat: float
    lon: float
    street: str
    postcode: str
    hours: str = ""

    def openings(self) -> list[tuple[int, time, time]]:
        """Weekday (Monday is 0), opens, closes."""
        return [
            opening
            for part in self.hours.split("; ")
            if part
            for opening in _days(part)
        ]


def _days(part: str) -> list[tuple[int, time, time]]:
    days, span = part.split()
    first, last = days.split("-")
    opens, closes = (time.fromisoformat(text) for text in span.split("-"))
    return [(day, opens, closes) for day in range(int(first), int(last) + 1)]
