"""What is known between some places, as one dense table."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from dispatch.models import RoadEngine, RoadPlace
from dispatch.services.roads.places import Keys
from dispatch.services.roads.provider import NO_WAY, Cells

WAY = np.dtype([("to", "<i8"), ("seconds", "<i4"), ("metres", "<i4")])
# Nobody has asked yet; an engine that knows no way says `NO_WAY`.
UNKNOWN = -2
MOST_KEPT = 3

_LAST: dict[object, "Block"] = {}
_GUARD = Lock()


@dataclass(frozen=True)
class Block:
    """Seconds and metres between places; `keys` are sorted."""

    keys: Keys
    seconds: Cells
    metres: Cells

    @classmethod
    def nothing(cls) -> "Block":
        """Nothing is known of any place."""
        return cls.empty(())

    @classmethod
    def empty(cls, keys: Iterable[int]) -> "Block":
        """These places, and no way between them yet."""
        sorted_keys = np.array(sorted(set(keys)), np.int64)
        size = len(sorted_keys)
        cells = np.full((size, size), UNKNOWN, np.int32)
        np.fill_diagonal(cells, 0)
        return cls(sorted_keys, cells, cells.copy())

    def put(self, origin: int, ways: NDArray[np.void]) -> None:
        """What one place's row says of the others."""
        row = int(np.searchsorted(self.keys, origin))
        columns, known = self.find(ways["to"])
        known &= ways["to"] != origin
        self.seconds[row, columns[known]] = ways["seconds"][known]
        self.metres[row, columns[known]] = ways["metres"][known]

    def find(self, keys: Keys) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The number of each key, and whether it is one of ours."""
        if not len(self.keys):
            return np.zeros(keys.shape, np.intp), np.zeros(keys.shape, np.bool_)
        found = np.searchsorted(self.keys, keys)
        found = np.minimum(found, len(self.keys) - 1)
        return found, self.keys[found] == keys

    def legs(self, here: Keys, there: Keys) -> tuple[Cells, Cells]:
        """Seconds and metres of each pair; `UNKNOWN` or `NO_WAY` below zero."""
        if not len(self.keys):
            nothing = np.full(np.broadcast(here, there).shape, UNKNOWN, np.int32)
            return nothing, nothing
        a, knows_a = self.find(here)
        b, knows_b = self.find(there)
        known = knows_a & knows_b
        seconds = np.where(known, self.seconds[a, b], UNKNOWN)
        return seconds, np.where(known, self.metres[a, b], UNKNOWN)


def read(engine: RoadEngine, keys: Collection[int]) -> Block:
    """What is kept between these places, in one query; none lies off the roads.

    A drag asks for the same day again and again: the last tables are kept in this
    process, and the engine's row says whether they still hold.
    """
    if not engine.version or not keys:
        return Block.nothing()
    mark = (engine.pk, engine.version, engine.revision, frozenset(keys))
    with _GUARD:
        found = _LAST.pop(mark, None)
    found = found or _read(engine, keys)
    with _GUARD:
        _LAST[mark] = found
        while len(_LAST) > MOST_KEPT:
            _LAST.pop(next(iter(_LAST)))
    return found


def _read(engine: RoadEngine, keys: Collection[int]) -> Block:
    rows = RoadPlace.objects.filter(
        engine=engine, version=engine.version, key__in=set(keys)
    ).values_list("key", "ways")
    found = dict(rows)
    block = Block.empty(found)
    for key, ways in found.items():
        block.put(key, unpack(ways))
    return block


def unpack(ways: bytes | memoryview) -> NDArray[np.void]:
    """The ways of a row."""
    return np.frombuffer(bytes(ways), WAY)


def merged(ways: bytes | memoryview, fresh: NDArray[np.void]) -> bytes:
    """The ways of a row with those that were asked for now; the new ones count."""
    known = unpack(ways)
    old = known[~np.isin(known["to"], fresh["to"])]
    both = np.concatenate([old, fresh])
    return both[np.argsort(both["to"])].tobytes()


def fresh(to: Keys, seconds: Cells, metres: Cells) -> NDArray[np.void]:
    """Answers of an engine as they are kept."""
    ways = np.empty(len(to), WAY)
    ways["to"], ways["seconds"], ways["metres"] = to, seconds, metres
    return ways


__all__ = ["NO_WAY", "UNKNOWN", "Block", "fresh", "merged", "read", "unpack"]
