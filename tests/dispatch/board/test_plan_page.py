"""The page that says what a plan stands on."""

import re

import pytest
from django.test import Client

from dispatch.models import Plan, PriceRun, Role, Territory, User
from dispatch.services.planning import evidence, pricing
from dispatch.templatetags.money import pounds
from scheduling import Iterations, Problem, solve
from scheduling import Plan as EnginePlan
from tests.dispatch.services.planning.runs import OVER, ask, run


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
    made = draft.result["evidence"]
    done, planned = made["iterations"]
    assert f"--seed 7 --iterations {done} {planned} {made['exact']}" in said
    assert made["problem_hash"] in said
    assert "--warm-start" not in said


def test_what_stood_on_the_board_is_part_of_running_it_again(tuesday):
    tuesday.placed(tuesday.mei)
    tuesday.waiting(site=1)
    plan = Plan.objects.get(pk=run(tuesday).pk)
    assert "--warm-start start.json" in text_of(page(tuesday.dora, plan))
    client = signed_in(tuesday.dora)
    kept = client.get(f"/api/plans/{plan.pk}/evidence.json?part=start").json()
    made = plan.result["evidence"]
    again = solve(
        Problem.from_json(plan.problem),
        stop=Iterations(*made["iterations"], made["exact"]),
        seed=plan.seed,
        warm_start=EnginePlan.from_json(kept),
    )
    assert again.routes == EnginePlan.from_json(plan.result).routes


def test_a_proof_is_shown_as_what_it_is(tuesday, draft):
    result = draft.result
    cost = result["score"]["total"]
    cases = {
        "Proved best No plan that keeps all the rules costs less": (cost, 0.0),
        "none can save more than 12.50 % of what this one costs": (cost * 7 // 8, 12.5),
        "none is claimed": (None, None),
    }
    for words, (bound, gap) in cases.items():
        draft.result = {**result, "bound": bound, "gap": gap}
        draft.save()
        assert words in text_of(page(tuesday.dora, draft))


def test_the_page_offers_to_reckon_what_each_rule_costs(tuesday, draft):
    client = signed_in(tuesday.dora)
    url = f"/board/plans/{draft.pk}/prices/"
    assert "Reckon what each rule costs" in text_of(page(tuesday.dora, draft))
    answer = client.post(url)
    assert (answer.status_code, answer.url[-6:]) == (302, "#rules")
    assert "Waiting for a worker. Cancel Look again" in text_of(
        page(tuesday.dora, draft)
    )
    client.post(url, {"act": "cancel"})
    said = text_of(page(tuesday.dora, draft))
    assert "Cancelled. Nothing was reckoned until then. Reckon again" in said
    # Twice: it is over already, and says so.
    answer = client.post(url, {"act": "cancel"}, follow=True)
    assert "Nothing is being reckoned." in text_of(answer)


def test_the_prices_are_shown_with_a_way_to_see_them_again(tuesday, draft):
    reckoned = pricing.request(draft, by=tuesday.dora, at=OVER, seconds=1)
    pricing.run(reckoned.pk, clock=lambda: OVER)
    answer = page(tuesday.dora, draft)
    said = text_of(answer)
    for price in evidence.prices(draft.price_run):
        assert price.sentence in said
        assert f"--iterations {price.iterations}" in said
        link = f"?part=plan&amp;without={price.rule}"
        assert link in answer.content.decode()
    client = signed_in(tuesday.dora)
    path = f"/api/plans/{draft.pk}/evidence.json"
    other = client.get(f"{path}?part=problem&without=overtime").json()
    assert Problem.from_json(other).hash != Problem.from_json(draft.problem).hash
    assert client.get(f"{path}?part=plan&without=weather").status_code == 404


def test_a_reckoning_that_broke_off_says_why(tuesday, draft):
    reckoned = pricing.request(draft, by=tuesday.dora, at=OVER)
    pricing.fail(reckoned.pk, sentence="The disk is full.", at=OVER)
    said = text_of(page(tuesday.dora, draft))
    assert "The disk is full. Reckon again" in said


def test_rules_that_the_time_was_too_short_for_are_not_kept_quiet(tuesday, draft):
    PriceRun.objects.create(
        plan=draft,
        state="done",
        progress={"done": 2, "planned": 5, "rule": "breaks"},
        rows=[],
    )
    said = text_of(page(tuesday.dora, draft))
    assert "The time was too short for 4 more kinds of rules." in said
    assert "no rule that could be left out" not in said


def test_only_the_office_of_the_territory_may_ask_for_prices(tuesday, draft):
    url = f"/board/plans/{draft.pk}/prices/"
    assert Client().post(url).url.startswith("/login")
    assert signed_in(tuesday.tariq.user).post(url).status_code == 403
    assert signed_in(stranger()).post(url).status_code == 404
    assert signed_in(tuesday.dora).get(url).status_code == 405
    assert not PriceRun.objects.exists()


def stranger():
    """A dispatcher of another town."""
    other = User.objects.create_user("bryn", password="x", role=Role.DISPATCHER)
    other.territories.add(Territory.objects.create(code="cardiff", name="Cardiff"))
    return other


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
    assert page(stranger(), draft).status_code == 404


def test_the_page_takes_six_queries_however_much_was_left_out(
    tuesday, draft, django_assert_num_queries
):
    client = signed_in(tuesday.dora)
    more = [tuesday.waiting(site=1) for _ in range(20)]
    draft.result["unplaced"] += [{"visit": str(row.pk)} for row in more]
    draft.save()
    # Session, person, plan with its territory, prices, who asked for it, what was left
    # out.
    with django_assert_num_queries(6):
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
