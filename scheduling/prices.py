"""What each family of rules costs: the same day planned again without it.

A price is the difference of two plans, both kept with their problems and evidence. The
plan with all rules is also one without a rule, and the search starts from it: nothing
gets dearer by leaving a rule out. Only a visit that must be served, and is served only
without the rule, can make the rest cost more; that is said apart (`more_served`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scheduling.check import check
from scheduling.errors import InputError
from scheduling.plan import SCALE, Plan
from scheduling.problem import (
    HeldSkill,
    Overtime,
    Problem,
    Shift,
    Technician,
    Visit,
    Wishes,
)
from scheduling.solver import solve
from scheduling.stop import Cancel, Clock, Iterations, Seconds, StopRule

# How much longer than now a shift may last once its limit is gone.
LONGEST_OVERTIME = 4 * 3600
USUAL_DROP_COST = 1000
# Below this many seconds a new plan would say nothing.
LEAST_SECONDS = 0.05

OnFamily = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What one family of rules costs, in units of the score (1/3000).

    `problem` is the day without the rule, `without` its plan and `plan` the one with
    all rules: `solve(problem, warm_start=plan)` with the seed and the counts of
    `without.evidence` gives `without` again (or, where that is no better, it is `plan`
    itself). `is_proved`: neither plan can be improved, so the price is exact; else it
    is what the search found.
    """

    family: str
    price: int
    more_served: int
    is_proved: bool
    plan: Plan
    problem: Problem
    without: Plan

    @property
    def sentence(self) -> str:
        """What the rule costs, for people."""
        what = FAMILIES[self.family].words
        if self.more_served:
            count = _count(self.more_served, "visit that must be served")
            return f"Without {what}, {count} more would have a place."
        if not self.price and self.is_proved:
            return f"Without {what}, no plan is cheaper: the rule costs nothing."
        if not self.price:
            return f"Without {what}, no cheaper plan was found."
        parts = [f"{self.price / SCALE:.1f} less"]
        minutes = _minutes(self.plan) - _minutes(self.without)
        if minutes:
            side = "less" if minutes > 0 else "more"
            parts.append(f"{_count(abs(minutes), 'minute')} {side} on the road")
        more = len(self.plan.unplaced) - len(self.without.unplaced)
        if more > 0:
            parts.append(f"{_count(more, 'visit')} more with a place")
        return f"Without {what} the day would cost {', '.join(parts)}."

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.family,
            "price": self.price,
            "more_served": self.more_served,
            "proved": self.is_proved,
            "sentence": self.sentence,
            "with": _figures(self.plan),
            "without": _figures(self.without),
        }


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that are left out together, and what they are called."""

    words: str
    lift: Callable[[Problem], Problem]


def price_of_rules(
    problem: Problem,
    plan: Plan,
    *,
    stop: StopRule,
    seed: int = 0,
    families: Sequence[str] | None = None,
    on_progress: OnFamily | None = None,
) -> list[RulePrice]:
    """The price of every family of rules that the problem has, dearest first.

    `stop` counts iterations for each plan, and seconds for all of them together; a
    cancel returns what is finished. The plan itself is improved first by the same
    effort, so that no better search is taken for a rule's price. `on_progress` gets
    how many plans are made, of how many, and the family that comes next. Raises
    `InputError` for an unknown family.
    """
    unknown = set(families or ()) - FAMILIES.keys()
    if unknown:
        known = ", ".join(FAMILIES)
        raise InputError("families", f"'{min(unknown)}' is none of {known}")
    clock = Clock(stop)
    lifted = {
        name: family.lift(problem)
        for name, family in FAMILIES.items()
        if families is None or name in families
    }
    asked = {name: one for name, one in lifted.items() if one != problem}
    found: list[RulePrice] = []
    base: Plan | None = None
    for number, (name, one) in enumerate({"": problem, **asked}.items()):
        if on_progress is not None:
            on_progress(number, len(asked) + 1, name)
        rule = _share(clock, len(asked) + 1 - number)
        if clock.over() or rule is None:
            break
        better = _planned(one, base or plan, rule, seed)
        if clock.cancelled():
            break
        if base is None:
            base = better
        else:
            found.append(_priced(name, one, base, better))
    return sorted(found, key=lambda x: (-x.more_served, -x.price))


def without_rule(problem: Problem, family: str) -> Problem:
    """The problem without this family of rules; raises `InputError` if unknown."""
    if family not in FAMILIES:
        raise InputError("family", f"'{family}' is none of {', '.join(FAMILIES)}")
    return FAMILIES[family].lift(problem)


def _share(clock: Clock, plans: int) -> StopRule | None:
    """What the next of so many plans may use; None when it is too little."""
    limits, left = clock.limits, clock.left()
    rule: StopRule = Cancel(asked=clock.cancelled)
    if limits.iterations is not None:
        rule = rule | Iterations(limits.iterations, limits.planned, limits.exact)
    if left is None:
        return rule
    return rule | Seconds(left / plans) if left / plans >= LEAST_SECONDS else None


def _planned(problem: Problem, plan: Plan, stop: StopRule, seed: int) -> Plan:
    """The best plan of this problem that was found, the given one if none beats it."""
    found = solve(problem, stop=stop, seed=seed, warm_start=plan)
    # The search times anew what it loads, which can be dearer than it was written.
    report = check(problem, plan)
    broken = {item.code for item in report.violations} - {"must_serve"}
    if not broken and report.score.rank < found.score.rank:
        return replace(plan, score=report.score, bound=None)
    return found


def _priced(name: str, problem: Problem, plan: Plan, without: Plan) -> RulePrice:
    before, after = check(problem, plan).score, without.score
    return RulePrice(
        family=name,
        price=before.total - after.total,
        more_served=before.unserved - after.unserved,
        is_proved=plan.gap == 0 and without.gap == 0,
        plan=plan,
        problem=problem,
        without=without,
    )


def _minutes(plan: Plan) -> int:
    return round(sum(route.travel_seconds for route in plan.routes) / 60)


def _count(number: int, noun: str) -> str:
    head, _, tail = noun.partition(" ")
    many = head if number == 1 else f"{head}s"
    return f"{number} {many} {tail}".rstrip()


def _figures(plan: Plan) -> dict[str, Any]:
    return {
        "score": {"unserved": plan.score.unserved, **plan.score.in_units()},
        "travel_minutes": _minutes(plan),
        "placed": len(plan.stops),
        "unplaced": len(plan.unplaced),
        "evidence": plan.to_json().get("evidence"),
    }


# --- the rules left out -------------------------------------------------------------


def _visits(change: Callable[[Visit], Visit]) -> Callable[[Problem], Problem]:
    """Facts stay as they are: a rule that they break costs nothing more."""

    def lift(problem: Problem) -> Problem:
        visits = tuple(x if _is_fact(x) else change(x) for x in problem.visits)
        return replace(problem, visits=visits)

    return lift


def _is_fact(visit: Visit) -> bool:
    return visit.lock is not None and visit.lock.frozen


def _people(change: Callable[[Technician], Technician]) -> Callable[[Problem], Problem]:
    return lambda problem: replace(
        problem, technicians=tuple(map(change, problem.technicians))
    )


def _weight(part: str) -> Callable[[Problem], Problem]:
    return lambda problem: replace(
        problem, objective=replace(problem.objective, **{part: 0})
    )


def _by_anybody(visit: Visit) -> Visit:
    return replace(visit, technicians=replace(visit.technicians, preferred={}))


def _undated(person: Technician) -> Technician:
    skills = tuple(HeldSkill(held.name, held.level) for held in person.skills)
    return replace(person, skills=skills)


def _without_breaks(person: Technician) -> Technician:
    shifts = tuple(replace(shift, breaks=()) for shift in person.shifts)
    return replace(person, shifts=shifts)


def _without_end(person: Technician) -> Technician:
    return replace(person, shifts=tuple(_longer(person, x) for x in person.shifts))


def _longer(person: Technician, shift: Shift) -> Shift:
    """Overtime at its price until the next shift begins."""
    later = [x.start - shift.end for x in person.shifts if x.start >= shift.end]
    room = min([LONGEST_OVERTIME, *(x for x in later if x > 0)])
    most = max(shift.overtime.max, room)
    return replace(shift, overtime=Overtime(most, shift.overtime.cost_per_minute))


def _may_be_dropped(problem: Problem) -> Problem:
    """What must be served may be left out, at the price of the dearest other visit."""
    known = [x.drop_cost for x in problem.visits if x.drop_cost is not None]
    price = max([USUAL_DROP_COST, *known])

    def change(visit: Visit) -> Visit:
        return replace(visit, drop_cost=price) if visit.drop_cost is None else visit

    return _visits(change)(problem)


def _at_once(problem: Problem) -> Problem:
    """The longest delay costs nothing; without due times there is none."""
    if all(visit.due is None for visit in problem.visits):
        return problem
    return _weight("max_lateness")(problem)


FAMILIES: dict[str, Family] = {
    "windows": Family(
        "promised times and opening hours", _visits(lambda x: replace(x, windows=()))
    ),
    "skills": Family("skills", _visits(lambda x: replace(x, skills=()))),
    "certificates": Family("dates on certificates", _people(_undated)),
    "breaks": Family("breaks", _people(_without_breaks)),
    "overtime": Family("a limit on overtime", _people(_without_end)),
    "locks": Family("pins and locks", _visits(lambda x: replace(x, lock=None))),
    "who_may": Family(
        "required and excluded people",
        _visits(
            lambda x: replace(x, technicians=Wishes(preferred=x.technicians.preferred))
        ),
    ),
    "territories": Family("territories", _visits(lambda x: replace(x, territory=None))),
    "max_travel": Family(
        "a limit on the way from home",
        _people(lambda x: replace(x, max_travel_from_home=None)),
    ),
    "stock": Family("limits of van stock", _visits(lambda x: replace(x, parts={}))),
    "crews": Family("crews", lambda problem: replace(problem, crews=())),
    "sequences": Family(
        "orders between visits", lambda problem: replace(problem, sequences=())
    ),
    "must_serve": Family("visits that must be served", _may_be_dropped),
    "lateness": Family("due times", _visits(lambda x: replace(x, due=None))),
    "max_lateness": Family("a price on the longest delay", _at_once),
    "preference": Family("preferred people", _visits(_by_anybody)),
    "stability": Family(
        "a price on changes", _visits(lambda x: replace(x, published=None))
    ),
    "fairness": Family("a price on uneven work", _weight("fairness")),
}
