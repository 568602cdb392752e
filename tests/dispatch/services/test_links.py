"""Links: unguessable, expiring, revocable, and the same refusal for all others."""

from datetime import timedelta

import pytest

from dispatch.errors import NotFound
from dispatch.models import TrackingLink
from dispatch.services import links
from tests.dispatch.portal import world as towns
from tests.dispatch.services.test_booking import TUESDAY


@pytest.fixture
def town(db):
    return towns.build(TUESDAY)


@pytest.fixture
def at(town):
    return town.local(0, 7)


def test_a_token_has_at_least_128_bits_and_is_kept_only_as_a_hash(town, at):
    visit = town.visit()
    tokens = {links.issue(visit, at=at) for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 22 for token in tokens)
    stored = str(list(TrackingLink.objects.values()))
    assert not any(token in stored for token in tokens)


def test_a_link_works_until_seven_days_after_the_visit(town, at):
    visit = town.visit(day=2)
    token = links.issue(visit, at=at)
    end = visit.sched_end + timedelta(days=7)
    assert links.visit_for(token, at=end - timedelta(seconds=1)) == visit
    with pytest.raises(NotFound):
        links.visit_for(token, at=end)


def test_a_link_made_after_the_visit_works_for_seven_days_too(town, at):
    visit = town.visit(day=0)
    later = visit.sched_end + timedelta(days=30)
    token = links.issue(visit, at=later)
    assert links.visit_for(token, at=later + timedelta(days=6)) == visit


def test_refusals_do_not_say_why(town, at):
    visit = town.visit()
    revoked = links.issue(visit, at=at)
    assert links.revoke(visit, at=at) == 1
    refusals = []
    for token in (revoked, "unknown", "", "x" * 5000):
        with pytest.raises(NotFound) as refusal:
            links.visit_for(token, at=at)
        refusals.append((refusal.value.message, refusal.value.details))
    assert len({str(refusal) for refusal in refusals}) == 1


def test_revoking_leaves_the_links_of_other_visits_open(town, at):
    mine, other = town.visit(), town.visit(day=2)
    token = links.issue(other, at=at)
    links.revoke(mine, at=at)
    assert links.visit_for(token, at=at) == other
