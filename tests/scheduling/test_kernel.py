"""The compiled search: what it keeps up to date is right, and chance is repeatable."""

from __future__ import annotations

import ast
import importlib
import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scheduling
from scheduling import Crew, Due, Iterations, Objective, TravelMatrix, solve
from scheduling.arrays import Index
from scheduling.check import check
from scheduling.eligible import intersect, latest_end
from scheduling.kernel import bounds, compiled, doors
from scheduling.kernel.couple import ANEW, FALL
from scheduling.kernel.doors import refresh
from scheduling.kernel.handle import hand_numbers, hand_state, hand_work
from scheduling.kernel.numbers import (
    ALL,
    BEGINS,
    COST,
    DROP,
    EXTRA,
    LOAD,
    NEVER,
    ROUTE,
    SINGLE,
    SO_FAR,
    SPENT,
    STALE,
    TAKEN,
    TOLD,
    UNIT_LIST,
    UNITS,
    WINDOW_FROM,
    WINDOW_TO,
    WORST,
    WORST_OF_ALL,
    State,
)
from scheduling.schedule import to_plan
from scheduling.tuning import params_for
from tests.scheduling import small
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR
from tests.scheduling.tangles import tangle
from tests.scheduling.test_sim_and_check_agree import random_state

ROOT = Path(__file__).resolve().parents[2]
SEEDS = st.integers(min_value=0, max_value=10**9)
KERNEL = (
    "doors sim beside bounds state couple insert ruin recreate anneal dice handle miss"
)


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_the_table_of_pairs_says_what_the_rules_say(seed):
    index = Index(tangle(seed))
    m = index.desk.numbers
    for r, (_, person, shift) in enumerate(index.shifts):
        for v, visit in enumerate(index.visits):
            expected, row = index.fit(r, v), m.fit[r, v]
            assert (expected is None) == (row < 0)
            if expected is None:
                continue
            told = None if m.fits[row, TOLD] == NEVER else m.fits[row, TOLD]
            assert (m.fits[row, EXTRA], told) == (expected.extra, expected.told)
            if visit.lock is None or not visit.lock.frozen:
                span = slice(m.fits[row, WINDOW_FROM], m.fits[row, WINDOW_TO])
                windows = tuple(map(tuple, m.windows[span].tolist()))
                day = ((shift.start, latest_end(person, shift)),)
                assert intersect(windows, day) == expected.windows


def searched(index: Index, seed: int, iterations: int) -> tuple[State, State]:
    """The state that a short search stands at, and the best one it met."""
    state = index.desk.start()
    index.desk.fill(state, lambda: False)
    best = state.copy()
    search = index.desk.search(state, best, params_for(index).packed())
    search.sow(seed)
    search.run(0, 10 * iterations, iterations)
    return state, best


