"""Notes: kept as they were written, once per command."""

import uuid

import pytest

from dispatch.errors import InvalidInput
from dispatch.models import Event, Note
from dispatch.services import notes
from tests.dispatch.world import clock

AT = clock(10)


def test_a_note_is_kept_and_told(tuesday):
    visit = tuesday.placed()
    note = notes.add(visit, body="  Ring the bell twice. ", by=tuesday.dora, at=AT)
    assert (note.body, note.written_at) == ("Ring the bell twice.", AT)
    assert Event.objects.get().data == {"text": "Ring the bell twice."}


@pytest.mark.parametrize("body", ["", "   ", "x" * 4001])
def test_a_note_says_something_and_not_a_novel(tuesday, body):
    visit = tuesday.placed()
    with pytest.raises(InvalidInput):
        notes.add(visit, body=body, by=tuesday.dora, at=AT)
    assert notes.add(visit, body="x" * 4000, by=tuesday.dora, at=AT).pk


def test_the_same_command_twice_is_one_note_and_two_people_are_two(tuesday):
    visit = tuesday.placed()
    command = uuid.uuid4()
    for _ in range(2):
        notes.add(visit, body="Seen", by=tuesday.dora, at=AT, command_id=command)
    notes.add(visit, body="Seen", by=tuesday.dora, at=AT)
    assert Note.objects.count() == Event.objects.count() == 2
