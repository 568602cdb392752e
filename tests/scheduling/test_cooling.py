"""How a search cools: once, or in a long search several times."""

from __future__ import annotations

import pytest

from scheduling import Due, Objective
from scheduling.arrays import Index
from scheduling.kernel import anneal, compiled
from scheduling.kernel.handle import hand_numbers, hand_state, hand_work
from scheduling.kernel.params import Params
from scheduling.rounds import Heat
from scheduling.tuning import heated, params_for
from tests.scheduling import small
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR
from tests.scheduling.test_kernel import assert_kept_up_to_date

heat = compiled.door(anneal.heat)
go_back = compiled.door(anneal.go_back)


def care(visits: int) -> Index:
    """A day on which the largest delay has a price."""
    due = Due(9 * HOUR, 1)
    return Index(
        small.problem(
            [small.visit(f"a{i}", due=due) for i in range(visits)],
            objective=Objective(max_lateness=1),
        )
    )


def test_a_long_search_cools_four_times_and_then_once_more_from_half_warm():
    packed = Params(hot=100.0, cold=1.0, lead=0.0, again_from=1000.0).packed()
    for at in (0, 125, 250, 375):
        assert heat(packed, at, 1000) == pytest.approx(100.0)
    for at in (124, 249, 374, 499):
        assert heat(packed, at, 1000) == pytest.approx(100.0 * 0.01 ** (124 / 125))
    assert heat(packed, 500, 1000) == pytest.approx(100.0 * 0.01**0.4)
    assert heat(packed, 1000, 1000) == pytest.approx(1.0)
    # One iteration less, and it falls all the way.
    assert heat(packed, 125, 999) == pytest.approx(100.0 * 0.01 ** (125 / 999))


def test_while_its_speed_is_measured_a_long_search_stays_hot():
    packed = Params(hot=100.0, cold=1.0, lead=0.2, again_from=1.0).packed()
    assert [heat(packed, at, 1000) for at in (0, 199)] == [100.0, 100.0]
    assert heat(packed, 299, 1000) < 2.0


def test_at_its_turn_a_long_search_goes_on_from_the_best_plan():
    index = Index(believable(people=4, visits=14, crews=1))
    best = index.desk.start()
    index.desk.fill(best, lambda: False)
    for again_from, found in ((1.0, best.cost()), (0.0, index.desk.start().cost())):
        # Nothing is placed and nothing may join: left alone it would stay like that.
        state = index.desk.start()
        settings = Params(hot=1e-6, cold=1e-6, join=-1.0, again_from=again_from)
        search = index.desk.search(state, best.copy(), settings.packed())
        search.sow(1)
        # Four of a hundred are hot; of the rest the first half cools several times.
        search.run(4, 100, 48)
        assert state.cost() > best.cost()
        search.run(52, 100, 1)
        assert (state.cost() <= best.cost()) == (found == best.cost())


def test_what_was_gone_back_to_is_kept_up_to_date():
    index = Index(believable(people=4, visits=14, crews=1))
    m, w = hand_numbers(index.desk.numbers), hand_work(index.desk.work)
    best, state = index.desk.start(), index.desk.start()
    index.desk.fill(best, lambda: False)
    go_back(m, hand_state(state), w, hand_state(best))
    assert [state.stops(r) for r in range(4)] == [best.stops(r) for r in range(4)]
    assert state.cost() == best.cost()
    assert (state.day[:, :1] == best.day[:, :1]).all()
    assert_kept_up_to_date(index, state)


def test_only_rounds_of_care_that_are_searched_whole_and_long_cool_again():
    settings = params_for(care(3))
    assert settings.again_from == 1200.0
    assert heated(settings, Heat()).again_from == 1200.0
    assert heated(settings, Heat(0.5, 1.0)).again_from == 0.0
    field = params_for(Index(believable(people=4, visits=14, crews=1)))
    assert field.again_from == 0.0
