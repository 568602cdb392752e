"""Notes on visits: append-only."""

import uuid
from datetime import datetime

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import Note, User, Visit
from dispatch.services import events

LONGEST = 4000


@transaction.atomic
def add(
    visit: Visit,
    *,
    body: str,
    by: User,
    at: datetime,
    command_id: uuid.UUID | None = None,
) -> Note:
    """Keep one note; the same command twice is one note."""
    text = body.strip()
    if not 0 < len(text) <= LONGEST:
        raise InvalidInput(f"A note has 1 to {LONGEST} letters.", field="body")
    known = Note.objects.filter(command_id=command_id).first()
    if command_id is not None and known is not None:
        return known
    note = Note.objects.create(
        visit=visit, body=text, author=by, written_at=at, command_id=command_id
    )
    events.record(
        "visit.noted",
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
        data={"text": text[:200]},
    )
    return note
