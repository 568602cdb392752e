"""What is written once stays: the ledger, signatures, events."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from dispatch.models import Event, SignOff, StockMovement
from dispatch.services import events
from tests.dispatch.world import clock, sql


@pytest.fixture
def written(open_tuesday):
    """One entry, one signature and one event, committed."""
    visit = open_tuesday.placed()
    open_tuesday.load(open_tuesday.tariq, 4)
    SignOff.objects.create(
        visit=visit,
        signed_by="Nia Price",
        method="typed",
        content={"work": "done"},
        content_hash="abc",
        signed_at=clock(11),
    )
    events.record("visit.signed", subject=visit, by=open_tuesday.dora, at=clock(11))
    return open_tuesday


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dispatch_stockmovement SET quantity = 99",
        "UPDATE dispatch_stockmovement SET serial = 'X'",
        "DELETE FROM dispatch_stockmovement",
        "UPDATE dispatch_signoff SET signed_by = 'Somebody else'",
        "UPDATE dispatch_signoff SET content = '{}'",
        "DELETE FROM dispatch_signoff",
        "UPDATE dispatch_event SET data = '{}'",
        "UPDATE dispatch_event SET at = now()",
        "UPDATE dispatch_event SET seq = seq + 1",
        "UPDATE dispatch_event SET actor_id = NULL",
        "DELETE FROM dispatch_event",
    ],
)
def test_sql_cannot_change_or_delete_it(written, statement):
    with pytest.raises(IntegrityError, match="never changed or deleted"):
        sql(statement)
    assert StockMovement.objects.get().quantity == 4
    assert SignOff.objects.get().signed_by == "Nia Price"
    assert Event.objects.get().at == clock(11)


def test_an_event_of_this_moment_cannot_be_deleted_either(tuesday):
    visit = tuesday.placed()
    events.record("visit.noted", subject=visit, by=tuesday.dora, at=clock(9))
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        sql("DELETE FROM dispatch_event")


def test_who_acted_is_made_inactive_and_never_deleted(written):
    with pytest.raises(ProtectedError):
        written.dora.delete()
    written.dora.is_active = False
    written.dora.save()
    assert Event.objects.get().actor == written.dora
