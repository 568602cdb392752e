"""`solve`: a first plan at once, then a better one for as long as it may take."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduling.arrays import Index
from scheduling.blocks import Block, Improved
from scheduling.check import Report, check
from scheduling.errors import InputError
from scheduling.exact import Polished, is_loaded, load, polish
from scheduling.explain import reasons_for
from scheduling.joining import judged
from scheduling.kernel.numbers import State
from scheduling.plan import Evidence, Plan, Unplaced
from scheduling.problem import Problem
from scheduling.progress import OnProgress, Progress
from scheduling.rounds import Heat, Round, rounds_for, rounds_worth
from scheduling.routing import starting_plan
from scheduling.schedule import from_plan, to_plan
from scheduling.spread import Spread
from scheduling.stop import Clock, StopRule
from scheduling.team import Alone, Beside
from scheduling.tuning import heated, params_for
from scheduling.version import ENGINE_VERSION

# `search` is `auto` without the exact part: nothing to load, and always replayable.
SOLVERS = ("auto", "ortools", "search")
WHOLE = Heat()
# Iterations of the first chunk; later ones are made to last about CHUNK_SECONDS.
FIRST_CHUNK = 16
CHUNK_SECONDS = 0.03
# Share of the time after which the speed is known and the cooling is laid out.
MEASURE = 0.03
# Beyond this a small problem gains nothing more; people need not wait.
ENOUGH_BASE, ENOUGH_PER_VISIT = 5_000, 4_000
TELL_EVERY = 0.25
MOST_IN_CHUNK = 1 << 16
FAR_OFF = 1 << 40
# With less time than this the exact part is left out unless it is loaded already.
WORTH_LOADING = 5.0
# With less time than this other processes would end before they have begun.
WORTH_STARTING = 4.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How the time of a search is laid out: the share kept for what comes after it, and
    how much more is planned for the rest than the speed at the start promises."""

    tail: float
    quicker: float


# The exact polish and the final check follow; cold iterations are quicker.
TO_THE_END = Manner(0.04, 1.1)
# Only the check follows, and one of many rounds is hardly colder at its end.
IN_A_BLOCK = Manner(0.01, 0.98)


def solve(
    problem: Problem,
    *,
    stop: StopRule,
    seed: int = 0,
    warm_start: Plan | None = None,
    on_progress: OnProgress | None = None,
    solver: str = "auto",
    cores: int = 1,
) -> Plan:
    """The best plan found before `stop`; always one that `check` accepts, with every
    visit either placed or listed with its reasons. With several `cores` parts of it
    are searched at once, each in a process of its own. Raises `InputError` on an
    unknown `solver` or less than one core.
    """
    if solver not in SOLVERS:
        raise InputError("solver", f"must be one of {', '.join(SOLVERS)}")
    if cores < 1:
        raise InputError("cores", "must be at least 1")
    run = _Run(problem, Clock(stop), seed, on_progress, solver)
    rounds = [] if solver == "ortools" else run.rounds(cores)
    if rounds:
        run.spread(warm_start, rounds, run.worth(cores))
    else:
        run.start(warm_start)
        run.search_on()
    run.polish()
    return run.finish()


def improve(
    block: Block,
    *,
    stop: StopRule,
    seed: int = 0,
    heat: Heat = WHOLE,
    on_progress: OnProgress | None = None,
) -> Improved:
    """Search on from the plan of a block; both plans that come back are judged, and
    have neither reasons nor evidence."""
    clock = Clock(stop)
    run = _Run(block.problem, clock, seed, on_progress, "auto", heat, IN_A_BLOCK)
    run.take_up(block.plan)
    run.search_on()
    run.tell()
    counts = (run.done, run.planned)
    return Improved(run.written(run.best), run.written(run.current), counts)


