"""Receipts: the five ways a command can end, as they are stored and sent."""

from typing import Any

from dispatch.errors import DomainError

APPLIED, MERGED = "applied", "merged"
REJECTED, NEEDS_REVIEW, BLOCKED_DEP = "rejected", "needs_review", "blocked_dep"
REFUSALS = frozenset({REJECTED, NEEDS_REVIEW, BLOCKED_DEP})
Receipt = dict[str, Any]

REMEDIES = {
    "gate_closed": "Do what is missing, then send this again.",
    "id_taken": "Do it again here. The office has a copy and can use it.",
    "illegal_move": "Look at the visit as it is now, then choose the next step.",
    "invalid_input": "Change it and send it again, or keep it as a note.",
    "not_found": "The office has a copy and can still use it. Discard it here.",
    "unknown_kind": "Update the app, then send this again.",
}
ANY_REMEDY = "Change it and send it again, keep it as a note, or discard it."


def applied() -> Receipt:
    """It happened as it was meant."""
    return {"result": APPLIED}


def merged(text: str, details: dict[str, Any]) -> Receipt:
    """It happened, combined with what somebody else did."""
    return {"result": MERGED, "text": text, "details": details}


def rejected(code: str, text: str, details: dict[str, Any] | None = None) -> Receipt:
    """It did not happen; the payload is kept and the reason told."""
    return {
        "result": REJECTED,
        "code": code,
        "text": text,
        "remedy": REMEDIES.get(code, ANY_REMEDY),
        "details": details or {},
    }


def refused(error: DomainError) -> Receipt:
    """The domain said no."""
    return rejected(error.code, error.message, error.details)


def needs_review(code: str, text: str, case: str) -> Receipt:
    """A person in the office decides."""
    return {"result": NEEDS_REVIEW, "code": code, "text": text, "case": case}


def blocked(on: str, text: str) -> Receipt:
    """Something it depends on did not happen."""
    return {
        "result": BLOCKED_DEP,
        "code": "blocked",
        "text": text,
        "blocked_on": on,
    }
