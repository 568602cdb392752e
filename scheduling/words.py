"""Small words for sentences."""

from __future__ import annotations


def duration(seconds: int) -> str:
    """Seconds as minutes, or hours and minutes, rounded up so it is never 0."""
    minutes = max(1, -(-seconds // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
