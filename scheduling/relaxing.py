"""The search for remedies: asks what stops a visit, and tries what answers that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduling.candidates import Candidate, candidates
from scheduling.corner import lifted, put
from scheduling.edits import (
    DueMoved,
    Edit,
    LunchMoved,
    VisitDropped,
    VisitMoved,
    WindowWidened,
)
from scheduling.lunch import BreakHeld, moved_break
from scheduling.options import STEP, Knob, answers
from scheduling.plan import SCALE
from scheduling.remedy import Remedy, Useless, remedy
from scheduling.trials import Answer, Edits, Outcome, Trials

# What is tried at most: questions asked for pairs, visits handed to somebody else,
# and plans judged for every remedy that is wanted.
MOST_PAIR_TRIES = 250
MOST_MOVED = 8
MOST_JUDGED = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Edits with which one technician has a place; nothing judged yet."""

    edits: Edits
    place: Candidate

    @property
    def cost(self) -> int:
        return self.place.marginal_cost or 0


class Relaxing:
    """One visit: what helps (`run`), then what was tried in vain (`useless`)."""

    def __init__(self, trials: Trials, name: str, most: int) -> None:
        self.trials, self.name, self.most = trials, name, most
        self.people = [x.id for x in trials.problem.technicians if x.shifts]
        self.visit = trials.asked.visit_by_id[trials.visit]
        self.failed: list[tuple[str, Edit, Answer]] = []
        self.helped: set[tuple[str, ...]] = set()
        # The fewest steps by which windows must be later (True) or earlier (False).
        self.least: dict[bool, int] = {}

    def run(self) -> list[Remedy]:
        free = [
            Found((), place)
            for name in self.people
            if (place := self.trials.ask(name).place) is not None
        ]
        as_is = [one for x in self._in_turn(free) for one in self._as_things_stand(x)]
        if as_is:
            return as_is
        single = [x for name in self.people for x in self._single(name)]
        self.helped = {x.edits[0].subject for x in single}
        found = self._all_judged(self._narrowest(single)) + self._moved(single)
        if len(found) < self.most and not self.trials.mates:
            found += self._smallest_pairs(self.most - len(found))
        return found

    @property
    def useless(self) -> dict[tuple[str, ...], Useless]:
        """Single edits that help nobody, nearest first, each with what stops it then.

        Visits that could be left out in vain are too many to be worth a line each.
        """
        nearest: dict[tuple[str, ...], tuple[Edit, Answer]] = {}
        for _, edit, answer in self.failed:
            known = nearest.get(edit.subject)
            if edit.subject in self.helped or isinstance(edit, VisitDropped):
                continue
            if known is None or answer.short_by < known[1].short_by:
                nearest[edit.subject] = (edit, answer)
        return {
            subject: Useless(edit, answer.reasons[0])
            for subject, (edit, answer) in sorted(
                nearest.items(),
                key=lambda item: (len(item[1][1].reasons), item[1][1].short_by),
            )
        }

    # As things stand

    def _as_things_stand(self, found: Found) -> Iterator[Remedy]:
        """The visit without any edit, if need be with the break elsewhere."""
        trials, place = self.trials, found.place
        outcome = trials.outcome((), place)
        if outcome is None:
            return
        edits: Edits = ()
        lunch = moved_break(
            trials.plan, outcome.plan, place.technician, place.shift or ""
        )
        if lunch is not None:
            still = self._with_lunch_as_it_was(lunch)
            edits = (lunch,) if still is None else ()
            place, outcome = still or (place, outcome)
        yield self._remedy(edits, outcome)
        due = self._due_moved(place, outcome)
        if due is not None and (late := trials.outcome((due,), place)) is not None:
            yield self._remedy((*edits, due), late)

    def _with_lunch_as_it_was(
        self, lunch: LunchMoved
    ) -> tuple[Candidate, Outcome] | None:
        held = BreakHeld(lunch.technician, lunch.shift, lunch.start)
        place = self.trials.ask(lunch.technician, (held,)).place
        outcome = None if place is None else self.trials.outcome((held,), place)
        if place is None or outcome is None:
            return None
        # What holds with the break held there holds without: it may lie there.
        return place, replace(outcome, problem=self.trials.problem)

    def _due_moved(self, place: Candidate, outcome: Outcome) -> DueMoved | None:
        """A later due time with which the visit is worth its place."""
        due, start = self.visit.due, place.start
        weight = self.trials.problem.objective.lateness
        if due is None or start is None or outcome.worth_it:
            return None
        price = due.cost_per_minute * weight * SCALE // 60
        if not price:
            return None
        steps = outcome.extra_cost // (price * STEP) + 1
        if due.at + (steps - 1) * STEP >= start:
            return None
        return DueMoved(self.visit.id, due.at + steps * STEP, steps * STEP)

    # Single edits

    def _single(self, person: str) -> Iterator[Found]:
        for knob in self._knobs(person, self.trials.ask(person)):
            found = self._turned(person, knob, ())
            if found is not None:
                yield found
                continue
            edit = knob.make(knob.most)
            answer = self.trials.ask(person, (edit,))
            if answer.place is None and answer.reasons:
                self.failed.append((person, edit, answer))

    def _knobs(self, person: str, answer: Answer) -> Iterator[Knob]:
        trials = self.trials
        for knob in answers(
            trials.asked, trials.plan, self.visit, person, answer.reasons
        ):
            edit = knob.make(1)
            # A half of the crew that was only just put in is not in the way.
            if not isinstance(edit, VisitDropped) or edit.visit in trials.origin.stops:
                yield knob

    def _turned(self, person: str, knob: Knob, others: Edits) -> Found | None:
        """The smallest turn of the knob that gives a place; None when none does.

        More of an edit never forbids what less of it allows, so halving finds it.
        """
        shared = isinstance(knob.make(1), WindowWidened) and not others
        most = self._narrower(knob) if shared else knob.most
        best = self.trials.ask(person, (*others, knob.make(most))).place
        if best is None:
            return None
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            found = self.trials.ask(person, (*others, knob.make(middle))).place
            if found is None:
                low = middle
            else:
                best, high = found, middle
        edit = knob.make(high)
        if shared and isinstance(edit, WindowWidened):
            self.least[edit.later > 0] = high
        return Found((*others, edit), best)

    def _narrower(self, knob: Knob) -> int:
        """Windows are widened once, for whoever asks for least."""
        edit = knob.make(1)
        later = isinstance(edit, WindowWidened) and edit.later > 0
        return min(knob.most, self.least.get(later, knob.most))

    def _narrowest(self, found: list[Found]) -> list[Found]:
        """Without windows that are wider than somebody needs them."""
        return [
            one
            for one in found
            if not isinstance(edit := one.edits[0], WindowWidened)
            or edit.earlier + edit.later == self.least[edit.later > 0] * STEP
        ]

    def _moved(self, single: list[Found]) -> list[Remedy]:
        """Visits in the way handed to somebody else instead of left out."""
        freed = [x for x in single if isinstance(x.edits[0], VisitDropped)]
        freed.sort(key=lambda x: x.cost)
        return [one for x in freed[:MOST_MOVED] if (one := self._handed_on(x))]

    def _handed_on(self, found: Found) -> Remedy | None:
        trials, edit = self.trials, found.edits[0]
        assert isinstance(edit, VisitDropped)
        problem, other = trials.problem, edit.visit
        plan = lifted(problem, trials.plan, other)
        plan = put(problem, plan, trials.visit, found.place)
        for place in candidates(problem, plan, other):
            if not place.possible or place.start is None:
                return None
            if place.technician == found.place.technician:
                continue
            outcome = trials.judged(problem, put(problem, plan, other, place))
            if outcome is not None:
                moved = VisitMoved(other, place.technician, place.start)
                return self._remedy((moved,), outcome)
        return None

    # Pairs

    def _pairs(self) -> Iterator[Found]:
        """Two edits of which neither is enough alone, nearest misses first."""
        order = sorted(
            (x for x in self.failed if not isinstance(x[1], VisitDropped)),
            key=lambda x: (len(x[2].reasons), x[2].short_by),
        )
        until = self.trials.tries + MOST_PAIR_TRIES
        seen: set[frozenset[tuple[str, ...]]] = set()
        for person, first, answer in order:
            for knob in self._knobs(person, answer):
                second = knob.make(1)
                pair = frozenset({(person,), first.subject, second.subject})
                if self.trials.tries > until or pair in seen or _same(first, second):
                    continue
                seen.add(pair)
                found = self._both(person, first, knob)
                if found is not None:
                    yield found

    def _both(self, person: str, first: Edit, knob: Knob) -> Found | None:
        """The pair with both edits as small as they may be."""
        found = self._turned(person, knob, (first,))
        if found is None:
            return None
        second = found.edits[1]
        for one in self._knobs(person, self.trials.ask(person)):
            if one.most > 1 and one.make(one.most) == first:
                found = self._turned(person, one, (second,)) or found
                break
        return found

    def _smallest_pairs(self, wanted: int) -> list[Remedy]:
        """Pairs of which no half would do alone, with anybody at all."""
        result: list[Remedy] = []
        for one in self._in_turn(list(self._pairs())):
            if len(result) == wanted:
                break
            if any(self.trials.helps_alone(edit) for edit in one.edits):
                continue
            outcome = self.trials.outcome(one.edits, one.place)
            if outcome is not None:
                result.append(self._remedy(one.edits, outcome))
        return result

    # Judging

    def _in_turn(self, found: list[Found]) -> list[Found]:
        """The best of each kind, then the second best; as many as may be judged."""
        groups: dict[tuple[str, ...], list[Found]] = {}
        for one in sorted(found, key=lambda x: x.cost):
            groups.setdefault(tuple(x.kind for x in one.edits), []).append(one)
        ranked = [(i, x) for group in groups.values() for i, x in enumerate(group)]
        ranked.sort(key=lambda x: (x[0], x[1].cost))
        return [one for _, one in ranked[: MOST_JUDGED * self.most]]

    def _all_judged(self, found: list[Found]) -> list[Remedy]:
        return [
            self._remedy(one.edits, outcome)
            for one in self._in_turn(found)
            if (outcome := self.trials.outcome(one.edits, one.place)) is not None
        ]

    def _remedy(self, edits: Edits, outcome: Outcome) -> Remedy:
        trials = self.trials
        return remedy(trials.problem, trials.origin, self.name, edits, outcome)


def _same(first: Edit, second: Edit) -> bool:
    """Do both give more of the same, so that one of them alone could do it?"""
    kinds = {first.kind, second.kind}
    return len(kinds) == 1 or kinds == {"shift_end", "overtime"}
