"""When people drive off: in time for the next start, not before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import Break, Iterations, check, solve
from scheduling.arrays import Index
from scheduling.kernel.numbers import MUST
from scheduling.schedule import from_plan, to_plan
from tests.scheduling.small import HOUR, LEG, MINUTE, problem, shift, technician, visit
from tests.scheduling.tangles import tangle


def held(*rests: Break):
    """A visit early in the day, and one whose door opens at two."""
    day = problem(
        [
            visit("a", windows=((8 * HOUR, 9 * HOUR),)),
            visit("b", windows=((14 * HOUR, 14 * HOUR),)),
        ],
        [technician(shifts=(shift(breaks=rests),))],
    )
    (route,) = solve(day, stop=Iterations(20)).routes
    return route


def test_nobody_waits_on_the_doorstep():
    first, second = held().stops
    # The first one is served at once: what comes before an urgent visit stays.
    assert (first.arrive, first.start) == (8 * HOUR + LEG, 8 * HOUR + LEG)
    assert (second.arrive, second.start) == (14 * HOUR, 14 * HOUR)


def test_a_break_on_site_is_a_reason_to_be_there():
    # Lunch fits neither before the drive nor after the visit.
    lunch = Break(13 * HOUR + 25 * MINUTE, 13 * HOUR + 30 * MINUTE, 30 * MINUTE)
    route = held(lunch)
    (rest,) = route.breaks
    assert route.stops[1].arrive == rest.start
    assert rest.end <= route.stops[1].start


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_leaving_in_time_costs_nothing_and_breaks_nothing(seed):
    day = tangle(seed)
    index = Index(day)
    state = from_plan(index, solve(day, stop=Iterations(5), seed=seed))
    plan = to_plan(index, state)
    report = check(day, plan)
    assert {x.code for x in report.violations} <= {"must_serve"}
    assert report.score.total == state.cost() - MUST * report.score.unserved
    for route in plan.routes:
        starts = {rest.start for rest in route.breaks}
        assert all(x.arrive == x.start or x.arrive in starts for x in route.stops)
