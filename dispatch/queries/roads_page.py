"""The office's page of roads: the engine, what was learnt, and missing pins."""

from typing import Any

from django.conf import settings

from dispatch.models import (
    PinState,
    RoadEngine,
    RoadPlace,
    RoadRatio,
    SitePin,
    TravelPace,
)
from dispatch.queries import access, roads

NIGHTS = 14
MOST_PLACES = 100
BANDS = {
    "morning": "7:00–9:30",
    "day": "9:30–16:00",
    "evening": "16:00–18:30",
    "night": "night",
}
NAMES = {"osrm": "OSRM", "valhalla": "Valhalla"}
TAIL = "Check its pin; until then its ways are estimated."


def page(caller: access.Caller) -> dict[str, Any]:
    """Everything on the page."""
    areas = access.territories_for(caller)
    engine = roads.engine()
    pins = SitePin.objects.filter(site__territory__in=areas)
    return {
        "engine": engine and _engine(engine),
        "is_set": bool(settings.ROADS_PROVIDER),
        "since": roads.estimated_since(),
        "off_road": off_road(engine, caller)[:MOST_PLACES] if engine else [],
        "ratios": RoadRatio.objects.filter(territory__in=areas).select_related(
            "territory"
        ),
        "paces": [_calibrations(area) for area in areas.order_by("name")],
        "not_found": pins.filter(state=PinState.NOT_FOUND)
        .select_related("site__customer")
        .order_by("site__name")[:MOST_PLACES],
        "waiting": pins.filter(state=PinState.WAITING).count(),
        "is_looking_up": bool(settings.GEOCODER_CLASS),
    }


def off_road(engine: RoadEngine, caller: access.Caller) -> list[str]:
    """A sentence for each place that lies too far from every road."""
    areas = access.territories_for(caller)
    rows = RoadPlace.objects.filter(engine=engine, version=engine.version)
    limit = settings.ROADS_SNAP_METRES
    far = rows.exclude(snap_metres__lte=limit).order_by("label")
    return [sentence(row) for row in far.filter(territory__in=areas)]


def sentence(row: RoadPlace) -> str:
    """What is wrong with the place, how far it is, and what to do."""
    if row.snap_metres is None:
        return f"{row.label} lies by no road that the routing engine knows. {TAIL}"
    far = row.snap_metres
    words = f"{far / 1000:,.0f} km" if far >= 10_000 else f"{far:,.0f} m"
    return f"{row.label} lies {words} from the nearest road. {TAIL}"


def _engine(row: RoadEngine) -> dict[str, Any]:
    places = RoadPlace.objects.filter(engine=row, version=row.version)
    return {
        "name": NAMES.get(row.name, row.name),
        "version": row.version,
        "checked_at": row.checked_at,
        "last_error": row.last_error,
        "places": places.count(),
    }


def _calibrations(area: Any) -> dict[str, Any]:
    rows = TravelPace.objects.filter(territory=area)[:NIGHTS]
    return {"territory": area, "rows": [_row(row) for row in rows]}


def _row(row: TravelPace) -> dict[str, Any]:
    """One night, its shares in per cent."""
    return {
        "day": row.day,
        "is_used": row.is_used,
        "trips": row.trips,
        "left_out": [f"{count} {reason}" for reason, count in row.left_out.items()],
        "median": _percent(row.median_error),
        "p90": _percent(row.p90_error),
        "coverage": _percent(row.coverage),
        "before": _percent(row.error_before),
        "what": f"engine × {row.factor:.2f}"
        if row.is_engine
        else f"{row.start_seconds:.0f} s + {row.seconds_per_km:.0f} s/km",
        "bands": [
            f"{BANDS[name]} × {factor:.2f}"
            for name, factor in row.bands.items()
            if name in BANDS and round(factor, 2) != 1
        ],
    }


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.0f} %"
