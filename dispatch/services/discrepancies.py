"""Where the list and the van disagree: shown to the office, never in the way."""

import uuid
from datetime import datetime

from dispatch.models import Part, ReviewCase, Technician, User, Visit
from dispatch.services import reviews

NEGATIVE = "stock_negative"
COUNTED = "stock_counted"
TRANSFER = "transfer_differs"
SERIAL_TWICE = "serial_twice"
CODES = frozenset({NEGATIVE, COUNTED, TRANSFER, SERIAL_TWICE})


def open_discrepancy(
    *,
    code: str,
    reason: str,
    kind: str,
    part: Part,
    by: User,
    at: datetime,
    technician: Technician | None = None,
    visit: Visit | None = None,
    expected: int | None = None,
    found: int | None = None,
    command_id: uuid.UUID | None = None,
) -> ReviewCase:
    """Tell the office that a list is wrong; the act behind it is carried out already.

    `expected` is what the list said, `found` what is there; once per command.
    """
    return reviews.open_case(
        visit=visit,
        technician=technician,
        command_id=command_id or uuid.uuid4(),
        kind=kind,
        payload={
            "args": {"part": part.code, "expected": expected, "found": found},
            "at": at.isoformat(),
        },
        code=code,
        reason=reason,
        by=by,
        at=at,
    )
