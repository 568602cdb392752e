"""Several cores: the same plan as one after another, and nothing is lost on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from scheduling import (
    Cancel,
    InputError,
    Iterations,
    Plan,
    Problem,
    Progress,
    Seconds,
    check,
    rounds,
    solve,
    solver,
)
from scheduling.areas import Cut
from scheduling.blocks import Block, Improved, cut_into_blocks
from scheduling.rounds import Heat, rounds_for
from scheduling.solver import improve
from scheduling.team import STOP, Alone, Beside, Job, Limit
from tests.scheduling.days import believable
from tests.scheduling.small import problem
from tests.scheduling.test_blocks import begun

DAY = believable(people=12, visits=40, crews=2)


@pytest.fixture(scope="module")
def beside() -> Iterator[Beside]:
    """Two processes for all tests of this module: they need a moment to start."""
    team = Beside(2)
    yield team
    team.close()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_VISITS", 20)


def jobs(count: int = 3) -> list[Job]:
    index, plan = begun(DAY)
    blocks = cut_into_blocks(index, plan, Cut(count))
    return [Job(block, 5 + k, Heat(0.2, 0.9)) for k, block in enumerate(blocks)]


def never() -> bool:
    return False


def silent(number: int, progress: Progress) -> None:
    """Nobody looks."""


def few(number: int, left: int) -> Limit:
    return Limit(iterations=(50, 60))


def long(number: int, left: int) -> Limit:
    return Limit(seconds=600.0)


def bests(found: Sequence[Improved | None]) -> list[Plan]:
    return [one.best for one in found if one is not None]


def without_clock(plan: Plan) -> Plan:
    assert plan.evidence is not None
    return replace(plan, evidence=replace(plan.evidence, seconds=0.0))


def test_processes_find_what_one_after_another_finds(beside: Beside):
    alone = Alone(improve).run(jobs(), few, never, silent)
    found = beside.run(jobs(), few, never, silent)
    assert None not in found
    assert bests(found) == bests(alone)
    assert [one and one.last.routes for one in found] == [
        one and one.last.routes for one in alone
    ]


def test_a_cancel_reaches_every_process_and_each_hands_in_what_it_has(beside: Beside):
    seen: set[int] = set()

    def tell(number: int, progress: Progress) -> None:
        if progress.iterations:
            seen.add(number)

    given = jobs(8)
    found = beside.run(given, long, lambda: len(seen) >= 2, tell)
    # A quick process may have begun another block; nobody goes through all of them.
    assert found[-1] is None
    for number in seen:
        one = found[number]
        assert one is not None
        assert one.iterations[0] > 0
        assert one.best.score.rank <= given[number].block.score.rank


def test_a_process_that_is_called_off_too_late_goes_on_with_the_next(beside: Beside):
    before = beside.processes
    for helper in beside.helpers:
        helper.link.send(STOP)
    found = beside.run(jobs(), few, never, silent)
    assert None not in found
    assert beside.processes == before


def test_a_block_whose_process_dies_is_done_by_another(beside: Beside):
    before = set(beside.processes)
    killed: list[int] = []

    def tell(number: int, progress: Progress) -> None:
        if not killed:
            killed.append(beside.processes[0])
            os.kill(killed[0], signal.SIGKILL)

    found = beside.run(jobs(), few, never, tell)
    assert bests(found) == bests(Alone(improve).run(jobs(), few, never, silent))
    assert set(beside.processes) - before
    assert killed[0] not in beside.processes


class Pretended(Alone):
    """Two cores that work one after the other."""

    def __init__(self, cores: int) -> None:
        super().__init__(improve, cores)


def test_a_run_on_two_cores_is_accepted_and_the_same_each_time(
    small_blocks: None, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Progress] = []
    stop = Iterations(300)
    plan = solve(DAY, stop=stop, seed=3, cores=2, on_progress=seen.append)
    assert check(DAY, plan).ok
    assert plan.score == check(DAY, plan).score
    assert plan.evidence is not None
    assert (plan.evidence.cores, len(plan.evidence.parts)) == (2, 4 * 2)
    assert plan.evidence.iterations[0] > 200
    assert plan.score.total < seen[0].score.total
    monkeypatch.setattr(solver, "Beside", Pretended)
    again = solve(DAY, stop=stop, seed=3, cores=2)
    assert without_clock(again) == without_clock(plan)


@pytest.fixture
def many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "MOST_VISITS", 12)


def test_a_large_problem_is_searched_block_by_block_on_one_core(many_blocks: None):
    plan = solve(DAY, stop=Iterations(200), seed=3)
    assert plan.evidence is not None
    assert plan.evidence.solver == "auto: insertion, search in blocks"
    assert len(plan.evidence.parts) == 4 * 4
    assert check(DAY, plan).ok


@pytest.mark.usefixtures("own_time")
def test_a_timed_run_in_blocks_can_be_replayed_by_its_parts(many_blocks: None):
    timed = solve(DAY, stop=Seconds(1.0), seed=4)
    assert timed.evidence is not None
    assert timed.evidence.iterations[0] > 100
    proof = timed.evidence
    assert proof.rounds == rounds.rounds_worth(DAY, 1.0) > rounds.FEWEST_ROUNDS
    stop = Iterations(*proof.iterations, parts=proof.parts, rounds=proof.rounds)
    again = solve(DAY, stop=stop, seed=4)
    assert (again.routes, again.score) == (timed.routes, timed.score)
    assert again.evidence is not None
    assert again.evidence.parts == timed.evidence.parts
    assert Plan.from_json(timed.to_json()) == timed


@pytest.mark.usefixtures("own_time")
def test_progress_of_the_blocks_adds_up_to_that_of_the_plan(many_blocks: None):
    seen: list[Progress] = []
    plan = solve(DAY, stop=Seconds(1.0), seed=4, on_progress=seen.append)
    assert plan.evidence is not None
    assert seen[-1].score == plan.score
    assert seen[-1].unplaced == len(plan.unplaced)
    # At the end of a block its figures are those of the plan that it is joined into.
    last = [x for x in seen if x.iterations == plan.evidence.iterations[0]]
    assert {x.score.total for x in last} == {plan.score.total}
    counts = [x.iterations for x in seen]
    assert counts == sorted(counts)


@pytest.mark.usefixtures("own_time")
def test_a_cancelled_run_in_blocks_returns_what_it_has(many_blocks: None):
    cancel = Cancel()

    def stop_after_a_while(progress: Progress) -> None:
        if progress.iterations > 5:
            cancel.cancel()

    plan = solve(DAY, stop=Seconds(60) | cancel, on_progress=stop_after_a_while)
    assert check(DAY, plan).ok
    assert plan.evidence is not None
    assert plan.evidence.iterations[0] > 5


def test_a_small_problem_is_searched_whole_and_a_large_one_is_not():
    assert rounds_for(DAY, 1) == []
    assert [x.copies for x in rounds_for(DAY, 2)] == [2]
    day = believable(people=101, visits=40)
    assert {x.cut.count for x in rounds_for(day, 1)} == {2}
    assert {x.cut.count for x in rounds_for(day, 3)} == {3}
    for cores in (1, 2, 4):
        assert sum(x.share for x in rounds_for(day, cores)) == pytest.approx(1.0)


def test_less_than_one_core_is_refused():
    with pytest.raises(InputError, match="cores: must be at least 1"):
        solve(problem([]), stop=Iterations(1), cores=0)


def test_nothing_to_plan_is_planned_on_two_cores_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(solver, "Beside", Pretended)
    plan = solve(problem([]), stop=Iterations(10), cores=2)
    assert plan.routes == plan.unplaced == ()


def block_of(day: Problem) -> Block:
    index, plan = begun(day)
    return cut_into_blocks(index, plan, Cut(1))[0]


def test_a_block_is_searched_between_the_heats_it_is_given():
    block = block_of(DAY)
    stop = Iterations(60)
    hot = improve(block, stop=stop, seed=1, heat=Heat(0.0, 0.0))
    cold = improve(block, stop=stop, seed=1, heat=Heat(1.0, 1.0))
    assert cold.last.score.total < hot.last.score.total
    whole = improve(block, stop=stop, seed=1, heat=Heat(0.0, 1.0))
    plain = improve(block, stop=stop, seed=1)
    assert whole == plain
    assert hot.best.score.total < hot.last.score.total
