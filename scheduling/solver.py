"""`solve`: a first plan at once, then a better one for as long as it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduling.arrays import Index
from scheduling.check import Report, check
from scheduling.errors import InputError
from scheduling.exact import is_loaded, load, polish
from scheduling.explain import reasons_for
from scheduling.kernel.anneal import Search, begin, fill
from scheduling.kernel.state import State, empty_state, unplaced
from scheduling.plan import Evidence, Plan, Score, Unplaced
from scheduling.problem import Problem
from scheduling.routing import starting_plan
from scheduling.schedule import from_plan, to_plan
from scheduling.stop import Clock, StopRule
from scheduling.version import ENGINE_VERSION

SOLVERS = ("auto", "ortools")
# After this many iterations the speed is known and the cooling is laid out.
MEASURED = 200
# Beyond this a small problem gains nothing more; people need not wait.
ENOUGH_BASE, ENOUGH_PER_VISIT = 2_000, 400
# Share of the time kept for the exact polish and the final check.
TAIL = 0.12
TELL_EVERY = 0.25
# With less time than this the exact part is left out unless it is loaded already.
WORTH_LOADING = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What a run has to show so far; `score` is that of the best plan."""

    iterations: int
    score: Score
    unplaced: int
    seconds: float


OnProgress = Callable[[Progress], None]


def solve(
    problem: Problem,
    *,
    stop: StopRule,
    seed: int = 0,
    warm_start: Plan | None = None,
    on_progress: OnProgress | None = None,
    solver: str = "auto",
) -> Plan:
    """The best plan found before `stop`; always one that `check` accepts, with every
    visit either placed or listed with its reasons. Raises `InputError` on an unknown
    `solver`.
    """
    if solver not in SOLVERS:
        raise InputError("solver", f"must be one of {', '.join(SOLVERS)}")
    run = _Run(problem, Clock(stop), seed, on_progress, solver)
    run.start(warm_start)
    run.search_on()
    run.polish()
    return run.finish()


class _Run:
    """One call of `solve`, step by step."""

    def __init__(
        self,
        problem: Problem,
        clock: Clock,
        seed: int,
        on_progress: OnProgress | None,
        solver: str,
    ) -> None:
        self.problem, self.clock, self.seed = problem, clock, seed
        self.on_progress, self.solver = on_progress, solver
        self.index = Index(problem)
        self.done, self.planned = 0, 0
        self.rough = False
        self.told_at = -1.0
        self.exact = False
        state = empty_state(self.index.model)
        self.search: Search = begin(
            self.index.model, self.index.near, self.index.minute, seed, state
        )

    def _load_exact(self) -> bool:
        """Load CP-SAT now, inside the time given: a cold start takes seconds."""
        left = self.clock.left()
        if left is not None and left < WORTH_LOADING and not is_loaded():
            return False
        load()
        return True

    def start(self, warm_start: Plan | None) -> None:
        """First plans: greedy, the warm start, OR-Tools; the best one goes on."""
        search, over = self.search, self.clock.over
        if warm_start is not None:
            warm = from_plan(self.index, warm_start)
            search.offer(warm)
            search.offer(fill(search, warm, over))
        # However little time there is, a first plan is made; only a cancel ends it.
        greedy = fill(search, empty_state(self.index.model), self.clock.cancelled)
        search.offer(greedy)
        self.tell()
        if over():
            return
        rough = starting_plan(self.index, self.clock, full=self.solver == "ortools")
        self.rough = rough is not None
        if rough is not None:
            search.offer(fill(search, from_plan(self.index, rough), over))
            self.tell()
        self.exact = self._load_exact()

    def search_on(self) -> None:
        """Ruin and recreate until time, iterations or patience run out."""
        limits = self.clock.limits
        self.planned = limits.planned if limits.planned is not None else 0
        if self.solver == "ortools" or not self.problem.visits:
            return
        began = self.clock.spent()
        while not self._over():
            if self.done == MEASURED and limits.planned is None:
                self.planned = self._plan_iterations(self.clock.spent() - began)
            self.search.step(self._progress())
            self.done += 1
            self.tell_sometimes()

    def _over(self) -> bool:
        limits = self.clock.limits
        if limits.iterations is not None and self.done >= limits.iterations:
            return True
        laid_out = self.done > MEASURED and limits.planned is None
        if laid_out and self.done >= self.planned:
            return True
        left = self.clock.left()
        tail = TAIL * (limits.seconds or 0.0)
        return self.clock.cancelled() or (left is not None and left <= tail)

    def _plan_iterations(self, spent: float) -> int:
        enough = ENOUGH_BASE + ENOUGH_PER_VISIT * len(self.problem.visits)
        left = self.clock.left()
        if left is None:
            return enough
        left -= TAIL * (self.clock.limits.seconds or 0.0)
        # Answers remembered make later iterations quicker than the first ones.
        speed = 1.7 * MEASURED / max(spent, 1e-6)
        return min(enough, MEASURED + int(speed * max(left, 0.0)))

    def _progress(self) -> float:
        if self.done < MEASURED or self.planned <= MEASURED:
            return 0.0 if self.planned > MEASURED or not self.planned else 1.0
        return min(1.0, (self.done - MEASURED) / (self.planned - MEASURED))

    def polish(self) -> None:
        """Each technician's day once more, exactly, as far as time allows."""
        if self.exact and not self.clock.over():
            self.search.offer(polish(self.index, self.search.best, self.clock))

    def tell_sometimes(self) -> None:
        if self.on_progress and self.clock.spent() >= self.told_at + TELL_EVERY:
            self.tell()

    def tell(self) -> None:
        if self.on_progress is None:
            return
        self.told_at = self.clock.spent()
        best = self.search.best
        score = check(self.problem, to_plan(self.index, best)).score
        self.on_progress(Progress(self.done, score, len(unplaced(best)), self.told_at))

    def finish(self) -> Plan:
        """The plan of the best state, judged, explained and with its evidence."""
        plan, report = self._judged(self.search.best)
        reasons = reasons_for(self.index, plan)
        left = tuple(Unplaced(x.visit, reasons[x.visit]) for x in plan.unplaced)
        evidence = Evidence(
            problem_hash=self.problem.hash,
            seed=self.seed,
            engine_version=ENGINE_VERSION,
            solver=self._ran(),
            seconds=round(self.clock.spent(), 3),
            iterations=(self.done, self.planned),
        )
        self.tell()
        return replace(plan, unplaced=left, score=report.score, evidence=evidence)

    def _ran(self) -> str:
        parts = ["routing" if self.rough else "insertion"]
        parts += ["search"] if self.done else []
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
