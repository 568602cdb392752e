"""What would make room for a visit that is not planned: the smallest changes, priced.

Every remedy was carried out: the edits made, the visit placed, the plan judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scheduling.errors import InputError
from scheduling.explain import with_visit
from scheduling.plan import Plan
from scheduling.problem import Problem, Visit
from scheduling.relaxing import Relaxing
from scheduling.remedy import Remedy, Useless
from scheduling.teams import half_made, team_of, untied
from scheduling.trials import Trials


@dataclass(frozen=True, slots=True)
class Remedies:
    """What helps, and what was checked and would not; `tries` tells the effort."""

    visit: str
    remedies: tuple[Remedy, ...] = ()
    checked_and_useless: tuple[Useless, ...] = ()
    tries: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "visit": self.visit,
            "remedies": [one.to_json() for one in self.remedies],
            "checked_and_useless": [x.to_json() for x in self.checked_and_useless],
        }


def remedies(
    problem: Problem, plan: Plan, visit: str | Visit, *, most: int = 6
) -> list[Remedy]:
    """The smallest edits that really place the visit: single ones, then pairs.

    Of each kind the best comes in before a second of any kind; what is chosen is
    listed cheapest first. A remedy without edits says that the visit fits as things
    stand. Raises `InputError` when the visit is unknown or planned already.
    """
    return list(find_remedies(problem, plan, visit, most=most).remedies)


def find_remedies(
    problem: Problem,
    plan: Plan,
    visit: str | Visit,
    *,
    most: int = 6,
    now: int | None = None,
) -> Remedies:
    """`remedies`, together with the single edits that were tried in vain. With `now`
    (epoch seconds) nothing helps that begins earlier: a window that was made wider
    may reach back too far.
    """
    problem, name = with_visit(problem, visit)
    if name in plan.stops:
        raise InputError("visit", f"'{name}' is planned; ask `why_here`")
    lock = problem.visit_by_id[name].lock
    if lock is not None and lock.frozen:
        # A fact that is not in the plan is an error of the plan, not of the rules.
        return Remedies(name)
    found: list[Remedy] = []
    useless: dict[tuple[str, ...], Useless] = {}
    helped: set[tuple[str, ...]] = set()
    tries = 0
    for trials in _questions(problem, plan, name):
        if sum(one.worth_it for one in found) >= most:
            break
        search = Relaxing(trials, name, most)
        found += [one for one in search.run() if now is None or one.start >= now]
        tries += trials.tries
        useless.update(search.useless)
        helped |= search.helped
    vain = tuple(one for subject, one in useless.items() if subject not in helped)
    return Remedies(name, tuple(_chosen(found, most)), vain, tries)


def _questions(problem: Problem, plan: Plan, name: str) -> Iterator[Trials]:
    """The visit alone; or, of a crew, one half placed first and then the other."""
    team = team_of(problem, plan, name)
    if len(team) == 1:
        yield Trials(problem, plan, name)
        return
    for first in team:
        second, *rest = [one for one in team if one != first]
        halves = list(half_made(problem, plan, first))
        for began in halves:
            asked = untied(problem, began, first, second)
            if asked is not None:
                yield Trials(problem, began, second, rest, plan, asked)
        if not halves:
            yield Trials(problem, plan, first, [second, *rest])


def _chosen(found: list[Remedy], most: int) -> list[Remedy]:
    """As many as asked for: fewest edits, each kind in turn, cheapest first."""
    best: dict[tuple[object, ...], Remedy] = {}
    for one in sorted(found, key=lambda x: x.extra_cost):
        best.setdefault((frozenset(one.edits), one.technician), one)
    groups: dict[tuple[str, ...], int] = {}
    ranked: list[tuple[int, int, int, Remedy]] = []
    for one in best.values():
        rank = groups[one.kinds] = groups.get(one.kinds, -1) + 1
        ranked.append((len(one.edits) > 1, rank, one.extra_cost, one))
    ranked.sort(key=lambda x: x[:3])
    chosen = [one for *_, one in ranked[:most]]
    return sorted(chosen, key=lambda x: (len(x.edits), x.extra_cost, x.start))
