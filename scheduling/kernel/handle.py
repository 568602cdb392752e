"""Handing arrays to compiled code by one pointer each, instead of by three hundred
arguments: calls stay cheap, and compiling takes seconds instead of minutes.

Without the compiler a handle is the named tuple itself.
"""

from __future__ import annotations

from typing import Any

import numba
from numba import types
from numba.experimental import structref

from scheduling.kernel.compiled import door
from scheduling.kernel.numbers import Numbers, State, Work


@structref.register
class NumbersType(types.StructRef):  # type: ignore[misc]
    """The type of a handed `Numbers`."""


@structref.register
class StateType(types.StructRef):  # type: ignore[misc]
    """The type of a handed `State`."""


@structref.register
class WorkType(types.StructRef):  # type: ignore[misc]
    """The type of a handed `Work`."""


class NumbersHandle(structref.StructRefProxy):  # type: ignore[misc]
    """What compiled code sees of `Numbers`."""


class StateHandle(structref.StructRefProxy):  # type: ignore[misc]
    """What compiled code sees of a `State`."""


class WorkHandle(structref.StructRefProxy):  # type: ignore[misc]
    """What compiled code sees of `Work`."""


structref.define_proxy(NumbersHandle, NumbersType, list(Numbers._fields))
structref.define_proxy(StateHandle, StateType, list(State._fields))
structref.define_proxy(WorkHandle, WorkType, list(Work._fields))


@door
def _hand_numbers(parts: Numbers) -> Any:
    return NumbersHandle(
        parts.seconds,
        parts.back,
        parts.metres,
        parts.visit,
        parts.route,
        parts.fit,
        parts.fits,
        parts.windows,
        parts.breaks,
        parts.links,
        parts.link_of,
        parts.parts,
        parts.stock,
        parts.units,
        parts.members,
        parts.opens,
        parts.near,
        parts.homes,
        parts.kinds,
        parts.share,
        parts.told_price,
        parts.fair_price,
        parts.worst_price,
    )


@door
def _hand_state(parts: State) -> Any:
    return StateHandle(
        parts.seq,
        parts.day,
        parts.spot,
        parts.used,
        parts.load,
        parts.mark,
        parts.late,
        parts.total,
    )


@door
def _hand_work(parts: Work) -> Any:
    return WorkHandle(
        parts.label,
        parts.trace,
        parts.out,
        parts.line,
        parts.route,
        parts.saved,
        parts.marks,
        parts.held,
        parts.lists,
        parts.visit,
        parts.key,
        parts.promising,
    )


def hand_numbers(numbers: Numbers) -> Numbers:
    """A handle of the problem for compiled functions."""
    return numbers if numba.config.DISABLE_JIT else _hand_numbers(numbers)


def hand_state(state: State) -> State:
    """A handle of the state: what is done to it is done to the state."""
    return state if numba.config.DISABLE_JIT else _hand_state(state)


def hand_work(work: Work) -> Work:
    """A handle of the work bench."""
    return work if numba.config.DISABLE_JIT else _hand_work(work)
