"""Each night: learn from the trips of the last months how long ways really take."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dispatch.models import Territory, TravelPace
from dispatch.queries.arrivals import EARLY, LATE
from dispatch.queries.roads import BANDS, NIGHT, band_of
from dispatch.services.roads import fitting, provider, trips, ways
from dispatch.services.roads.fitting import Errors, Line, Numbers
from dispatch.services.roads.pace import Pace
from dispatch.services.roads.places import array_of
from dispatch.services.roads.trips import Trip
from scheduling.estimate import (
    DEFAULT_SECONDS_PER_KM,
    DEFAULT_START_SECONDS,
    estimate_legs,
)

LEAST_TRIPS = 50
USUAL = Line(DEFAULT_START_SECONDS, DEFAULT_SECONDS_PER_KM)


@dataclass(frozen=True)
class _Data:
    """The trips that count, as numbers; `size` is what the fit multiplies."""

    size: Numbers
    seconds: Numbers
    bands: list[str]
    start: Line

    def part(self, chosen: NDArray[np.bool_]) -> "_Data":
        names = [name for name, is_in in zip(self.bands, chosen, strict=True) if is_in]
        return _Data(self.size[chosen], self.seconds[chosen], names, self.start)


@dataclass(frozen=True)
class _Fit:
    line: Line
    bands: dict[str, float]

    def __call__(self, data: _Data) -> Numbers:
        by_band = np.array([self.bands.get(name, 1.0) for name in data.bands])
        return np.asarray(self.line(data.size) * by_band)


def calibrate_all(*, at: datetime) -> int:
    """Every territory; how many had trips enough."""
    rows = [calibrate(x, at=at) for x in Territory.objects.order_by("pk")]
    return sum(row.is_used for row in rows)


def calibrate(territory: Territory, *, at: datetime) -> TravelPace:
    """Fit and keep, with the day; too few trips are kept as too few."""
    driven = trips.read(territory, at=at)
    data, left_out = _data(territory, driven)
    count = len(data.seconds)
    day = at.astimezone(ZoneInfo(territory.time_zone)).date()
    facts = {"at": at, "trips": count, "left_out": left_out, "is_used": False}
    facts |= _as_row(_Fit(data.start, {}))
    if count >= LEAST_TRIPS:
        facts |= _as_row(_fit(data)) | _as_errors(data) | {"is_used": True}
    row, _ = TravelPace.objects.update_or_create(
        territory=territory, day=day, defaults=facts
    )
    return row


def _data(territory: Territory, driven: list[Trip]) -> tuple[_Data, dict[str, int]]:
    """What the uncalibrated source expects of each trip, and what it took.

    With an engine the size is what it says; without one it is kilometres.
    """
    start = array_of([trip.start for trip in driven])
    end = array_of([trip.end for trip in driven])
    _, metres = estimate_legs(start, end)
    km = metres / 1000.0
    line, size = USUAL, km
    if provider.is_set():
        line, size = Line(0.0, 1.0), _engine_seconds(territory, driven)
    good, left_out = trips.sift(driven, line(size), km)
    kept = [trip for trip, is_good in zip(driven, good, strict=True) if is_good]
    zone = territory.time_zone
    taken = np.array([trip.seconds for trip in kept], np.float64)
    names = [band_of(trip.left_at, zone) for trip in kept]
    return _Data(size[good], taken, names, line), left_out


def _engine_seconds(territory: Territory, driven: list[Trip]) -> Numbers:
    """What the engine says, else the estimate as slow as the engine has been."""
    start = [trip.start for trip in driven]
    end = [trip.end for trip in driven]
    known = ways.roads(territory, [*start, *end])
    plain = ways.Roads(Pace(ratio=known.pace.ratio), known.known)
    seconds, _ = plain.between(array_of(start), array_of(end))
    return seconds.astype(np.float64)


def _fit(data: _Data) -> _Fit:
    if data.start.a:
        whole = fitting.line(data.size, data.seconds, start=data.start)
    else:
        whole = Line(0.0, fitting.factor(np.maximum(data.size, 1.0), data.seconds))
    expected = whole(data.size)
    names = np.array(data.bands)
    bands = {
        name: fitting.band(expected[names == name], data.seconds[names == name])
        for name in (*BANDS, NIGHT)
    }
    return _Fit(whole, bands)


def _as_row(fit: _Fit) -> dict[str, object]:
    is_engine = provider.is_set()
    return {
        "is_engine": is_engine,
        "start_seconds": USUAL.a if is_engine else fit.line.a,
        "seconds_per_km": USUAL.b if is_engine else fit.line.b,
        "factor": fit.line.b if is_engine else 1.0,
        "bands": fit.bands,
    }


def _as_errors(data: _Data) -> dict[str, float]:
    """Each fifth of the trips judged by a fit of the others."""
    expected = np.zeros_like(data.seconds)
    fold = np.arange(len(expected)) % fitting.FOLDS
    for number in range(fitting.FOLDS):
        fit = _fit(data.part(fold != number))
        expected[fold == number] = fit(data.part(fold == number))
    found = _errors(expected, data.seconds)
    before = _errors(data.start(data.size), data.seconds)
    return {
        "median_error": found.median,
        "p90_error": found.p90,
        "coverage": found.coverage,
        "error_before": before.median,
    }


def _errors(expected: Numbers, seconds: Numbers) -> Errors:
    return fitting.errors(expected, seconds, early=EARLY, late=LATE)
