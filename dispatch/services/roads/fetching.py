"""Ask the engine for what is missing, tile by tile, within a time budget.

Only workers come here. What came in before the budget or the engine ran out is kept.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.conf import settings
from django.db import transaction
from numpy.typing import NDArray

from dispatch.models import RoadEngine, RoadPlace, Territory
from dispatch.services.roads import block, breaker, provider
from dispatch.services.roads.block import UNKNOWN, Block
from dispatch.services.roads.places import Place, key_of, point_of
from dispatch.services.roads.provider import Legs, ProviderAway, TravelTimeProvider

# Nobody drives longer than this inside a territory, nor faster anywhere.
LONGEST_SECONDS = 6 * 3600
FASTEST_M_PER_S = 130 / 3.6
Answers = dict[int, list[NDArray[np.void]]]


@dataclass
class Budget:
    """Time that is left, by a clock that only goes forward."""

    seconds: float
    monotonic: Callable[[], float] = time.monotonic
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends = self.monotonic() + self.seconds

    @property
    def left(self) -> float:
        """For the next question: no more than one may take."""
        return min(self._ends - self.monotonic(), float(settings.ROADS_SECONDS))

    @property
    def is_over(self) -> bool:
        """Is there no time for another question?"""
        return self.left <= 0


@dataclass(frozen=True)
class Fetched:
    """What became of it: legs that came, and whether any is still missing."""

    legs: int = 0
    is_whole: bool = True


def fetch(
    territory: Territory, places: Sequence[Place], *, seconds: float, at: datetime
) -> Fetched:
    """Bring what is kept between these places up to date; never raises for an engine
    that is away.
    """
    if not provider.is_set() or len(places) < 2:
        return Fetched()
    asked = provider.provider()
    engine = _engine(asked, at=at)
    if engine is None:
        return Fetched(is_whole=False)
    budget = Budget(seconds)
    answers: Answers = {}
    whole = False
    try:
        whole = _snap(asked, engine, territory, places, budget)
        whole &= _tiles(asked, known(engine, places), answers, budget)
    except ProviderAway as error:
        breaker.failed(error=str(error), at=at)
    else:
        if answers:
            breaker.answered(at=at)
    return Fetched(_keep(engine, answers), whole)


def _engine(asked: TravelTimeProvider, *, at: datetime) -> RoadEngine | None:
    """The engine if it may be asked; one that has never spoken says its version."""
    engine = breaker.permit(at=at)
    if engine is None or engine.version:
        return engine
    try:
        found = asked.health(seconds=float(settings.ROADS_SECONDS))
    except ProviderAway as error:
        breaker.failed(error=str(error), at=at)
        return None
    return breaker.answered(at=at, version=found.version)


def _snap(
    asked: TravelTimeProvider,
    engine: RoadEngine,
    territory: Territory,
    places: Sequence[Place],
    budget: Budget,
) -> bool:
    """Find out how far from a road the places lie that nobody has asked about; whether
    there was time for all.
    """
    labels = {key_of(place.point): place.label for place in places}
    rows = RoadPlace.objects.filter(
        engine=engine, version=engine.version, key__in=labels
    )
    known = set(rows.values_list("key", flat=True))
    fresh = sorted(set(labels) - known)
    for some in _runs(fresh, settings.ROADS_TILE):
        if budget.is_over:
            return False
        points = [point_of(key) for key in some]
        told = asked.snap(points, seconds=budget.left)
        made = [
            RoadPlace(
                engine=engine,
                version=engine.version,
                key=key,
                label=labels[key][:120],
                snap_metres=metres,
                territory=territory,
            )
            for key, metres in zip(some, told, strict=True)
        ]
        RoadPlace.objects.bulk_create(made, ignore_conflicts=True)
    return True


def known(engine: RoadEngine, places: Sequence[Place]) -> Block:
    """What is kept between those of the places that lie by a road."""
    rows = RoadPlace.objects.filter(
        engine=engine,
        version=engine.version,
        key__in={key_of(place.point) for place in places},
        snap_metres__lte=settings.ROADS_SNAP_METRES,
    )
    return block.read(engine, set(rows.values_list("key", flat=True)))


def _tiles(
    asked: TravelTimeProvider, known: Block, answers: Answers, budget: Budget
) -> bool:
    """Ask for every missing pair and for no other; whether there was time for all."""
    points = [point_of(key) for key in known.keys.tolist()]
    for rows, columns in missing_tiles(known.seconds == UNKNOWN, settings.ROADS_TILE):
        if budget.is_over:
            return False
        told = asked.matrix(
            [points[row] for row in rows],
            [points[column] for column in columns],
            seconds=budget.left,
        )
        _collect(known, rows, columns, told, answers)
    return True


def missing_tiles(
    missing: NDArray[np.bool_], size: int
) -> Iterator[tuple[list[int], list[int]]]:
    """Rectangles that cover what is missing and nothing that is known.

    Rows with the same gaps go together: one new place among five hundred is one row
    and one column, not the whole table again.
    """
    gaps: dict[bytes, list[int]] = {}
    for row, line in enumerate(missing):
        if line.any():
            gaps.setdefault(line.tobytes(), []).append(row)
    for rows in gaps.values():
        columns = np.flatnonzero(missing[rows[0]]).tolist()
        for some in _runs(rows, size):
            for others in _runs(columns, size):
                yield some, others


def _collect(
    known: Block, rows: list[int], columns: list[int], told: Legs, answers: Answers
) -> None:
    seconds = sane(told)
    to = known.keys[columns]
    for number, row in enumerate(rows):
        ways = block.fresh(to, seconds[number], told.metres[number])
        answers.setdefault(int(known.keys[row]), []).append(ways)


def sane(told: Legs) -> NDArray[np.int32]:
    """Seconds that can be true; the rest is no way at all."""
    flying = told.seconds * FASTEST_M_PER_S < told.metres - FASTEST_M_PER_S
    wrong = flying | (told.seconds > LONGEST_SECONDS)
    return np.where(wrong, provider.NO_WAY, told.seconds).astype(np.int32)


@transaction.atomic
def _keep(engine: RoadEngine, answers: Answers) -> int:
    """Write the answers beside what others have written meanwhile."""
    if not answers:
        return 0
    rows = RoadPlace.objects.select_for_update().filter(
        engine=engine, version=engine.version, key__in=answers
    )
    changed = list(rows.order_by("key"))
    for row in changed:
        row.ways = block.merged(row.ways, np.concatenate(answers[row.key]))
    RoadPlace.objects.bulk_update(changed, ["ways"], batch_size=200)
    breaker.grown(engine)
    return sum(len(ways) for found in answers.values() for ways in found)


def _runs(items: Sequence[int], size: int) -> Iterator[list[int]]:
    for first in range(0, len(items), size):
        yield list(items[first : first + size])