class _Run:
    """One call of `solve`, step by step."""

    def __init__(
        self,
        problem: Problem,
        clock: Clock,
        seed: int,
        on_progress: OnProgress | None,
        solver: str,
        heat: Heat = WHOLE,
        manner: Manner = TO_THE_END,
    ) -> None:
        self.problem, self.clock, self.seed = problem, clock, seed
        self.tail = manner.tail * (clock.limits.seconds or 0.0)
        self.quicker = manner.quicker
        self.on_progress, self.solver = on_progress, solver
        self.index = Index(problem)
        self.done, self.planned = 0, 0
        self.cores, self.in_rounds = 1, 0
        self.parts: list[tuple[int, int]] = []
        self.rough = False
        self.told_at = -1.0
        self.exact = False
        self.desk = self.index.desk
        self.params = heated(params_for(self.index), heat)
        self.packed = self.params.packed()
        self.best: State = self.desk.start()
        self.current = self.best
        self.chunk = FIRST_CHUNK
        self.polished = Polished(self.best)

    def _load_exact(self) -> bool:
        """Load CP-SAT now, inside the time given: a cold start takes seconds."""
        if self.solver == "search":
            return False
        left = self.clock.left()
        if left is not None and left < WORTH_LOADING and not is_loaded():
            return False
        load()
        return True

    def start(self, warm_start: Plan | None) -> None:
        """First plans: greedy, the warm start, OR-Tools; the best one goes on."""
        over = self.clock.over
        if warm_start is not None:
            self.offer(from_plan(self.index, warm_start))
            self.offer(self._filled(self.best, over))
        # However little time there is, a first plan is made; only a cancel ends it.
        self.offer(self._filled(self.desk.start(), self.clock.cancelled))
        self.tell()
        if over():
            return
        if self.solver == "ortools":
            rough = starting_plan(self.index, self.clock, full=True)
            self.rough = rough is not None
            if rough is not None:
                self.offer(self._filled(from_plan(self.index, rough), over))
                self.tell()
        self.exact = self._load_exact()

    def take_up(self, plan: Plan | None) -> None:
        """A first plan at once: the given one, filled; from nothing if none is."""
        over = self.clock.cancelled if plan is None else self.clock.over
        if plan is not None:
            self.offer(from_plan(self.index, plan))
        self.offer(self._filled(self.best, over))
        self.tell()

    def worth(self, cores: int) -> int:
        """As many cores as there is time to make use of."""
        left = self.clock.left()
        return cores if left is None or left >= WORTH_STARTING else 1

    def rounds(self, cores: int) -> list[Round]:
        """The rounds of a run in blocks: as many as are told, or as time allows."""
        limits = self.clock.limits
        count = limits.rounds or rounds_worth(self.problem, limits.seconds)
        return rounds_for(self.problem, self.worth(cores), count)

    def spread(self, warm_start: Plan | None, rounds: list[Round], cores: int) -> None:
        """Search in blocks, on several cores or one block after another. What is left
        to polish in so large a plan is not worth a replay that depends on a clock."""
        team = Alone(improve) if cores == 1 else Beside(cores)
        # Wanted in the end, and seconds of work for a large problem.
        hashing = threading.Thread(target=getattr, args=(self.problem, "hash"))
        hashing.start()
        try:
            self.take_up(warm_start)
            left = self.clock.left()
            until = None if left is None else self.clock.spent() + left - self.tail
            plan = judged(self.problem, to_plan(self.index, self.best))[0]
            spread = Spread(
                self.index, plan, self.clock, self.seed, self.on_progress, until
            )
            spread.run(rounds, team)
        finally:
            team.close()
            hashing.join()
        self.offer(from_plan(self.index, spread.best))
        self.cores, self.in_rounds, self.parts = cores, len(rounds), spread.parts
        self.done, self.planned = spread.done, spread.planned

    def _filled(self, state: State, over: Callable[[], bool]) -> State:
        fuller = state.copy()
        self.desk.fill(fuller, over)
        return fuller

    def offer(self, state: State) -> None:
        """Go on from this state when it is better than the best so far."""
        if state.cost() < self.best.cost():
            self.best = state.copy()

    def search_on(self) -> None:
        """Ruin and recreate until time, iterations or patience run out."""
        limits = self.clock.limits
        self.planned = limits.planned if limits.planned is not None else 0
        if self.solver == "ortools" or not self.problem.visits:
            return
        self.current = self.best.copy()
        search = self.desk.search(self.current, self.best, self.packed)
        search.sow(self.seed)
        self.began = self.clock.spent()
        while (count := self._next_chunk()) > 0:
            since = self.clock.spent()
            # Until the speed is known nothing cools: then the plan is a long one.
            planned = self.planned or FAR_OFF
            search.run(self.done, planned, count)
            self.done += count
            self._pace(self.clock.spent() - since)
            self.tell_sometimes()

    def _pace(self, seconds: float) -> None:
        """Make the next chunk last neither too long to cancel nor too short to pay."""
        if seconds < CHUNK_SECONDS / 2:
            self.chunk = min(2 * self.chunk, MOST_IN_CHUNK)
        elif seconds > 2 * CHUNK_SECONDS:
            self.chunk = max(1, self.chunk // 2)

    def _next_chunk(self) -> int:
        """How many iterations to run now; 0 ends the search."""
        limits = self.clock.limits
        if self.clock.cancelled() or self._late():
            return 0
        if limits.iterations is not None:
            return min(self.chunk, limits.iterations - self.done)
        if not self.planned and self._measured():
            self.planned = self._plan_iterations()
        if not self.planned:
            return self.chunk
        if self.planned >= self._enough() and self.done >= self.planned:
            return 0
        # A quick run goes on in the cold until its time is over.
        return self.chunk

    def _late(self) -> bool:
        left = self.clock.left()
        return left is not None and left <= self.tail

    def _measured(self) -> bool:
        seconds = self.clock.limits.seconds
        if seconds is None:
            return True
        enough = self.done >= self._enough() * self.params.lead
        return enough or self.clock.spent() - self.began >= MEASURE * seconds

    def _enough(self) -> int:
        return ENOUGH_BASE + ENOUGH_PER_VISIT * len(self.problem.visits)

    def _plan_iterations(self) -> int:
        """Iterations that time and patience allow; those done so far were the lead."""
        left, done = self.clock.left(), self.done
        if left is None:
            return self._enough()
        left -= self.tail
        speed = done / max(self.clock.spent() - self.began, 1e-6)
        planned = done + int(self.quicker * speed * max(left, 0.0))
        lead = math.ceil((done + 1) / self.params.lead)
        return max(lead, min(planned, self._enough()))

    def polish(self) -> None:
        """Each technician's day once more, exactly, as far as time allows."""
        if self.exact and not self.clock.over():
            most = self.clock.limits.exact
            self.polished = polish(self.index, self.best, self.clock, steps=most)
            self.offer(self.polished.state)

    def tell_sometimes(self) -> None:
        if self.on_progress and self.clock.spent() >= self.told_at + TELL_EVERY:
            self.tell()

    def tell(self) -> None:
        if self.on_progress is None:
            return
        self.told_at = self.clock.spent()
        best = self.best
        score = check(self.problem, to_plan(self.index, best)).score
        left = len(best.unplaced())
        self.on_progress(Progress(self.done, score, left, self.told_at))

    def finish(self) -> Plan:
        """The plan of the best state, judged, explained and with its evidence."""
        plan, report = self._judged(self.best)
        reasons = reasons_for(self.index, plan)
        left = tuple(Unplaced(x.visit, reasons[x.visit]) for x in plan.unplaced)
        evidence = self.evidence()
        self.tell()
        bound, score = self.polished.bound, report.score
        if bound is not None and (score.unserved or bound > score.total):
            bound = None
        return replace(plan, unplaced=left, score=score, evidence=evidence, bound=bound)

    def written(self, state: State) -> Plan:
        """A state as a plan, judged, without reasons."""
        plan, report = self._judged(state)
        return replace(plan, score=report.score)

    def evidence(self) -> Evidence:
        """How this run came about so far."""
        return Evidence(
            problem_hash=self.problem.hash,
            seed=self.seed,
            engine_version=ENGINE_VERSION,
            solver=self._ran(),
            seconds=round(self.clock.spent(), 3),
            iterations=(self.done, self.planned),
            exact=self.polished.steps,
            best_orders=self.polished.best_orders,
            cores=self.cores,
            rounds=self.in_rounds,
            parts=tuple(self.parts),
        )

    def _ran(self) -> str:
        parts = ["routing" if self.rough else "insertion"]
        parts += ["search in blocks"] if self.parts else []
        parts += ["search"] if self.done and not self.parts else []
        parts += ["exact"] if self.exact else []
        return f"{self.solver}: {', '.join(parts)}"

    def _judged(self, state: State) -> tuple[Plan, Report]:
        """Drop what the judge objects to: a plan with fewer visits, never a wrong one.

        The search obeys the same rules, so this finds something only if one of the
        two is mistaken.
        """
        plan = to_plan(self.index, state)
        while True:
            report = check(self.problem, plan)
            guilty = _guilty(plan, report)
            if not guilty:
                return plan, report
            plan = _without(plan, guilty)


def _guilty(plan: Plan, report: Report) -> set[str]:
    """Planned visits that stand in the way of an accepted plan."""
    wrong: set[str] = set()
    for item in report.violations:
        if item.code == "must_serve":
            continue
        named = set(item.visits) & plan.stops.keys()
        if not named:
            named = {
                stop.visit
                for route in plan.routes
                for stop in route.stops
                if item.technician in (None, route.technician)
            }
        wrong |= named
    return wrong


def _without(plan: Plan, gone: set[str]) -> Plan:
    routes = [
        replace(r, stops=tuple(s for s in r.stops if s.visit not in gone), breaks=())
        if any(stop.visit in gone for stop in r.stops)
        else r
        for r in plan.routes
    ]
    left = (*plan.unplaced, *(Unplaced(name) for name in sorted(gone)))
    return replace(plan, routes=tuple(r for r in routes if r.stops), unplaced=left)
