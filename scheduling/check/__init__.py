"""The judge: every hard rule and every cost part, independent of the solver.

It reads problem and plan only. Nothing here may be shared with the search, so that a
mistake made there cannot be repeated here.
"""

from __future__ import annotations

from scheduling.check import cost, links, routes, structure, visits
from scheduling.check.facts import Findings
from scheduling.check.report import Report, Violation
from scheduling.plan import Plan
from scheduling.problem import Problem

__all__ = ["Report", "Violation", "check"]


def check(problem: Problem, plan: Plan) -> Report:
    """Judge the written plan: broken rules, those broken by facts alone, the score."""
    found = Findings()
    facts = structure.read(problem, plan, found)
    visits.judge(facts, found)
    routes.judge(facts, found)
    links.judge(facts, found)
    return Report(tuple(found.violations), cost.score(facts), tuple(found.given))
