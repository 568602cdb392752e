"""The searches of one repair: how long each may take, and enough to run it again."""

from __future__ import annotations

from scheduling.plan import Plan
from scheduling.problem import Problem
from scheduling.solver import solve
from scheduling.stop import Cancel, Clock, Iterations, Seconds, StopRule

# Iterations done and planned, search by search.
Rounds = tuple[tuple[int, int], ...]


class Searches:
    """The searches of one repair: how long each may take, and what each one did."""

    def __init__(self, clock: Clock, seed: int, replay: Rounds | None) -> None:
        self.clock, self.seed, self.replay = clock, seed, replay
        self.rounds: list[tuple[int, int]] = []

    def over(self) -> bool:
        if self.replay is not None:
            return len(self.rounds) >= len(self.replay) or self.clock.cancelled()
        return self.clock.over()

    def search(self, problem: Problem, plan: Plan, share: float) -> Plan:
        """A better plan within this share of the time that is left."""
        found = solve(
            problem,
            stop=self._stop(share),
            seed=self.seed,
            warm_start=plan,
            solver="search",
        )
        if found.evidence is not None:
            self.rounds.append(found.evidence.iterations)
        return found

    def _stop(self, share: float) -> StopRule:
        rule: StopRule = Cancel(asked=self.clock.cancelled)
        if self.replay is not None:
            return rule | Iterations(*self.replay[len(self.rounds)])
        limits, left = self.clock.limits, self.clock.left()
        if left is not None:
            rule = rule | Seconds(left * share)
        if limits.iterations is not None:
            rule = rule | Iterations(limits.iterations, limits.planned)
        return rule
