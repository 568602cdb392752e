"""What a run under way writes to its rows, and how it hears that it is called off."""

import time
import uuid

from dispatch.models import Plan, PlanBlock, PlanState
from scheduling import Progress
from scheduling.plan import SCALE

TELL_EVERY_SECONDS = 0.4


class Teller:
    """Writes progress to the row and looks there for a wish to stop, now and then."""

    def __init__(self, plan_id: uuid.UUID) -> None:
        self.rows = Plan.objects.filter(pk=plan_id)
        self._told = self._asked = 0.0
        self._stop = False

    def tell(self, progress: Progress) -> None:
        """Called many times a second; the row is written a few times."""
        if time.monotonic() - self._told >= TELL_EVERY_SECONDS:
            self._told = time.monotonic()
            self.write(progress)

    def write(self, progress: Progress) -> None:
        """Leave it where the board looks for it."""
        self.rows.update(
            progress={
                "iterations": progress.iterations,
                "seconds": round(progress.seconds, 1),
                "unplaced": progress.unplaced,
                "cost": round(progress.score.total / SCALE),
            }
        )

    def cancelled(self) -> bool:
        """Does anybody want the run to end?"""
        # Asked some thousand times a second; the row is read a few times.
        if not self._stop and time.monotonic() - self._asked > TELL_EVERY_SECONDS / 2:
            self._asked = time.monotonic()
            self._stop = self.rows.filter(cancel_requested=True).exists()
        return self._stop


class BlockTeller(Teller):
    """The same for one block: the run shows the sum of all its blocks."""

    def __init__(self, block: PlanBlock, before: Progress) -> None:
        super().__init__(block.plan_id)
        self._block, self._before = block, before
        self._base = dict(block.plan.stage["base"])

    def write(self, progress: Progress) -> None:
        """What this block gained, to its row; then what all have, to the run's."""
        before = self._before
        own = {
            "iterations": progress.iterations,
            "seconds": progress.seconds,
            "unplaced": progress.unplaced - before.unplaced,
            "cost": (progress.score.total - before.score.total) / SCALE,
        }
        siblings = PlanBlock.objects.filter(
            plan=self._block.plan_id, round=self._block.round
        )
        siblings.filter(pk=self._block.pk).update(progress=own)
        told = [x for x in siblings.values_list("progress", flat=True) if x]
        base = self._base
        self.rows.filter(state=PlanState.RUNNING).update(
            progress={
                "iterations": base["iterations"] + sum(x["iterations"] for x in told),
                # As if all blocks ran at once, however many workers there are.
                "seconds": round(
                    base["seconds"] + sum(x["seconds"] for x in told) / base["blocks"],
                    1,
                ),
                "unplaced": base["unplaced"] + sum(x["unplaced"] for x in told),
                "cost": round(base["cost"] + sum(x["cost"] for x in told)),
            }
        )
