"""`repair`: a day under way put right after something happened, within a budget.

What cannot stand any more is placed again, cheapest place first; then the people
nearby are searched anew. A step that would break the budget is not taken at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from scheduling.arrays import Index
from scheduling.assemble import assignments_of
from scheduling.candidates import Candidate, candidates
from scheduling.changes import Change, Facts, happened
from scheduling.check import check
from scheduling.corner import Corner, corner, put, rewritten, with_routes
from scheduling.diff import Budget, Diff, difference, moved
from scheduling.explain import Explainer
from scheduling.mending import (
    Keys,
    exchanges,
    keys,
    mended,
    nearby,
    nearest_visits,
    standing,
)
from scheduling.plan import Evidence, Plan, Reason, Route, Unplaced
from scheduling.problem import Lock, Problem, Visit
from scheduling.schedule import from_plan
from scheduling.searches import Rounds, Searches
from scheduling.standing import Board
from scheduling.stop import Clock, StopRule
from scheduling.teams import half_made, team_of, untied
from scheduling.trials import fits
from scheduling.underway import UnderWay, told_plainly, under_way
from scheduling.version import ENGINE_VERSION

NO_BUDGET = Budget()
OUT_OF_BUDGET = Reason(
    "budget", "There is room only by moving more visits or people than allowed."
)
ROOM = Reason("cost", "There is room, but leaving it out costs less.")
# So many of the nearest people are asked first about a visit, then more, in the end
# everybody. Only the first are asked to shift others: that takes the longest.
RINGS = (8, 24)
# So many people near every visit in trouble are searched anew.
SEARCHED = 5
SECOND_RING = 2
# How many visits near the trouble a search may move, round by round: when all at once
# cost more than the budget, fewer are tried.
ROUNDS = (25, 8, 3)


@dataclass(frozen=True, slots=True)
class Repaired:
    """The plan after a repair, what it changed, and the problem it answers: the one
    given, with the changes and the frozen visits written into it. `rounds` are the
    (done, planned) iterations of each search: given to `repair`, they replay it."""

    plan: Plan
    diff: Diff
    problem: Problem
    rounds: Rounds = ()
    seed: int = 0
    seconds: float = 0.0

    def proved(self) -> Plan:
        """The plan with its evidence; the iterations are those of all searches.

        Asked for apart: the fingerprint of a large problem takes longer than a repair.
        """
        done = sum(one for one, _ in self.rounds)
        planned = sum(one for _, one in self.rounds)
        how = "repair: insertion, search" if self.rounds else "repair: insertion"
        evidence = Evidence(
            problem_hash=self.problem.hash,
            seed=self.seed,
            engine_version=ENGINE_VERSION,
            solver=how,
            seconds=self.seconds,
            iterations=(done, planned),
        )
        return replace(self.plan, evidence=evidence)


def repair(
    problem: Problem,
    plan: Plan,
    changes: Sequence[Change],
    *,
    stop: StopRule,
    budget: Budget = NO_BUDGET,
    now: int,
    frozen_until: int | None = None,
    seed: int = 0,
    rounds: Rounds | None = None,
) -> Repaired:
    """The plan after the changes: what has begun, or begins before `frozen_until`
    (default: now), stays; no window is left; the budget is never exceeded.

    A visit that only a larger budget could place is unplaced with the reason
    "budget". What breaks a rule in the given plan already was put there by a person
    and stays. Without changes the plan is given back as it is. With the `rounds` of
    an earlier repair it comes out the same again, however long `stop` allows. Raises
    `InputError` with the number of a change that makes no sense.
    """
    began = Clock(stop)
    horizon = now if frozen_until is None else max(now, frozen_until)
    wrong = check(problem, plan)
    facts = happened(
        problem,
        plan,
        changes,
        now=now,
        frozen_until=horizon,
        kept={
            name
            for item in wrong.violations
            for name in item.visits
            if name in plan.stops
        },
    )
    if not changes:
        return Repaired(plan, Diff(frozen=tuple(sorted(facts.frozen))), facts.problem)
    day = under_way(problem, facts.plan, facts.problem, now)
    job = _Job(facts, day, keys(wrong), budget, Searches(began, seed, rounds))
    job.place_all()
    job.search_on()
    job.settle()
    done = job.finished()
    diff = replace(
        job.diff(done),
        frozen=tuple(sorted(facts.frozen)),
        out_of_budget=tuple(sorted(job.refused - done.stops.keys())),
    )
    made = tuple(job.searches.rounds)
    return Repaired(done, diff, facts.problem, made, seed, round(began.spent(), 3))


class _Job:
    """One repair: a plan in which each step keeps the rules and the budget."""

    def __init__(
        self,
        facts: Facts,
        day: UnderWay,
        broken: Keys,
        budget: Budget,
        searches: Searches,
    ) -> None:
        self.problem, self.before, self.lost = facts.problem, facts.plan, facts.lost
        self.broken, self.budget, self.searches = broken, budget, searches
        self.day = day.problem
        self.plan, self.forced = standing(
            self.day, self.before, day.held, facts.lost, broken
        )
        report = check(self.day, self.plan)
        self.given, self.rank = keys(report), report.score.rank
        self.refused: set[str] = set()
        # What the disturbance is about: visits that could not stay, or came anew.
        self.trouble: list[str] = []

    def diff(self, plan: Plan) -> Diff:
        after = told_plainly(self.problem, plan)
        return difference(self.before, after, self.forced, self.budget.slack)

    def within_budget(self, plan: Plan) -> bool:
        return self.budget.keeps(self.diff(plan))

    def take(self, plan: Plan) -> bool:
        """Go on from this plan if it keeps every rule and is better."""
        report = check(self.day, plan)
        if not keys(report) <= self.given or report.score.rank >= self.rank:
            return False
        self.plan, self.rank = plan, report.score.rank
        return True

    # What could not stay, or is new, goes where it is cheapest

    def place_all(self) -> None:
        known = {item.visit for item in self.before.unplaced} - self.lost
        self.trouble = [x for x in self.forced if x in self.day.visit_by_id]
        tried: set[str] = set()
        for name in self._waiting():
            if not (
                name in tried
                or name in self.plan.stops
                or self.searches.clock.cancelled()
            ):
                team = team_of(self.day, self.plan, name)
                tried.update(team)
                self._place(team)
            new = name in self.plan.stops or name not in known
            if new and name not in self.trouble:
                self.trouble.append(name)

    def _waiting(self) -> list[str]:
        """Unplaced visits: the disturbed and new before those that were out already."""
        known = {item.visit for item in self.before.unplaced} - self.lost

        def urgency(visit: Visit) -> tuple[bool, bool, int, int, str]:
            low = visit.windows[-1][1] if visit.windows else 1 << 60
            price = visit.drop_cost or 0
            waits = visit.id in known
            return (visit.drop_cost is not None, waits, -price, low, visit.id)

        left = [x for x in self.day.visits if x.id not in self.plan.stops]
        return [visit.id for visit in sorted(left, key=urgency)]

    def _place(self, team: list[str]) -> None:
        """The cheapest place within the budget; people far away only if need be."""
        asked: set[str] = set()
        for most in (*RINGS, len(self.day.technicians)):
            people = nearby(self.day, self.plan, team, most)
            if people <= asked:
                continue
            asked |= people
            for trial in self._trials(team, people, shifting=most == RINGS[0]):
                if not self.within_budget(trial):
                    self.refused.update(team)
                elif self.take(trial):
                    self.refused.difference_update(team)
                    return

    def _trials(
        self, team: list[str], people: Collection[str], *, shifting: bool
    ) -> Iterator[Plan]:
        """Plans with the visit placed, cheapest first; of a crew, both halves."""
        small = corner(self.day, self.plan, people, team)
        if len(team) == 1:
            for place in self._places(small, team[0], shifting=shifting):
                yield put(self.day, self.plan, team[0], place)
            return
        for first in team:
            second = next(one for one in team if one != first)
            for began in half_made(small.problem, small.plan, first):
                yield from self._second_halves(small, began, first, second)

    def _places(
        self, small: Corner, name: str, *, shifting: bool
    ) -> Iterator[Candidate]:
        """Where there is room as things stand, then by shifting others in time."""
        board = Board(small.problem, small.plan, name)
        spots: list[Candidate] = []
        for r in () if board.missing() else board.open_routes():
            _, person, shift = board.index.shifts[r]
            spot = board.best_spot(r)
            if spot is not None:
                spots.append(Candidate(person.id, shift.id, spot.start, spot.cost))
        yield from sorted(spots, key=lambda x: (x.marginal_cost, x.technician, x.shift))
        tried = {(x.technician, x.shift) for x in spots}
        if not shifting:
            return
        for place in candidates(small.problem, small.plan, name):
            known = (place.technician, place.shift) in tried
            if place.possible and place.start is not None and not known:
                yield place

    def _second_halves(
        self, small: Corner, began: Plan, first: str, second: str
    ) -> Iterator[Plan]:
        asked = untied(small.problem, began, first, second)
        if asked is None:
            return
        for place in candidates(asked, began, second):
            if fits(place):
                both = put(small.problem, began, second, place)
                yield self._spliced(small.people, both)

    def _spliced(self, people: Collection[str], part: Plan) -> Plan:
        """The whole plan with these people's routes as they are in the part."""
        kept = [x for x in self.plan.routes if x.technician not in people]
        return with_routes(self.day, self.plan, [*kept, *part.routes])

    # The people near the trouble are searched anew

    def search_on(self) -> None:
        """The kernel on what lies near; on less of it when the budget is tight."""
        trouble = sorted(self.trouble)
        if not trouble:
            return
        tight = self.budget.most_visits is not None
        tight |= self.budget.most_people is not None
        rounds = ROUNDS if tight else ROUNDS[:1]
        for number, loose in enumerate(rounds):
            if self.searches.over():
                return
            people = self._around(trouble)
            left = [x for x in self._waiting() if x in trouble]
            team = {x for one in left for x in team_of(self.day, self.plan, one)}
            small = corner(self.day, self.plan, people, team)
            held = self._held(small, trouble, loose)
            share = 1 / (len(rounds) - number)
            found = self.searches.search(held, small.plan, share)
            if self._adopt(small, found):
                return

    def _around(self, trouble: Sequence[str]) -> set[str]:
        """Who could take what is in trouble, and who could take their visits then."""
        first = nearby(self.day, self.plan, trouble, SEARCHED)
        mine = corner(self.day, self.plan, first, trouble).problem
        others = nearest_visits(mine, trouble, SEARCHED) & self.plan.stops.keys()
        return first | nearby(self.day, self.plan, others, SECOND_RING)

    def _held(self, small: Corner, trouble: Sequence[str], loose: int) -> Problem:
        """The corner in which only the visits nearest to the trouble may move."""
        chosen = assignments_of(small.plan)
        free = nearest_visits(small.problem, trouble, loose) | set(trouble)
        visits = tuple(
            visit
            if visit.id in free or visit.id not in chosen or visit.lock is not None
            else replace(
                visit, lock=Lock(chosen[visit.id].technician, chosen[visit.id].start)
            )
            for visit in small.problem.visits
        )
        return replace(small.problem, visits=visits)

    def _adopt(self, small: Corner, found: Plan) -> bool:
        """Take over what the budget allows, group by group if all is too much; False
        when something had to be refused."""
        whole = self._spliced(small.people, found)
        if self.within_budget(whole) and self.take(whole):
            return True
        all_taken = True
        groups = exchanges(small.problem, small.plan, found, small.people)
        for people in groups:
            part = Plan(tuple(x for x in found.routes if x.technician in people))
            trial = self._spliced(people, part)
            if self.within_budget(trial):
                self.take(trial)
            else:
                all_taken = False
                self.refused.update(trial.stops.keys() - self.plan.stops.keys())
        return all_taken

    # The end

    def settle(self) -> None:
        """Give back the starts that were shifted a little and need not be.

        A search is free to shift by less than people notice; the board shows it all
        the same.
        """
        old, new = assignments_of(self.before), assignments_of(self.plan)
        shifted: dict[str, list[str]] = {}
        for name in sorted(new.keys() & old.keys() - self.forced):
            if new[name] != old[name] and not moved(old[name], new[name]):
                shifted.setdefault(new[name].technician, []).append(name)
        for person, names in shifted.items():
            if not self._put_back(person, names):
                for name in names:
                    self._put_back(person, [name])

    def _put_back(self, person: str, names: Sequence[str]) -> bool:
        old = assignments_of(self.before)
        chosen = {**assignments_of(self.plan), **{name: old[name] for name in names}}
        trial = rewritten(self.day, self.plan, chosen, {person})
        report = check(self.day, trial)
        if (
            not keys(report) <= self.given
            or trial.stops.keys() != self.plan.stops.keys()
        ):
            return False
        self.plan, self.rank = trial, report.score.rank
        return True

    def finished(self) -> Plan:
        """The plan for the real problem: judged, with reasons for what is left out."""
        plan = told_plainly(self.problem, self.plan)
        plan = with_routes(
            self.problem, plan, [self._as_it_was(x) for x in plan.routes]
        )
        plan, gone = mended(self.problem, plan, self.broken)
        self.forced |= gone
        known = {x.visit: x.reasons for x in self.before.unplaced}
        left: list[Unplaced] = []
        for item in plan.unplaced:
            reasons = known.get(item.visit, ())
            if item.visit in self.refused:
                reasons = (OUT_OF_BUDGET,)
            elif not reasons or item.visit in self.forced:
                reasons = self._why_not(item.visit) or (ROOM,)
            left.append(Unplaced(item.visit, reasons))
        score = check(self.problem, plan).score
        return replace(plan, unplaced=tuple(left), score=score)

    def _why_not(self, name: str) -> tuple[Reason, ...]:
        why = self._explainer
        return why.why_not(why.index.visit_index[name]).reasons

    @cached_property
    def _explainer(self) -> Explainer:
        """Asked only at the end, when nothing moves any more."""
        index = Index(self.day)
        return Explainer(index, from_plan(index, self.plan))

    def _as_it_was(self, route: Route) -> Route:
        """The route as it was written, if the same visits start at the same times."""
        for old in self.before.routes:
            if (old.technician, old.shift) != (route.technician, route.shift):
                continue
            if [(x.visit, x.start, x.end) for x in old.stops] == [
                (x.visit, x.start, x.end) for x in route.stops
            ]:
                return old
        return route
