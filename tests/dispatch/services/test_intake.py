"""Requests: written down whatever the channel, and answered by one job."""

import pytest

from dispatch.errors import IllegalMove, InvalidInput
from dispatch.models import Event, Job, Request, RequestStatus, VisitStatus
from dispatch.services import intake
from tests.dispatch.world import clock

AT = clock(9)


def receive(world, **changes):
    facts = {
        "channel": "phone",
        "territory": world.territory,
        "description": "The printer smells of smoke",
        "contact_name": "Nia Price",
        "at": AT,
    }
    return intake.receive(**{**facts, **changes})


def accept(world, request):
    return intake.accept(
        request,
        site=world.sites[0],
        work_type=world.work_type,
        by=world.dora,
        at=clock(9, 30),
        earliest_start=clock(10),
        latest_end=clock(17),
    )


def test_what_somebody_asks_for_is_written_down(tuesday):
    request = receive(tuesday)
    assert (request.status, request.created_at) == (RequestStatus.NEW, AT)
    event = Event.objects.get()
    assert (event.kind, event.actor_label) == ("request.received", "Nia Price")
    assert event.territory == tuesday.territory


@pytest.mark.parametrize("changes", [{"channel": "smoke"}, {"description": "  "}])
def test_a_request_names_a_channel_and_says_what_is_wrong(tuesday, changes):
    with pytest.raises(InvalidInput):
        receive(tuesday, **changes)
    assert not Request.objects.exists()


def test_a_request_becomes_one_job_once(tuesday):
    request = receive(tuesday)
    job = accept(tuesday, request)
    request.refresh_from_db()
    assert (request.status, request.job) == (RequestStatus.ACCEPTED, job)
    assert request.customer == tuesday.sites[0].customer
    assert job.description == "The printer smells of smoke"
    assert job.visits.get().status == VisitStatus.UNSCHEDULED
    with pytest.raises(IllegalMove):
        accept(tuesday, request)
    assert Job.objects.count() == 1


def test_a_job_that_cannot_be_opened_leaves_the_request_as_it_was(tuesday):
    request = receive(tuesday)
    with pytest.raises(InvalidInput):
        intake.accept(
            request,
            site=tuesday.sites[0],
            work_type=tuesday.work_type,
            by=tuesday.dora,
            at=AT,
            earliest_start=clock(12),
            latest_end=clock(11),
        )
    request.refresh_from_db()
    assert request.status == RequestStatus.NEW
    assert not Job.objects.exists()
