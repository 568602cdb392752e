"""Changes that hold only together, so that a person may take some and leave others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from dispatch.services.planning import judging
from dispatch.services.planning import problem as reading
from scheduling import Assignment as Placement

Unit = tuple[str, ...]
Placements = dict[str, Placement]


def units(found: reading.Reading, keys: Iterable[str]) -> list[Unit]:
    """Visits one by one; those of one crew stand and fall together."""
    members: dict[object, list[str]] = {}
    for key in sorted(keys):
        members.setdefault(found.visits[key].crew_id or key, []).append(key)
    return [tuple(keys) for keys in members.values()]


def connected(
    parts: Iterable[Unit], people_of: Callable[[Unit], set[str]]
) -> list[list[Unit]]:
    """Parts that share people, directly or by way of others."""
    merged: list[tuple[set[str], list[Unit]]] = []
    for part in parts:
        people, together = people_of(part), [part]
        for other in [one for one in merged if one[0] & people]:
            merged.remove(other)
            people, together = people | other[0], other[1] + together
        merged.append((people, together))
    return [together for _, together in merged]


@dataclass(frozen=True)
class Draft:
    """A draft to be cut into groups: `before` stands on the board, `after` is wished.

    Visits that were hit have a place `before` at which they cannot stay.
    """

    found: reading.Reading
    before: Placements
    after: Placements
    hit: frozenset[str]

    @property
    def changed(self) -> list[Unit]:
        """What moves, is placed or loses its place, crews as one."""
        keys = [
            key
            for key in self.found.visits
            if self.before.get(key) != self.after.get(key)
        ]
        return units(self.found, keys)

    def holds(self, taken: Iterable[str]) -> bool:
        """Whether these changes alone break nothing that the board does not break."""
        return self._broken(frozenset(taken)) <= self._allowed

    def people(self, unit: Unit) -> set[str]:
        """Whose day a change is about."""
        places = [side.get(key) for side in (self.before, self.after) for key in unit]
        return {place.technician for place in places if place}

    @cached_property
    def _allowed(self) -> judging.Broken:
        return self._broken(frozenset())

    def _broken(self, taken: frozenset[str]) -> judging.Broken:
        placed: Placements = {}
        beside: Placements = {}
        for key in self.found.visits:
            place = (self.after if key in taken else self.before).get(key)
            stands_aside = key in self.hit and key not in taken
            if place is not None:
                (beside if stands_aside else placed)[key] = place
        return judging.broken(self.found, placed, beside=beside)


def whole(draft: Draft) -> list[list[str]]:
    """Groups by people alone: quick, and right for a day planned anew."""
    return [_keys(part) for part in connected(draft.changed, draft.people)]


def fine(draft: Draft) -> list[list[str]]:
    """The smallest groups of a repair that hold alone, joined where they need to be.

    A visit without a place is a group of its own: nothing else depends on it.
    """
    parts: list[list[Unit]] = []
    for part in connected(draft.changed, draft.people):
        parts += _cut(draft, part)
    return [_keys(part) for part in parts]


def _cut(draft: Draft, part: list[Unit]) -> list[list[Unit]]:
    groups = [[unit] for unit in part]
    while len(groups) > 1:
        weak = next((one for one in groups if not _stands(draft, one)), None)
        if weak is None:
            return groups
        others = [one for one in groups if one is not weak]
        near = [one for one in others if _people(draft, one) & _people(draft, weak)]
        # The smallest partner with which it holds; else everything it shares people
        # with. A move that serves nobody alone goes to those who may need it.
        mate = next(
            (one for one in sorted(near, key=len) if _stands(draft, weak + one)), None
        )
        joined = [mate] if mate else near or others
        rest = [one for one in others if one not in joined]
        groups = [*rest, [unit for one in [weak, *joined] for unit in one]]
    return groups


def _stands(draft: Draft, group: list[Unit]) -> bool:
    keys = _keys(group)
    serves = any(key in draft.hit for key in keys)
    return serves and draft.holds(keys)


def _people(draft: Draft, group: list[Unit]) -> set[str]:
    return {person for unit in group for person in draft.people(unit)}


def _keys(group: list[Unit]) -> list[str]:
    return sorted(key for unit in group for key in unit)
