"""What matters how much, said in words by a dispatcher, followed by the engine."""

from collections import Counter

import pytest
from django.test import Client

from dispatch.errors import InvalidInput, VersionConflict
from dispatch.models import Event, Policy, Role, Territory, User
from dispatch.services.planning import candidates, live, policies
from dispatch.services.planning import problem as reading
from tests.dispatch.services.planning.runs import run
from tests.dispatch.world import TUESDAY, clock

USUAL = {**dict.fromkeys(policies.WORDS, "usual"), "fairness": "little"}
AT = clock(7)


def say(world, version=0, **words):
    return policies.change(
        world.territory, words, version=version, by=world.dora, at=AT
    )


def read(world):
    return reading.read(world.territory, days=[TUESDAY]).problem


def prices(problem):
    """Pence per minute of road and overtime, and per change, in that order."""
    person = problem.technicians[0]
    overtime = person.shifts[0].overtime.cost_per_minute
    return person.cost.per_travel_minute, overtime, problem.objective.stability


def visits_each(draft):
    """How many visits everybody gets who gets any."""
    return Counter(row["after"]["technician"] for row in draft.changes).values()


def test_without_a_word_everything_is_as_usual(tuesday):
    assert policies.said(policies.of(tuesday.territory)) == USUAL
    assert not Policy.objects.exists()
    assert prices(read(tuesday))[2] == 200


def test_a_word_changes_its_own_price_and_no_other(tuesday):
    road, overtime, change = prices(read(tuesday))
    say(tuesday, road="much")
    assert prices(read(tuesday)) == (round(road * 2.5), overtime, change)
    say(tuesday, version=1, road="usual", overtime="little", stability="much")
    assert prices(read(tuesday)) == (road, round(overtime * 0.4), 500)


def test_what_is_agreed_as_due_and_who_is_preferred_have_their_words_too(tuesday):
    job = tuesday.job(onsite_due=clock(11), priority=2)
    tuesday.waiting(job=job, preferred_technician=tuesday.mei)
    (before,) = read(tuesday).visits
    say(tuesday, lateness="much", preference="little")
    (after,) = read(tuesday).visits
    assert (before.due.cost_per_minute, after.due.cost_per_minute) == (60, 150)
    mei = str(tuesday.mei.pk)
    assert before.technicians.preferred == {mei: 1500}
    assert after.technicians.preferred == {mei: 600}


def test_a_new_plan_does_not_move_visits_for_a_minute_of_road(tuesday):
    """Swapped, the two would save a little road; people have seen where they are."""
    tuesday.placed(tuesday.tariq, clock(9), site=0)
    tuesday.placed(tuesday.mei, clock(9), site=1)
    assert run(tuesday).changes == []


def test_work_is_shared_evenly_where_that_matters(tuesday):
    """Four visits at one place: one van saves road, two share the work."""
    for _ in range(4):
        tuesday.waiting(site=0)
    assert sorted(visits_each(run(tuesday))) == [4]
    say(tuesday, fairness="much")
    assert sorted(visits_each(run(tuesday))) == [2, 2]


@pytest.mark.parametrize(("word", "weight"), [("little", 0), ("usual", 20)])
def test_uneven_work_has_no_price_until_it_is_said_to_matter(tuesday, word, weight):
    assert read(tuesday).objective.fairness == 0
    say(tuesday, fairness=word)
    assert read(tuesday).objective.fairness == weight


def test_a_change_is_an_event_with_both_sides(tuesday):
    say(tuesday, road="much")
    event = Event.objects.get(kind="policy.changed")
    assert (event.data["before"]["road"], event.data["after"]["road"]) == (
        "usual",
        "much",
    )
    assert event.actor == tuesday.dora


def test_an_unknown_word_changes_nothing(tuesday):
    with pytest.raises(InvalidInput):
        say(tuesday, road="enormously")
    with pytest.raises(InvalidInput):
        say(tuesday, weather="much")
    assert not Policy.objects.exists()


def test_who_looked_at_an_older_policy_is_told(tuesday):
    say(tuesday, road="much")
    with pytest.raises(VersionConflict):
        say(tuesday, version=0, road="little")
    assert policies.of(tuesday.territory).road == "much"


def test_asking_about_one_visit_has_no_price_for_moving_it(tuesday):
    visit = tuesday.placed(tuesday.tariq, clock(10))
    here = live.preview(visit, technician=tuesday.tariq, start=clock(10))
    later = live.preview(visit, technician=tuesday.tariq, start=clock(14))
    assert here.cost_delta == later.cost_delta
    asked = candidates.ranked(visit, day=TUESDAY, at=AT)
    say(tuesday, stability="much")
    assert candidates.ranked(visit, day=TUESDAY, at=AT) == asked


# --- the page ------------------------------------------------------------------------


@pytest.fixture
def dora(tuesday):
    client = Client()
    client.force_login(tuesday.dora)
    return client


def page(world):
    return f"/board/policy/{world.territory.code}/"


def test_a_dispatcher_says_it_in_words(tuesday, dora):
    assert b"Vans drive less" in dora.get(page(tuesday)).content
    answers = {**USUAL, "overtime": "much", "version": 0}
    saved = dora.post(page(tuesday), answers, follow=True)
    assert b"The next run follows it" in saved.content
    assert policies.of(tuesday.territory).overtime == "much"


def test_an_answer_that_is_missing_is_asked_for_again(tuesday, dora):
    answers = {**USUAL, "road": "", "version": 0}
    assert dora.post(page(tuesday), answers).status_code == 422
    assert not Policy.objects.exists()


def test_the_page_shows_what_somebody_else_saved_meanwhile(tuesday, dora):
    say(tuesday, road="much")
    late = dora.post(page(tuesday), {**USUAL, "road": "little", "version": 0})
    assert late.status_code == 409
    assert b"Somebody else changed this meanwhile" in late.content
    assert policies.of(tuesday.territory).road == "much"


def test_only_the_office_of_the_territory_says_it(tuesday):
    assert Client().get(page(tuesday)).status_code == 302
    other = User.objects.create_user("bryn", password="x", role=Role.DISPATCHER)
    other.territories.add(Territory.objects.create(code="cardiff", name="Cardiff"))
    for user, status in ((tuesday.tariq.user, 403), (other, 404)):
        client = Client()
        client.force_login(user)
        assert client.get(page(tuesday)).status_code == status
        assert client.post(page(tuesday), {**USUAL, "version": 0}).status_code == status
