"""The page that says what a plan stands on."""

import re

import pytest
from django.test import Client

from dispatch.models import Plan, Role, Territory, User
from dispatch.services.planning import evidence
from dispatch.templatetags.money import pounds
from tests.dispatch.services.planning.runs import ask, run


@pytest.fixture
def draft(tuesday):
    """Two visits that fit, and one that is longer than anybody's day."""
    tuesday.waiting(site=0)
    tuesday.waiting(site=1)
    tuesday.waiting(site=3, duration_minutes=600)
    return Plan.objects.get(pk=run(tuesday).pk)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page(user, plan):
    return signed_in(user).get(f"/board/plans/{plan.pk}/")


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_page_says_what_was_left_out_and_why(tuesday, draft):
    said = text_of(page(tuesday.dora, draft))
    assert "2 placed, 0 before" in said
    assert "1 without a place, 3 before" in said
    (line,) = evidence.left_out(draft)
    assert (line.number, line.site) == ("J-3", "Old Dock")
    assert sum(int(reason.split()[0]) for reason in line.reasons) == 2
    assert f"{line.site} {line.number}" in said


def test_the_page_tells_how_to_run_it_again(tuesday, draft):
    said = text_of(page(tuesday.dora, draft))
    done, planned = draft.result["evidence"]["iterations"]
    assert f"--seed 7 --iterations {done} {planned}" in said
    assert draft.result["evidence"]["problem_hash"] in said
    assert "none is claimed" in said


def test_the_page_of_a_run_in_blocks_replays_its_plan(tuesday, draft):
    draft.result["evidence"] |= {"parts": [[5, 9], [4, 9]], "cores": 1}
    draft.save()
    said = text_of(page(tuesday.dora, draft))
    assert "-o again.json --replay plan.json" in said
    assert "--iterations" not in said


def test_the_parts_add_up_to_the_whole(draft):
    *parts, whole = evidence.costs(draft)
    assert sum(part.after for part in parts) == whole.after
    assert whole.before > whole.after > 0
    assert {part.name for part in parts} == {
        "Visits without a place",
        "Time on the road",
    }


def test_a_run_that_has_not_ended_says_so(tuesday):
    plan = ask(tuesday)
    assert "There is no result yet" in text_of(page(tuesday.dora, plan))
    assert evidence.costs(plan) == []


def test_only_the_office_of_the_territory_sees_it(tuesday, draft):
    assert Client().get(f"/board/plans/{draft.pk}/").status_code == 302
    assert page(tuesday.tariq.user, draft).status_code == 403
    other = User.objects.create_user("bryn", password="x", role=Role.DISPATCHER)
    other.territories.add(Territory.objects.create(code="cardiff", name="Cardiff"))
    assert page(other, draft).status_code == 404


def test_the_page_takes_five_queries_however_much_was_left_out(
    tuesday, draft, django_assert_num_queries
):
    client = signed_in(tuesday.dora)
    more = [tuesday.waiting(site=1) for _ in range(20)]
    draft.result["unplaced"] += [{"visit": str(row.pk)} for row in more]
    draft.save()
    # Session, person, plan with its territory, who asked for it, what was left out.
    with django_assert_num_queries(5):
        said = text_of(client.get(f"/board/plans/{draft.pk}/"))
    assert all(row.job.number in said for row in more)


@pytest.mark.parametrize(
    ("pence", "style", "words"),
    [
        (143_210, "", "£1,432.10"),
        (-560, "", "−£5.60"),
        (560, "signed", "+£5.60"),
        (0, "signed", "£0.00"),
    ],
)
def test_prices_are_said_in_pounds(pence, style, words):
    assert pounds(pence, style) == words
