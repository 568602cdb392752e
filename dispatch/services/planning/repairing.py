"""Repair a day: place again what a disruption hit, and move little else.

The engine's `repair` does it. Here the rows become what it asks for: the day as it
stands, what happened to it, and how much may change.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from dispatch.models import Plan
from dispatch.services.planning import hits, live
from dispatch.services.planning import problem as reading
from dispatch.services.planning.hours import seconds
from scheduling import Absent, Change, Lost, Overrun, Problem
from scheduling import Budget as EngineBudget
from scheduling import Plan as EnginePlan
from scheduling import assemble as lay_out
from scheduling import repair as engine_repair
from scheduling.changes_json import Happening
from scheduling.plan import Reason
from scheduling.repair import Repaired
from scheduling.stop import StopRule

# So many times more than in a plan of the day costs a change in a repair, after which
# people have to be called: less than to leave any visit out, more than a drive.
DEARER = 12


@dataclass(frozen=True)
class Budget:
    """The most visits that move, and the most people whose day changes."""

    visits: int
    people: int


@dataclass(frozen=True)
class Task:
    """A day and what happened to it: `before` is the plan as it stands, in which the
    `hit` visits cannot stay and those asked for have no place yet."""

    found: reading.Reading
    problem: Problem
    before: EnginePlan
    happening: Happening
    hit: frozenset[str]
    causes: frozenset[str]

    @property
    def left(self) -> EnginePlan:
        """The plan of the whole day that is left when nothing is done."""
        placed = live.placements(self.found, without=self.hit)
        return lay_out(self.found.problem, placed)


def read(plan: Plan, cause: hits.Disruption, *, at: datetime) -> Task:
    """Read the day of a repair; what is told or starts soon is a fact in it."""
    hit = frozenset(str(row.pk) for row in cause.placed_anew)
    found = reading.read(
        plan.territory,
        days=[plan.day],
        free=hit,
        not_before=at,
        frozen_until=frozen_until(at),
    )
    placed = live.placements(found)
    problem = _without_queue(found.problem, hit | placed.keys())
    before = lay_out(problem, placed)
    happening = Happening(
        now=seconds(at),
        changes=tuple(_changes(cause, problem, before, hit)),
        frozen_until=seconds(frozen_until(at)),
    )
    return Task(found, problem, before, happening, hit, frozenset(cause.people))


def frozen_until(at: datetime) -> datetime:
    """Until when nothing moves that was not hit."""
    return at + timedelta(minutes=settings.FROZEN_MINUTES)


def default_budget(task: Task) -> Budget:
    """A share of the day's visits, and of the people who work besides those hit."""
    placed = len(task.before.stops.keys() - task.hit)
    share = -(-placed * settings.REPAIR_VISITS_PERCENT // 100)
    team = [one for one in task.problem.technicians if one.shifts]
    others = sum(one.id not in task.causes for one in team)
    people = -(-others * settings.REPAIR_PEOPLE_PERCENT // 100)
    return Budget(max(settings.REPAIR_VISITS_LEAST, share), people)


def repair(task: Task, budget: Budget, *, stop: StopRule, seed: int) -> Repaired:
    """Place the hit visits within the budget; people the disruption is about do not
    count, and every minute that another visit moves does."""
    return engine_repair(
        task.problem,
        task.before,
        task.happening.changes,
        stop=stop,
        budget=_limits(task, budget),
        now=task.happening.now,
        frozen_until=task.happening.frozen_until,
        seed=seed,
    )


def inputs(task: Task, budget: Budget) -> dict[str, Any]:
    """What a replay needs beside the problem and the seed, JSON-ready."""
    limits = _limits(task, budget)
    return {
        "before": task.before.to_json(),
        "changes": task.happening.to_json(),
        "apart": list(limits.apart),
        "slack": limits.slack,
    }


def hit_by(task: Task, done: Repaired) -> frozenset[str]:
    """What could not stay: what was known to be hit, and what the engine found."""
    forced = {one.visit for one in done.diff.changes if one.forced}
    return task.hit | (forced & task.found.visits.keys())


def in_words(done: Repaired, budget: Budget) -> EnginePlan:
    """The plan with the budget's own figures where it is the reason."""
    sentence = (
        f"Placing it would move more than {budget.visits} visits or change the day of "
        f"more than {budget.people} people."
    )
    over = Reason("budget", sentence)
    left = tuple(
        replace(item, reasons=(over,))
        if item.visit in done.diff.out_of_budget
        else item
        for item in done.plan.unplaced
    )
    return replace(done.plan, unplaced=left)


def _limits(task: Task, budget: Budget) -> EngineBudget:
    apart = tuple(sorted(task.causes))
    return EngineBudget(budget.visits, budget.people, apart=apart, slack=0)


def _changes(
    cause: hits.Disruption, problem: Problem, before: EnginePlan, hit: frozenset[str]
) -> list[Change]:
    """What happened, as the engine hears it.

    The rows say so already: shifts are cut, work that runs over is longer. Said again
    it changes nothing, but stands in the evidence.
    """
    told: list[Change] = [
        Absent(str(one.technician_id), seconds(one.starts_at), seconds(one.ends_at))
        for one in cause.away
        if str(one.technician_id) in problem.technician_by_id
    ]
    for row in cause.over:
        key = str(row.pk)
        if key in before.stops:
            start = before.stops[key][1].start
            told.append(Overrun(key, start + problem.visit_by_id[key].duration))
    return told + [Lost(key) for key in sorted(hit) if key in problem.visit_by_id]


def _without_queue(problem: Problem, kept: frozenset[str]) -> Problem:
    """What waits is left to the next plan, and a change costs what it costs here."""
    known = {visit.id for visit in problem.visits} & kept
    weight = problem.objective.stability * DEARER
    return replace(
        problem,
        visits=tuple(visit for visit in problem.visits if visit.id in known),
        crews=tuple(crew for crew in problem.crews if set(crew.visits) <= known),
        objective=replace(problem.objective, stability=weight),
    )
