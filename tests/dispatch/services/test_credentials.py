"""Certificates that end or are withdrawn, and the visits they would have carried."""

from datetime import timedelta

import pytest

from dispatch.errors import InvalidInput
from dispatch.models import Certification, Event, PlanState, Skill
from dispatch.queries import credentials as horizon
from dispatch.queries.readiness import red_items
from dispatch.services import credentials
from tests.dispatch.services.planning.repairs import accept, repair
from tests.dispatch.world import TUESDAY, clock


def held(person):
    return Certification.objects.get(technician=person)


def ends(person, *, day):
    Certification.objects.filter(technician=person).update(
        expires=TUESDAY + timedelta(days=day)
    )


def broken(world, *, at=None, days=30):
    found = horizon.horizon(world.dora, at=at or clock(6), days=days)
    return [one.visit.pk for day in found.broken for one in day.lapses]


def withdraw(world, person, *, day=0, reason="Found forged"):
    return credentials.revoke(
        held(person),
        first_day=TUESDAY + timedelta(days=day),
        reason=reason,
        by=world.dora,
        at=clock(8),
    )


@pytest.mark.parametrize(("day", "breaks"), [(-1, True), (0, False), (1, False)])
def test_a_certificate_carries_visits_up_to_its_last_day(tuesday, day, breaks):
    visit = tuesday.placed()
    ends(tuesday.tariq, day=day)
    assert broken(tuesday) == ([visit.pk] if breaks else [])
    assert bool(red_items(visit)) == breaks


def test_the_day_is_that_of_the_place_not_that_of_the_server(tuesday):
    """Half past seven in the evening in New York is another day in Greenwich."""
    tuesday.territory.time_zone = "America/New_York"
    tuesday.territory.save()
    late = clock(0, 30, day=1)
    tuesday.placed(start=late, latest_end=clock(12, day=1))
    ends(tuesday.tariq, day=0)
    assert broken(tuesday) == []


def test_what_is_over_or_under_way_or_out_of_sight_does_not_count(tuesday):
    ends(tuesday.tariq, day=-1)
    tuesday.placed(start=clock(9), status="en_route")
    tuesday.placed(start=clock(7))
    tuesday.placed(start=clock(9, day=2), latest_end=clock(12, day=2))
    assert broken(tuesday, at=clock(8), days=1) == []


def test_the_sentence_names_who_what_and_the_day(tuesday):
    tuesday.placed()
    ends(tuesday.tariq, day=-1)
    [day] = horizon.horizon(tuesday.dora, at=clock(6), days=30).broken
    assert day.lapses[0].sentence == "Printers of Tariq ends on Mon 23 Nov."
    assert (day.day, day.territory) == (TUESDAY, "Newport")


def test_a_level_too_low_and_nothing_at_all_are_told_apart(tuesday):
    tuesday.placed()
    need = tuesday.work_type.skills.get()
    need.level = 3
    need.save()
    gas = Skill.objects.create(code="gas", name="Gas safe")
    tuesday.work_type.skills.create(skill=gas)
    [day] = horizon.horizon(tuesday.dora, at=clock(6), days=30).broken
    assert sorted(one.sentence for one in day.lapses) == [
        "Tariq has Printers 2; level 3 is needed.",
        "Tariq has no Gas safe.",
    ]


def test_the_page_asks_the_same_few_questions_however_much_breaks(
    tuesday, django_assert_num_queries
):
    ends(tuesday.tariq, day=-1)
    for hour in (9, 11, 13):
        tuesday.placed(start=clock(hour))
    with django_assert_num_queries(6):
        found = horizon.horizon(tuesday.dora, at=clock(6), days=30)
    assert (found.count, found.ending[0].breaks) == (3, 3)


def test_a_withdrawn_certificate_ends_the_day_before_and_says_who(tuesday):
    visit = tuesday.placed()
    withdraw(tuesday, tuesday.tariq)
    assert held(tuesday.tariq).expires == TUESDAY - timedelta(days=1)
    assert broken(tuesday) == [visit.pk]
    event = Event.objects.get(kind="technician.certificate_revoked")
    assert (event.actor, event.territory) == (tuesday.dora, tuesday.territory)
    assert event.data["reason"] == "Found forged"
    assert event.data["before"]["expires"] is None


def test_one_that_never_held_is_struck_out(tuesday):
    Certification.objects.filter(technician=tuesday.tariq).update(issued=TUESDAY)
    withdraw(tuesday, tuesday.tariq)
    assert not Certification.objects.filter(technician=tuesday.tariq).exists()
    event = Event.objects.get(kind="technician.certificate_revoked")
    assert event.data["before"]["issued"] == TUESDAY.isoformat()


def test_a_withdrawal_needs_a_reason_and_something_to_withdraw(tuesday):
    with pytest.raises(InvalidInput, match="for a reason"):
        withdraw(tuesday, tuesday.tariq, reason="  ")
    ends(tuesday.tariq, day=-1)
    with pytest.raises(InvalidInput, match="ends on 23 Nov 2026 already"):
        withdraw(tuesday, tuesday.tariq)
    assert not Event.objects.exists()


def test_a_renewed_certificate_carries_its_visits_again(tuesday):
    tuesday.placed()
    ends(tuesday.tariq, day=-1)
    credentials.renew(
        held(tuesday.tariq),
        expires=TUESDAY + timedelta(days=365),
        evidence=" Card 77 ",
        by=tuesday.dora,
        at=clock(8),
    )
    assert broken(tuesday) == []
    assert held(tuesday.tariq).evidence == "Card 77"
    event = Event.objects.get(kind="technician.certificate_renewed")
    assert event.data["before"]["expires"] != event.data["after"]["expires"]


@pytest.mark.parametrize("days", [-1, 366 * 30 + 1])
def test_a_renewal_ends_today_or_later_and_not_in_a_century(tuesday, days):
    with pytest.raises(InvalidInput, match="within thirty years"):
        credentials.renew(
            held(tuesday.tariq),
            expires=TUESDAY + timedelta(days=days),
            evidence="",
            by=tuesday.dora,
            at=clock(8),
        )


def test_a_repair_moves_what_a_lapsed_certificate_would_have_carried(tuesday):
    visit = tuesday.placed(start=clock(14))
    withdraw(tuesday, tuesday.tariq)
    plan = repair(tuesday)
    assert plan.state == PlanState.DRAFT
    assert "Printers of Tariq ends on Mon 23 Nov" in plan.cause["sentence"]
    accept(tuesday, plan)
    visit.refresh_from_db()
    assert visit.technician == tuesday.mei
    assert broken(tuesday) == []


def test_a_repair_leaves_what_a_dispatcher_keeps_on_purpose(tuesday):
    visit = tuesday.placed(start=clock(14), override_reason="Mei stands beside him")
    withdraw(tuesday, tuesday.tariq)
    repair(tuesday)
    visit.refresh_from_db()
    assert visit.technician == tuesday.tariq
    found = horizon.horizon(tuesday.dora, at=clock(6), days=30)
    assert [one.visit.pk for one in found.kept] == [visit.pk]
    assert found.broken == []
