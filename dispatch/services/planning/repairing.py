"""Repair a day: place again what a disruption hit, and move little else.

`repair` is the seam to the engine: it takes a task and a budget, and gives back
placements that break nothing new and never exceed the budget.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings

from dispatch.models import Plan
from dispatch.services.planning import hits, judging, live
from dispatch.services.planning import problem as reading
from dispatch.services.planning.grouping import Unit, connected, units
from scheduling import Assignment as Placement
from scheduling import (
    Lock,
    Problem,
    Progress,
    Published,
    Seconds,
    check,
    explain,
    solve,
)
from scheduling import assemble as lay_out
from scheduling.plan import Plan as EnginePlan
from scheduling.plan import Reason, Unplaced
from scheduling.stop import StopRule

# Pence that it costs to change a visit which people have seen already: less than to
# leave any visit out, more than a drive.
CHANGE_COST = 2_500
# Share of the time for the attempt that moves nothing else.
FIRST_SHARE = 0.4
NO_PLACE = Reason("no_place", "There is no place without moving what is fixed.")
Placements = dict[str, Placement]
OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Budget:
    """The most visits that move, and the most people whose day changes."""

    visits: int
    people: int


@dataclass(frozen=True)
class Task:
    """A day with a disruption: what stays as far as it can, and what must go."""

    found: reading.Reading
    placed: Placements
    hit: frozenset[str]
    causes: frozenset[str]

    @property
    def before(self) -> EnginePlan:
        """The plan that is left when nothing is done."""
        return lay_out(self.found.problem, self.placed)


@dataclass
class Repaired:
    """Where everything goes, and which hit visits the budget left out."""

    placed: Placements
    over_budget: set[str]

    def missing(self, task: Task) -> int:
        """The price of the hit visits that have no place."""
        visits = task.found.problem.visit_by_id
        left = task.hit & visits.keys() - self.placed.keys()
        return sum(visits[key].drop_cost or 0 for key in left)


def read(plan: Plan, cause: hits.Disruption, *, at: datetime) -> Task:
    """Read the day of a repair; what is told or starts soon is a fact in it."""
    hit = frozenset(str(row.pk) for row in cause.hit)
    found = reading.read(
        plan.territory,
        days=[plan.day],
        free=hit,
        not_before=at,
        frozen_until=frozen_until(at),
    )
    placed = live.placements(found, without=hit)
    return Task(found, placed, hit, frozenset(cause.people))


def frozen_until(at: datetime) -> datetime:
    """Until when nothing moves that was not hit."""
    return at + timedelta(minutes=settings.FROZEN_MINUTES)


def default_budget(task: Task) -> Budget:
    """A share of the day's visits, and of the people who work besides those hit."""
    share = -(-len(task.placed) * settings.REPAIR_VISITS_PERCENT // 100)
    team = [one for one in task.found.problem.technicians if one.shifts]
    others = sum(one.id not in task.causes for one in team)
    people = -(-others * settings.REPAIR_PEOPLE_PERCENT // 100)
    return Budget(max(settings.REPAIR_VISITS_LEAST, share), people)


def repair(
    task: Task,
    budget: Budget,
    *,
    seconds: float,
    cancel: StopRule,
    seed: int,
    on_progress: OnProgress,
) -> Repaired:
    """Place the hit visits; first with nothing else moved, then within the budget."""

    def search(problem: Problem, share: float, start: Placements) -> Placements:
        result = solve(
            problem,
            stop=Seconds(seconds * share) | cancel,
            seed=seed,
            warm_start=lay_out(problem, start),
            on_progress=on_progress,
        )
        return {
            key: Placement(route.technician, stop.start)
            for key, (route, stop) in result.stops.items()
        }

    wish = search(_narrowed(task, still=True), FIRST_SHARE, task.placed)
    first = enforced(task, wish, budget)
    if not first.missing(task):
        return first
    wish = search(_narrowed(task, still=False), 1 - FIRST_SHARE, first.placed)
    second = enforced(task, wish, budget)
    # Worth it only if more finds a place: else nobody else need be bothered.
    best = min(first, second, key=lambda one: one.missing(task))
    possible = first.over_budget | second.over_budget | second.placed.keys()
    return Repaired(best.placed, (possible & task.hit) - best.placed.keys())


def enforced(task: Task, wish: Placements, budget: Budget) -> Repaired:
    """What of a wish holds, is needed and stays within the budget."""
    return _Enforcer(task, wish, budget).result()


def explained(task: Task, done: Repaired, budget: Budget) -> EnginePlan:
    """The plan of the placements, judged, with a reason for each visit left out."""
    problem = task.found.problem
    plan = lay_out(problem, done.placed)
    left = []
    for item in plan.unplaced:
        reasons: tuple[Reason, ...] = ()
        if item.visit in done.over_budget:
            reasons = (_over(budget),)
        elif item.visit in task.hit:
            reasons = explain(problem, plan, item.visit).reasons or (NO_PLACE,)
        left.append(Unplaced(item.visit, reasons))
    score = check(problem, plan).score
    return replace(plan, unplaced=tuple(left), score=score)


def moved(task: Task, placed: Placements) -> set[str]:
    """Visits that change person or time though nothing hit them."""
    return {key for key, place in task.placed.items() if placed.get(key) != place}


def touched(task: Task, placed: Placements) -> set[str]:
    """People whose day changes, besides those whom the disruption is about."""
    people = {placed[key].technician for key in task.hit if key in placed}
    for key in moved(task, placed):
        people |= {task.placed[key].technician, placed[key].technician}
    return people - task.causes


def _over(budget: Budget) -> Reason:
    sentence = (
        f"Placing it would move more than {budget.visits} visits or change the day of "
        f"more than {budget.people} people."
    )
    return Reason("budget", sentence)


def _narrowed(task: Task, *, still: bool) -> Problem:
    """The problem without the queue; `still` makes a fact of everything placed."""
    problem = task.found.problem
    visits = []
    for visit in problem.visits:
        place = task.placed.get(visit.id)
        if place is None and visit.id not in task.hit:
            continue
        told = Published(place.technician, place.start) if place else None
        if place and still and not (visit.lock and visit.lock.frozen):
            fact = Lock(place.technician, place.start, frozen=True)
            visit = replace(visit, lock=fact, windows=())
        visits.append(replace(visit, published=told))
    known = {visit.id for visit in visits}
    return replace(
        problem,
        visits=tuple(visits),
        crews=tuple(crew for crew in problem.crews if set(crew.visits) <= known),
        objective=replace(problem.objective, stability=CHANGE_COST),
    )


class _Enforcer:
    """Keeps of a wish only what holds, is needed and stays within the budget."""

    def __init__(self, task: Task, wish: Placements, budget: Budget) -> None:
        self.task, self.wish, self.budget = task, wish, budget
        self.placed = dict(task.placed)
        self.over_budget: set[str] = set()
        self.allowed = judging.broken(task.found, task.placed)

    def result(self) -> Repaired:
        for hit, changed in self._clusters():
            self._take(hit, changed)
        return Repaired(self.placed, self.over_budget)

    def _take(self, hit: list[Unit], changed: list[Unit]) -> None:
        """Take a cluster; while it is too much, without its cheapest hit visits."""
        holds = False
        while hit:
            trial = {**self.placed, **self._wished([*hit, *changed])}
            if self._holds(trial):
                holds = True
                trial = self._with_little_moved(trial, changed)
                if self._affordable(trial):
                    self.placed = trial
                    return
            last = hit.pop()
            if holds:
                self.over_budget.update(last)

    def _wished(self, units: list[Unit]) -> Placements:
        return {key: self.wish[key] for unit in units for key in unit}

    def _put_back(self, trial: Placements, unit: Unit) -> Placements:
        return {**trial, **{key: self.task.placed[key] for key in unit}}

    def _holds(self, trial: Placements) -> bool:
        return judging.broken(self.task.found, trial) <= self.allowed

    def _affordable(self, trial: Placements) -> bool:
        few = len(moved(self.task, trial)) <= self.budget.visits
        return few and len(touched(self.task, trial)) <= self.budget.people

    def _with_little_moved(self, trial: Placements, changed: list[Unit]) -> Placements:
        """Put back what need not move, the least useful first, until all is needed."""
        left = sorted(
            changed, key=lambda unit: (self._price_without(trial, unit), unit)
        )
        again = True
        while again:
            again = False
            for unit in list(left):
                less = self._put_back(trial, unit)
                if self._holds(less):
                    trial, again = less, True
                    left.remove(unit)
        return trial

    def _price_without(self, trial: Placements, unit: Unit) -> int:
        """What the plan would cost if these visits stayed where they were."""
        problem = self.task.found.problem
        plan = lay_out(problem, self._put_back(trial, unit))
        return check(problem, plan).score.total

    def _clusters(self) -> list[tuple[list[Unit], list[Unit]]]:
        """Hit visits and moves that share people, the dearest visits first."""
        hit = self.units(self.task.hit & self.wish.keys())
        changed = self.units(
            key
            for key, place in self.task.placed.items()
            if self.wish.get(key, place) != place
        )
        parts = connected([*hit, *changed], self._people)
        clusters = [
            (sorted([u for u in part if u in hit], key=self._price), part)
            for part in parts
        ]
        found = [(own, [u for u in part if u not in hit]) for own, part in clusters]
        return sorted((x for x in found if x[0]), key=lambda x: self._price(x[0][0]))

    def units(self, keys: Iterable[str]) -> list[Unit]:
        """Visits one by one; those of one crew stand and fall together."""
        return units(self.task.found, keys)

    def _people(self, unit: Unit) -> set[str]:
        places = [self.wish[key] for key in unit]
        places += [self.task.placed[key] for key in unit if key in self.task.placed]
        return {place.technician for place in places}

    def _price(self, unit: Unit) -> tuple[int, Unit]:
        visits = self.task.found.problem.visit_by_id
        return -sum(visits[key].drop_cost or 0 for key in unit), unit
