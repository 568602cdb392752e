"""Small words for sentences."""

from __future__ import annotations


def duration(seconds: int) -> str:
    """Seconds as minutes, or hours and minutes, rounded up so it is never 0."""
    minutes = max(1, -(-seconds // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


# How a summary names those whom a rule keeps out.
IN_SHORT = {
    "break": "without time for the break",
    "crew_partner": "without a crew mate",
    "excluded": "excluded",
    "lock_start": "stopped by the locked start",
    "lock_technician": "kept out by the lock",
    "not_required": "not asked for",
    "overtime": "with no time before the end of the shift",
    "sequence_before": "waiting for an earlier visit",
    "sequence_technician": "not doing the related visit",
    "shift": "not at work then",
    "skill_expired": "with an expired certificate",
    "skill_level": "below the skill level",
    "skill_missing": "without the skill",
    "skill_not_yet": "without a valid certificate then",
    "stock_short": "short of parts",
    "territory": "outside the territory",
    "travel_too_far": "too far from home",
    "unreachable": "without a way there",
    "window_full": "with no room at that time",
}
