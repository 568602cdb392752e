"""How fast a territory is: its estimate and factors, calibrated where trips exist."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from dispatch.models import RoadRatio, Territory, TravelPace
from dispatch.services.roads import provider
from scheduling.estimate import (
    DEFAULT_SECONDS_PER_KM,
    DEFAULT_START_SECONDS,
    estimate_legs,
)

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Pace:
    """Seconds to start, seconds per kilometre, and what the engine is multiplied by.

    `ratio` makes the estimate as slow as the engine has been here: legs of two sources
    that differ by a quarter would make every plan prefer the one that promises more.
    """

    start: float = DEFAULT_START_SECONDS
    per_km: float = DEFAULT_SECONDS_PER_KM
    factor: float = 1.0
    ratio: float = 1.0

    def estimate(
        self, here: NDArray[np.float64], there: NDArray[np.float64]
    ) -> tuple[Numbers, Numbers]:
        """Seconds and metres of single legs, as the crow drives."""
        scale = self.ratio * self.factor
        return estimate_legs(
            here,
            there,
            start_seconds=self.start * scale,
            seconds_per_km=self.per_km * scale,
        )


def of(territory: Territory | UUID) -> Pace:
    """The territory's pace: the last calibration that had trips enough."""
    key = territory.pk if isinstance(territory, Territory) else territory
    has_engine = provider.is_set()
    rows = TravelPace.objects.filter(territory=key, is_used=True, is_engine=has_engine)
    found = rows.first()
    ratio = 1.0
    if has_engine:
        known = RoadRatio.objects.filter(territory=key).values_list("ratio", flat=True)
        ratio = known.first() or 1.0
    if found is None:
        return Pace(ratio=ratio)
    return Pace(
        start=found.start_seconds,
        per_km=found.seconds_per_km,
        factor=found.factor,
        ratio=ratio,
    )
