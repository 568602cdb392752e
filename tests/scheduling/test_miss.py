"""How far a visit misses a route: the compiled walk against one in plain Python."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.arrays import Index
from scheduling.kernel.numbers import UNREACHABLE
from scheduling.miss import Miss, nearest_miss
from tests.scheduling.tangles import tangle
from tests.scheduling.test_sim_and_check_agree import random_state


def walked(index: Index, r: int, seq: tuple[int, ...], v: int) -> Miss:
    """What is missing on this order of visits, from the problem's own tables."""
    spec, model = index.model.routes[r], index.model
    late, gaps = {"visit": 0, "other": 0, "end": 0}, 0
    time, here = spec.start, spec.begin_at
    for w in (*seq, None):
        there = spec.finish_at if w is None else model.place[w]
        leg = 0 if there < 0 else spec.seconds[here][there]
        gaps += leg >= UNREACHABLE
        arrive = time + (0 if leg >= UNREACHABLE else leg)
        if w is None:
            late["end"] = max(0, arrive - spec.limit)
            break
        fit = index.fit(r, w)
        windows = fit.windows if fit else ()
        begin = next((max(a, arrive) for a, b in windows if arrive <= b), None)
        if begin is None:
            begin = windows[-1][1] if windows else arrive
        late["visit" if w == v else "other"] += max(0, arrive - begin)
        time, here = begin + model.duration[w], there
    worst = "way" if gaps else max(late, key=lambda key: late[key])
    return Miss(gaps * UNREACHABLE + sum(late.values()), worst)


def nearest(index: Index, r: int, seq: tuple[int, ...], v: int) -> Miss:
    found = [
        walked(index, r, (*seq[:at], v, *seq[at:]), v) for at in range(len(seq) + 1)
    ]
    best = min(found, key=lambda miss: miss.seconds)
    alone = walked(index, r, (v,), v)
    overlong = best.where == "other" and alone.where == "end"
    return Miss(best.seconds, "end") if overlong else best


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_a_visit_misses_a_route_by_what_a_walk_along_all_its_places_finds(seed):
    index = Index(tangle(seed, people=2, visits=9))
    state = random_state(index, random.Random(seed))
    for v in state.unplaced():
        for r in range(len(index.shifts)):
            found = nearest_miss(index.desk, state, r, v)
            assert found == nearest(index, r, state.stops(r), v)
