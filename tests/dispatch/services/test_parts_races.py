"""Two who touch the same part at the same moment: one after the other, none unseen."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from dispatch.errors import InvalidInput
from dispatch.models import Part, StockItem
from dispatch.services import parts
from tests.dispatch.world import clock, sql

AT = clock(10)


def until_waiting_or(done: threading.Event) -> None:
    """Return once another transaction waits for ours, or has ended without."""
    for _ in range(2400):
        if sql("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1"):
            return
        if done.wait(0.05):
            return


def beside(deed):
    """Start `deed` in a transaction of its own; its future and the sign of its end."""
    ended = threading.Event()

    def run():
        try:
            return deed()
        except InvalidInput as refusal:
            return refusal
        finally:
            connection.close()
            ended.set()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    return future, ended


@pytest.mark.django_db(transaction=True)
def test_a_serial_that_is_being_used_cannot_be_used_beside_it(tuesday):
    visit = tuesday.placed()
    drum = Part.objects.create(code="drum", name="Drum", has_serial=True)
    facts = {
        "part": drum,
        "quantity": 1,
        "serial": "D-1",
        "by": tuesday.tariq.user,
        "at": AT,
    }
    with transaction.atomic():
        parts.use(visit, **facts)
        second, ended = beside(lambda: parts.use(visit, **facts))
        until_waiting_or(ended)
    assert isinstance(second.result(120), InvalidInput)
    assert StockItem.objects.get().on_hand == -1