@given(SEEDS)
@settings(max_examples=20)
def test_neighbours_are_the_nearest_by_way_and_by_time_and_ties_go_by_number(seed):
    problem = tangle(seed, people=2, visits=80, gaps=False)
    index = Index(problem)
    m, begin = index.desk.numbers, min(spec.start for spec in index.model.routes)
    early = [max(begin, x.windows[0][0]) if x.windows else begin for x in index.visits]
    ways = problem.travel["default"].seconds
    for v, here in enumerate(index.model.place):
        far = [
            (ways[here][there] + abs(early[w] - early[v]) // 20, w)
            for w, there in enumerate(index.model.place)
            if w != v
        ]
        assert m.near[v].tolist() == [w for _, w in sorted(far)[:60]]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_what_the_search_keeps_up_to_date_is_what_working_it_out_gives(seed):
    index = Index(tangle(seed))
    for state in searched(index, seed, 30):
        assert_kept_up_to_date(index, state)


def assert_kept_up_to_date(index: Index, state: State) -> None:
    again = state.copy()
    again.mark[:] = again.late[:] = -7
    again.used[:] = 0
    again.load[:] = again.day[:, LOAD] = again.day[:, WORST] = 0
    again.total[WORST_OF_ALL] = 0
    m, handed = hand_numbers(index.desk.numbers), hand_state(again)
    for r in range(len(index.shifts)):
        seq = state.stops(r)
        outcome = index.desk.simulate(r, seq, state)
        assert outcome is not None
        assert outcome.cost == state.day[r, COST]
        refresh(m, handed, hand_work(index.desk.work), r)
        if state.day[r, STALE] == 0:
            marks, fresh = state.mark[r, : len(seq) + 1], again.mark[r, : len(seq) + 1]
            several = fresh[:, SINGLE] == 0
            # Of several choices only the earliest departure is told.
            marks[several, SPENT : TAKEN + 1] = fresh[several, SPENT : TAKEN + 1]
            assert (marks == fresh).all()
            late, new = state.late[r, : len(seq) + 1], again.late[r, : len(seq) + 1]
            assert late[0, SO_FAR] == new[0, SO_FAR] or not index.model.worst_price
            # Several choices tell of no lateness, and without a price nobody asks.
            told = index.model.worst_price > 0 and late[0, SO_FAR] >= 0
            assert not told or (late == new).all()
        for v in seq:
            for part, quantity in index.model.parts[v]:
                again.used[index.model.routes[r].technician, part] += quantity
    assert (again.used == state.used).all()
    assert (again.load == state.load).all()
    assert (again.day[:, LOAD : WORST + 1] == state.day[:, LOAD : WORST + 1]).all()
    worst, model = again.total[WORST_OF_ALL], index.model
    assert worst == state.total[WORST_OF_ALL] == state.day[:, WORST].max()
    left = index.desk.numbers.visit[state.spot[:, ROUTE] < 0, DROP].sum()
    above = (again.load - model.share).clip(0).sum() * model.fair_price
    shared = above + worst * model.worst_price
    assert state.total[ALL] == state.day[:, COST].sum() + left + shared


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_cheapest_place_is_the_cheapest_of_all_places(seed):
    index = Index(tangle(seed, links=False))
    desk, state = index.desk, random_state(index, random.Random(seed))
    before = state.cost()
    for v in state.unplaced():
        costs = []
        for r in range(len(index.shifts)):
            if not desk.stock_allows(state, v, r):
                continue
            for at in range(len(state.stops(r)) + 1):
                trial = state.copy()
                if desk.put(trial, v, r, at):
                    added = trial.cost() - before + index.model.drop[v]
                    costs.append(added)
        found = desk.best(state, v)
        assert (None if found is None else found.delta) == min(costs, default=None)


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_where_nobody_rests_the_cheapest_place_is_the_one_that_adds_least(seed):
    """Many places there delay nobody and are priced without being timed."""
    index = Index(tangle(seed, visits=8, facts=False, told=False, rests=False))
    desk, rng = index.desk, random.Random(seed)
    state = random_state(index, rng)
    for v in rng.sample(range(8), 8):
        without = state.copy()
        if state.home(v) >= 0 and not desk.pull(without, v):
            continue
        before, after = without.cost() - index.model.drop[v], []
        for r in range(len(index.shifts)):
            if not desk.stock_allows(without, v, r):
                continue
            for at in range(len(without.stops(r)) + 1):
                trial = without.copy()
                if desk.put(trial, v, r, at):
                    after.append(trial.cost() - before)
        found = desk.best(without, v)
        assert (None if found is None else found.delta) == min(after, default=None)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_coupled_routes_are_timed_the_same_step_by_step_as_all_at_once(seed):
    """Rises are followed and what was held back is freed: the least times remain."""
    index = Index(tangle(seed))
    state, _ = searched(index, seed, 30)
    anew, routes = state.copy(), range(len(index.shifts))
    assert index.desk.set_routes(anew, {r: state.stops(r) for r in routes})
    assert (anew.spot[:, BEGINS] == state.spot[:, BEGINS]).all()
    assert anew.cost() == state.cost()
    judged = check(index.problem, to_plan(index, state))
    assert {item.code for item in judged.violations} <= {"must_serve"}


@settings(max_examples=80, deadline=None)
@given(SEEDS)
def test_who_was_held_back_by_what_leaves_starts_as_if_it_had_never_been_there(seed):
    index = Index(tangle(seed))
    m, w = hand_numbers(index.desk.numbers), hand_work(index.desk.work)
    state = random_state(index, random.Random(seed))
    free = [v for v, lock in enumerate(index.model.frozen) if lock is None]
    for v in [v for v in free if state.home(v) >= 0]:
        less, anew = state.copy(), state.copy()
        doors.forget(w)
        left = doors.pull(m, hand_state(less), w, v, FALL)
        doors.forget(w)
        assert doors.pull(m, hand_state(anew), w, v, ANEW) == left
        if left:
            assert (less.spot[:, BEGINS] == anew.spot[:, BEGINS]).all()
            assert less.cost() == anew.cost()


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_what_a_place_is_said_to_add_is_what_it_adds(seed):
    index = Index(tangle(seed, visits=8))
    desk, rng = index.desk, random.Random(seed)
    state = random_state(index, rng)
    for v in rng.sample(range(8), 8):
        if state.home(v) >= 0 and not desk.pull(state, v):
            continue
        before, trial = state.cost() - index.model.drop[v], state
        for r in range(len(index.shifts)):
            found = desk.best(state, v, [r])
            trial = state.copy()
            if found is not None and desk.put(trial, v, r, found.at):
                assert trial.cost() - before == found.delta
        state = trial


def test_the_largest_delay_is_priced_once_however_many_routes_are_asked():
    people = [small.technician(name) for name in ("tariq", "mei", "olu")]
    # Everybody can be there at ten past eight: late by 50 and by 5 minutes.
    dues = {"a": 7 * HOUR + 20 * 60, "b": 8 * HOUR + 5 * 60, "c": 8 * HOUR + 5 * 60}
    day = small.problem(
        [small.visit(name, due=Due(at, 0)) for name, at in dues.items()],
        people,
        crews=(Crew(("b", "c")),),
        objective=Objective(max_lateness=2),
    )
    desk = Index(day).desk
    state, minute, way = desk.start(), 60 * 50, 20 * 60 * 50
    added = []
    for v in (1, 2, 0):
        found = desk.best(state, v, [v])
        assert found is not None
        assert desk.put(state, v, v, found.at)
        added.append(found.delta)
    assert added == [way + 2 * 5 * minute, way, way + 2 * 45 * minute]
    assert desk.pull(state, 2)
    found = desk.best(state, 2, [2])
    assert found is not None
    assert found.delta == way


def test_a_detour_that_is_a_short_cut_lets_the_next_stop_start_earlier():
    # The direct way from home to `b` takes an hour, the one by `a` twenty minutes: `b`
    # is forty minutes less late, at 3 a minute.
    rows = [[0 if i == j else small.LEG for j in range(4)] for i in range(4)]
    rows[0][2] = HOUR
    day = replace(
        small.problem(
            [small.visit("b", due=Due(8 * HOUR, 3)), small.visit("a", duration=0)],
            [small.technician()],
        ),
        travel={"default": TravelMatrix(tuple(map(tuple, rows)))},
    )
    desk = Index(day).desk
    state = desk.start()
    assert desk.put(state, 0, 0, 0)
    found = desk.best(state, 1)
    assert found is not None
    assert (found.at, found.delta) == (0, (-40 - 3 * 40) * 60 * 50)


def test_a_later_stop_that_does_not_move_may_still_be_the_latest():
    # Doors open at noon and at two; who waits at the second one starts half an hour
    # after it was due, and `a`, put before both, five minutes.
    noon, two = ((12 * HOUR, 12 * HOUR),), ((14 * HOUR, 14 * HOUR),)
    half_past = Due(13 * HOUR + 30 * 60, 0)
    day = small.problem(
        [
            small.visit("b", windows=noon),
            small.visit("c", windows=two, due=half_past),
            small.visit("a", due=Due(8 * HOUR + 5 * 60, 0)),
        ],
        [small.technician()],
        objective=Objective(max_lateness=2),
    )
    desk = Index(day).desk
    state = desk.start()
    assert desk.put(state, 0, 0, 0)
    assert desk.put(state, 1, 0, 1)
    found = desk.best(state, 2)
    assert found is not None
    assert (found.at, found.delta) == (0, small.LEG * 50)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_trial_that_is_brought_back_leaves_no_trace(seed):
    index = Index(tangle(seed))
    desk, state = index.desk, random_state(index, random.Random(seed))
    for v in state.unplaced():
        for r in range(len(index.shifts)):
            before = state.copy()
            desk.fits(state, v, r, 0)
            for r2 in range(len(index.shifts)):
                assert state.stops(r2) == before.stops(r2)
            assert (state.spot[:, ROUTE] == before.spot[:, ROUTE]).all()
            assert (state.used == before.used).all()
            assert (state.load == before.load).all()
            assert (state.total == before.total).all()
            assert state.cost() == before.cost()
            assert (state.day[:, :STALE] == before.day[:, :STALE]).all()
            assert (state.day[:, LOAD:] == before.day[:, LOAD:]).all()


def test_chunks_do_not_change_the_search():
    index = Index(believable(people=4, visits=14, crews=1))
    whole, parts = index.desk.start(), index.desk.start()
    packed = params_for(index).packed()
    search = index.desk.search(whole, whole.copy(), packed)
    search.sow(3)
    search.run(0, 60, 60)
    search = index.desk.search(parts, parts.copy(), packed)
    search.sow(3)
    for done in range(0, 60, 7):
        search.run(done, 60, min(7, 60 - done))
    assert whole.cost() == parts.cost()
    assert [whole.stops(r) for r in range(4)] == [parts.stops(r) for r in range(4)]


SOLVE = """
import json, sys
from scheduling import Iterations, solve
from tests.scheduling.days import believable
plan = solve(believable(people=4, visits=12, crews=1), stop=Iterations(40), seed=9)
plan = plan.to_json()
plan["evidence"]["seconds"] = 0
print(json.dumps(plan, sort_keys=True))
"""


def test_another_process_without_the_compiler_finds_the_same_plan():
    day = believable(people=4, visits=12, crews=1)
    plan = solve(day, stop=Iterations(40), seed=9).to_json()
    plan["evidence"]["seconds"] = 0
    done = subprocess.run(
        [sys.executable, "-c", SOLVE],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONHASHSEED": "77"},
        capture_output=True,
        cwd=ROOT,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == json.dumps(plan, sort_keys=True)


def test_every_function_is_compiled_for_one_signature():
    """A second one would double the time to compile and the size of the cache."""
    scheduling.warm()
    solve(believable(people=4, visits=12, crews=1), stop=Iterations(5))
    seen = 0
    for name in KERNEL.split():
        module = importlib.import_module(f"scheduling.kernel.{name}")
        for function in vars(module).values():
            signatures = getattr(function, "signatures", [])
            seen += len(signatures)
            assert len(signatures) <= 1, (function, signatures)
    assert seen > 5 or numba.config.DISABLE_JIT


def test_only_doors_are_called_from_outside():
    refusal = AttributeError if numba.config.DISABLE_JIT else TypeError
    with pytest.raises(refusal):
        bounds.refresh(None, None, None, 0)


def test_no_part_of_the_kernel_makes_an_array():
    """What a part would allocate is never given back: nobody counts its holders."""
    folder = Path(bounds.__file__).parent
    for name in set(KERNEL.split()) - {"doors", "handle"}:
        tree = ast.parse((folder / f"{name}.py").read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not names & {"np", "numpy", "list", "dict", "set"}, name


def test_the_cache_is_kept_where_it_is_told_and_missed_where_it_cannot_be(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    found = compiled.cache_folder()
    assert found is not None
    assert found.parent == tmp_path
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/proc/nowhere")
    assert compiled.cache_folder() is None
    # A read-only installation keeps it with the user instead.
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(compiled, "HERE", Path("/proc/nowhere"))
    found = compiled.cache_folder()
    assert found is not None
    assert tmp_path / "own" in found.parents


def test_what_cannot_be_placed_gets_its_turn():
    """A fixed offset into the unplaced would try the same dozen for ever."""
    index = Index(believable(people=1, visits=60, crews=0, seed=2))
    m, work, state = index.desk.numbers, index.desk.work, index.desk.start()
    tried = np.zeros(len(m.visit), bool)
    search = index.desk.search(state, state.copy(), params_for(index).packed())
    search.sow(1)
    # One of them joins every second iteration: this is two turns for each.
    for done in range(240):
        search.run(done, 240, 1)
        tried[work.lists[UNIT_LIST, : work.out[UNITS]]] = True
    assert tried.all()
