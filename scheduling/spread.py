"""A run in blocks: round after round the plan is cut, searched in parts and joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scheduling.arrays import Index
from scheduling.blocks import Improved, cut_into_blocks
from scheduling.explain import reasons_for
from scheduling.joining import join, judged
from scheduling.plan import Evidence, Plan, Unplaced
from scheduling.progress import OnProgress, Progress, added
from scheduling.rounds import Round
from scheduling.schedule import from_plan, to_plan
from scheduling.stop import Clock
from scheduling.team import Job, Limit, Team
from scheduling.version import ENGINE_VERSION

# Seeds of different rounds and blocks have nothing in common.
SEED_STEP = 1_000_003
# What it takes to say why one person does not do one visit; measured 1.2e-5.
REASON_SECONDS = 2e-5


@dataclass(slots=True)
class Spread:
    """The plan under way in rounds of blocks, and the best so far; `parts` are the
    iterations (done, planned) of every job so far, in order."""

    index: Index
    plan: Plan
    clock: Clock
    seed: int
    on_progress: OnProgress | None = None
    until: float | None = None
    parts: list[tuple[int, int]] = field(default_factory=list)
    rounds: int = 0
    best: Plan = field(init=False)
    over: bool = False

    def __post_init__(self) -> None:
        self.best = self.plan

    @property
    def done(self) -> int:
        return sum(done for done, _ in self.parts)

    @property
    def planned(self) -> int:
        return sum(planned for _, planned in self.parts)

    def run(self, rounds: Sequence[Round], team: Team) -> None:
        """All rounds, or as many as time and patience allow."""
        self.rounds = len(rounds)
        for number, one in enumerate(rounds):
            if self.over:
                return
            left = sum(x.share for x in rounds[number:])
            self._round(one, one.share / left, team)

    def _over(self) -> bool:
        """Is there nothing left to go on with: time, or parts of a run replayed?"""
        parts = self.clock.limits.parts
        gone = parts is not None and len(self.parts) >= len(parts)
        left = self.left()
        return gone or left == 0.0 or self.clock.over()

    def left(self) -> float | None:
        """Seconds until the reasons of what stays unplaced have to be written."""
        if self.until is None:
            return None
        pairs = len(self.best.unplaced) * len(self.index.people)
        reserve = min(pairs * REASON_SECONDS, self.until / 2)
        return max(0.0, self.until - reserve - self.clock.spent())

    def _round(self, one: Round, share: float, team: Team) -> None:
        jobs = self.cut(one)
        pace = _Pace(self, one, jobs, share, team.cores)
        show = _Show(self, jobs, one.copies)
        found = team.run(jobs, pace.limit, self.clock.cancelled, show.tell)
        self.take(one, jobs, found)

    def cut(self, one: Round) -> list[Job]:
        """The searches of a round: they may be carried out anywhere, in any order."""
        blocks = cut_into_blocks(self.index, self.plan, one.cut)
        return [
            Job(block, self._seed(len(self.parts) + k), one.heat)
            for k, block in enumerate(x for x in blocks for _ in range(one.copies))
        ]

    def take(
        self, one: Round, jobs: Sequence[Job], found: Sequence[Improved | None]
    ) -> None:
        """Join what became of the searches of a round, in their order; None where
        nothing did: that part stays as it is."""
        # A search that had no time to begin is none, in a replay too.
        found = [one if one and one.iterations[0] else None for one in found]
        self.parts += [(0, 0) if one is None else one.iterations for one in found]
        # Where nothing follows, heat is of no use. Asked once: a replay has no clock.
        self.over = one.heat.cold >= 1.0 or self._over()
        warm = not self.over
        blocks = [job.block for job in jobs[:: one.copies]]
        chosen = [
            _chosen(found[k * one.copies : (k + 1) * one.copies], warm)
            for k in range(len(blocks))
        ]
        self.plan = join(self.index.problem, self.plan, blocks, chosen, warm=warm)
        if self.plan.score.rank <= self.best.score.rank:
            self.best = self.plan

    def written(self, seconds: float) -> Plan:
        """The best plan with its reasons and its evidence, for a caller who has the
        blocks searched elsewhere."""
        reasons = reasons_for(self.index, self.best)
        left = (Unplaced(x.visit, reasons[x.visit]) for x in self.best.unplaced)
        evidence = Evidence(
            problem_hash=self.index.problem.hash,
            seed=self.seed,
            engine_version=ENGINE_VERSION,
            solver="auto: insertion, search in blocks",
            seconds=round(seconds, 3),
            iterations=(self.done, self.planned),
            rounds=self.rounds,
            parts=tuple(self.parts),
        )
        return replace(self.best, unplaced=tuple(left), evidence=evidence)

    def _seed(self, job: int) -> int:
        return self.seed + job * SEED_STEP


def _chosen(found: Sequence[Improved | None], warm: bool) -> Plan | None:
    """The cheapest of several searches in one block, the first of equals."""
    plans = [one.last if warm else one.best for one in found if one is not None]
    return min(plans, key=lambda plan: plan.score.rank, default=None)


class _Pace:
    """How long each job of a round may take."""

    def __init__(
        self,
        spread: Spread,
        one: Round,
        jobs: Sequence[Job],
        share: float,
        cores: int,
    ) -> None:
        self.spread, self.one, self.jobs, self.cores = spread, one, jobs, cores
        self.size = sum(job.block.size for job in jobs)
        self.first = len(spread.parts)
        self.end: float | None = None
        left = spread.left()
        if left is not None:
            self.end = spread.clock.spent() + share * left

    def limit(self, number: int, left: int) -> Limit | None:
        """For a job that begins now, with `left` jobs not begun, itself included."""
        limits = self.spread.clock.limits
        if limits.parts is not None:
            at = self.first + number
            part = limits.parts[at] if at < len(limits.parts) else (0, 0)
            return Limit(iterations=part) if part[0] else None
        if limits.iterations is not None and limits.planned is not None:
            return self._counted(number, limits.iterations, limits.planned)
        if self.end is None:
            return Limit()
        # So many jobs one after another share what is left of the round.
        after = -(-left // self.cores)
        seconds = (self.end - self.spread.clock.spent()) / after
        return Limit(seconds=seconds) if seconds > 0 else None

    def _counted(self, number: int, count: int, planned: int) -> Limit | None:
        share = self.one.share * self.jobs[number].block.size / max(self.size, 1)
        wanted = int(share * planned)
        done = int(share * min(count, planned))
        return Limit(iterations=(done, wanted)) if done else None


class _Show:
    """Progress of all jobs of a round as that of one plan."""

    def __init__(self, spread: Spread, jobs: Sequence[Job], copies: int) -> None:
        self.spread, self.jobs, self.copies = spread, jobs, copies
        self.latest: dict[int, Progress] = {}
        self.done = spread.done

    def tell(self, number: int, progress: Progress) -> None:
        if self.spread.on_progress is None:
            return
        self.latest[number] = progress
        plan = self.spread.plan
        score, left = plan.score, len(plan.unplaced)
        best: dict[int, Progress] = {}
        for k, seen in self.latest.items():
            rival = best.get(k // self.copies)
            if rival is None or seen.score.rank < rival.score.rank:
                best[k // self.copies] = seen
        for k, seen in best.items():
            block = self.jobs[k * self.copies].block
            score = added(score, seen.score, block.score)
            left += seen.unplaced - len(block.plan.unplaced)
        # Warm rounds are dearer for a while: what is shown is the best so far.
        if self.spread.best.score.rank < score.rank:
            score, left = self.spread.best.score, len(self.spread.best.unplaced)
        iterations = self.done + sum(x.iterations for x in self.latest.values())
        spent = self.spread.clock.spent()
        self.spread.on_progress(Progress(iterations, score, left, spent))


def first_plan(index: Index, standing: Plan) -> Plan:
    """What of a plan can stand, filled with all that fits: where rounds begin."""
    state = from_plan(index, standing)
    index.desk.fill(state, lambda: False)
    return judged(index.problem, to_plan(index, state))[0]
