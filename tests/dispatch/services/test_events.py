"""Events say who did what to which record, and when."""

from dispatch.models import Event
from dispatch.services import events
from tests.dispatch.world import clock


def test_an_event_names_its_record_and_its_actor(tuesday):
    visit = tuesday.placed()
    event = events.record("visit.noted", subject=visit, by=tuesday.dora, at=clock(9))
    assert (event.subject_type, event.subject_id) == ("visit", visit.pk)
    assert (event.actor, event.actor_label) == (tuesday.dora, str(tuesday.dora))
    assert (event.at, event.data, event.territory) == (clock(9), {}, None)


def test_what_nobody_did_was_the_system_or_whom_the_label_names(tuesday):
    for label, expected in (("", "system"), ("clock", "clock")):
        event = events.record(
            "plan.draft",
            subject=tuesday.territory,
            by=None,
            at=clock(9),
            label=label,
            territory=tuesday.territory,
        )
        assert (event.actor, event.actor_label) == (None, expected)
    assert Event.objects.filter(territory=tuesday.territory).count() == 2
