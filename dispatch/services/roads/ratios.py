"""How much slower the engine is than the estimate, per territory.

While the engine is away its missing legs are estimated, and scaled by this.
"""

from datetime import datetime

import numpy as np

from dispatch.models import RoadRatio, Territory
from dispatch.services.roads.block import Block
from dispatch.services.roads.places import array_of, point_of
from scheduling.estimate import estimate_legs

# Fewer legs say nothing about a territory.
LEAST_LEGS = 30
LOWEST, HIGHEST = 0.5, 2.0


def of_block(known: Block) -> tuple[float | None, int]:
    """The median of engine over estimate, and of how many legs."""
    places = array_of([point_of(key) for key in known.keys.tolist()])
    if not len(places):
        return None, 0
    seconds, _ = estimate_legs(places[:, None], places[None, :])
    both = (known.seconds > 0) & (seconds > 0)
    count = int(both.sum())
    if count < LEAST_LEGS:
        return None, count
    found = float(np.median(known.seconds[both] / seconds[both]))
    return min(max(found, LOWEST), HIGHEST), count


def note(territory: Territory, known: Block, *, at: datetime) -> float | None:
    """Keep the ratio of these legs; None when they are too few to say."""
    ratio, legs = of_block(known)
    if ratio is not None:
        RoadRatio.objects.update_or_create(
            territory=territory, defaults={"ratio": ratio, "legs": legs, "at": at}
        )
    return ratio
