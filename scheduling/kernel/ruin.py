"""Take visits out where they are near each other, so that they can be put anew."""

from __future__ import annotations

import random

from scheduling.kernel.couple import commit, settle
from scheduling.kernel.model import Model
from scheduling.kernel.state import Pricer, Seq, State, mark

MEAN_REMOVED = 6.0
LONGEST_STRING = 8


def companions(model: Model, state: State, v: int) -> list[int]:
    """Placed visits that cannot stay when v leaves."""
    out = [m for m in model.units[model.unit_of[v]] if state.where[m] >= 0]
    for one in out:
        for link in model.links_of[one]:
            after = link.second
            if link.crew or link.first != one or state.where[after] < 0:
                continue
            # What must follow a visit leaves with it.
            out += [m for m in model.units[model.unit_of[after]] if m not in out]
    return [m for m in out if state.where[m] >= 0 and model.frozen[m] is None]


def take_out(pricer: Pricer, state: State, gone: set[int]) -> bool:
    """Remove the visits; False (state unusable) if what stays breaks a rule."""
    model = pricer.model
    touched = {state.where[v] for v in gone if state.where[v] >= 0}
    changes: dict[int, Seq] = {}
    for r in sorted(touched):
        changes[r] = tuple(v for v in state.routes[r] if v not in gone)
    partners: set[int] = set()
    for v in sorted(gone):
        for link in model.links_of[v]:
            partners.update((state.where[link.first], state.where[link.second]))
        if state.where[v] >= 0:
            mark(model, state, v, -1)
    for r in sorted(partners):
        if r >= 0 and r not in changes:
            changes[r] = state.routes[r]
    settled = settle(pricer, state, changes)
    if settled is None:
        return False
    commit(model, state, changes, settled)
    return True


def choose(
    model: Model, state: State, near: list[list[int]], rng: random.Random
) -> set[int]:
    """Strings of neighbouring visits from neighbouring routes."""
    placed = [v for v, r in enumerate(state.where) if r >= 0]
    if not placed:
        return set()
    used = [len(seq) for seq in state.routes if seq]
    longest = min(float(LONGEST_STRING), sum(used) / len(used))
    most = 4.0 * MEAN_REMOVED / (1.0 + longest) - 1.0
    strings = int(rng.random() * max(1.0, most)) + 1
    gone: set[int] = set()
    done: set[int] = set()
    seed = placed[int(rng.random() * len(placed))]
    for v in (seed, *near[seed]):
        if len(done) >= strings:
            break
        r = state.where[v]
        if r < 0 or r in done:
            continue
        done.add(r)
        for one in _string(state.routes[r], v, longest, rng):
            if model.frozen[one] is None:
                gone.update(companions(model, state, one))
    return gone


def _string(seq: Seq, v: int, longest: float, rng: random.Random) -> Seq:
    """A run of the route around v; half the time a few in its middle stay."""
    length = min(len(seq), int(rng.random() * min(float(len(seq)), longest)) + 1)
    keep = 0
    if rng.random() < 0.5 and length < len(seq) and length > 1:
        while length + keep < len(seq) and rng.random() > 0.5:
            keep += 1
    span, at = length + keep, seq.index(v)
    first = rng.randint(max(0, at - span + 1), min(at, len(seq) - span))
    run = seq[first : first + span]
    if not keep:
        return run
    cut = rng.randint(1, max(1, span - keep - 1))
    return run[:cut] + run[cut + keep :]
