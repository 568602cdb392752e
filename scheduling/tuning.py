"""Settings of the search, chosen from the shape of a problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduling.arrays import Index
from scheduling.kernel.numbers import (
    BEGIN_AT,
    CHOICE,
    DROP,
    DURATION,
    KIND,
    MUST,
    PLACE,
    UNREACHABLE,
)
from scheduling.kernel.params import Params
from scheduling.rounds import Heat

# Minutes of work at the hot and the cold end. Where not all can be done it pays to give
# up one visit for another: that costs far more than a detour does.
ROOMY_HEAT = (40.0, 0.2)
FULL_HEAT = (80.0, 1.0)
# From this share of the working time on, what is asked for counts as too much.
FULL = 0.97
# Iterations for each visit from which rounds of care are cooled several times.
AGAIN_PER_VISIT = 400


def params_for(index: Index) -> Params:
    """Field service has people with homes and skills; a fleet of equal vans from one
    depot is searched differently: longer strings, and routes opened by force. So is a
    round of care."""
    m = index.desk.numbers
    if not len(m.route) or not len(m.visit):
        return Params()
    if index.model.worst_price:
        return _care(index)
    kinds = len(np.unique(m.route[:, KIND]))
    depots = len(np.unique(m.route[:, BEGIN_AT]))
    if depots == 1 and kinds * 4 <= len(m.route):
        return _fleet(index)
    minute = float(index.minute)
    choice = 2.0 if _differ(m.units[:, CHOICE]) else 0.0
    heat = FULL_HEAT if _is_full(index) else ROOMY_HEAT
    return Params(
        longest_string=5.0,
        hot=heat[0] * minute,
        cold=heat[1] * minute,
        by_choice=choice,
        join=0.5,
    )


def _is_full(index: Index) -> bool:
    """Would all visits, and a near leg to each, take up the working time?"""
    m = index.desk.numbers
    legs = mean_arc(index) / (index.minute / 60)
    needed = float(m.visit[:, DURATION].sum()) + len(m.visit) * legs
    rest = sum(pause.duration for _, _, x in index.shifts for pause in x.breaks)
    time = sum(x.end - x.start for _, _, x in index.shifts) - rest
    return needed > FULL * time


def heated(params: Params, heat: Heat) -> Params:
    """The settings for a part of the way from their hot end to their cold one. Only
    the whole way is worth going several times."""
    fall = params.cold / params.hot
    hot, cold = params.hot * fall**heat.hot, params.hot * fall**heat.cold
    again = params.again_from if heat == Heat() else 0.0
    return replace(params, hot=hot, cold=cold, again_from=again)


def _differ(column: np.ndarray) -> bool:
    return len(column) > 0 and bool(column.min() != column.max())


def _fleet(index: Index) -> Params:
    arc = mean_arc(index)
    return Params(
        mean_removed=12.0,
        longest_string=20.0,
        split=0.5,
        hot=2.0 * arc,
        cold=0.01 * arc,
        new_route=0.03,
        by_chance=4.0,
        by_worth=0.0,
        by_choice=0.0,
        by_width=2.0,
        by_demand=4.0,
        by_far=2.0,
        by_near=1.0,
        by_early=2.0,
        by_latest=2.0,
    )


def _care(index: Index) -> Params:
    """Where the largest delay has a price, starts may be late: little is forbidden, and
    good plans lie far apart. Heat is counted in legs, as time may have any unit, and
    stays above a part of a leg; who begins early or lives far away often goes first.
    A single cooling is a matter of luck, so a long search cools several times."""
    arc = mean_arc(index)
    all_must = bool((index.desk.numbers.visit[:, DROP] >= MUST).all())
    return Params(
        hot=16.0 * arc,
        cold=0.6 * arc,
        again_from=float(AGAIN_PER_VISIT * len(index.desk.numbers.visit)),
        by_chance=4.0,
        by_worth=0.0 if all_must else 3.0,
        by_choice=2.0,
        by_width=0.0,
        by_far=1.0,
        by_early=2.0,
        by_latest=1.0,
    )


def mean_arc(index: Index) -> float:
    """What a leg between near neighbours costs on average."""
    m = index.desk.numbers
    price = index.minute / 60
    near = m.near[:, :5]
    if not near.size:
        return price
    place = m.visit[:, PLACE]
    legs = m.seconds[0][place[:, None], place[near]]
    legs = legs[legs < UNREACHABLE]
    return max(1.0, float(legs.mean() * price)) if legs.size else price
