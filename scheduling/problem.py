"""What is to be planned. Times are whole seconds from an epoch the caller keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scheduling.travel import TravelMatrix

FORMAT = "dispatch-problem/1"
Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Location:
    id: str
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill a technician holds; `None` leaves that end of its validity open."""

    name: str
    level: int = 1
    valid_from: int | None = None
    valid_until: int | None = None


@dataclass(frozen=True, slots=True)
class NeededSkill:
    name: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Break:
    """Owed rest: starts within [earliest, latest] and lasts `duration` unbroken.

    Several are taken in order of `latest`, as a day that goes on comes to owe them.
    """

    earliest: int
    latest: int
    duration: int


@dataclass(frozen=True, slots=True)
class Overtime:
    """At most `max` seconds beyond the shift's end, priced per minute."""

    max: int = 0
    cost_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """One working span. `end_at=None`: the route ends where the last visit does."""

    id: str
    start: int
    end: int
    start_at: str
    end_at: str | None = None
    breaks: tuple[Break, ...] = ()
    overtime: Overtime = Overtime()


@dataclass(frozen=True, slots=True)
class Cost:
    per_shift: int = 0
    per_travel_minute: int = 1
    per_km: int = 0


@dataclass(frozen=True, slots=True)
class Technician:
    id: str
    shifts: tuple[Shift, ...]
    profile: str = "default"
    skills: tuple[HeldSkill, ...] = ()
    stock: Mapping[str, int] = field(default_factory=dict)
    cost: Cost = Cost()
    territories: tuple[str, ...] = ()
    max_travel_from_home: int | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who must, may not and would best do a visit (`preferred`: id to bonus)."""

    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    preferred: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    at: int
    cost_per_minute: int = 1


@dataclass(frozen=True, slots=True)
class Lock:
    """A wish that must hold; `frozen` makes it a fact that overrules every rule."""

    technician: str | None = None
    start: int | None = None
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """Where people were told the visit is; the stability price counts from here."""

    technician: str
    start: int
    shift: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """Work at one place. `windows` bound the start; `drop_cost=None` must be served."""

    id: str
    location: str
    duration: int
    windows: tuple[Window, ...] = ()
    skills: tuple[NeededSkill, ...] = ()
    technicians: Wishes = Wishes()
    drop_cost: int | None = 1000
    due: Due | None = None
    parts: Mapping[str, int] = field(default_factory=dict)
    territory: str | None = None
    lock: Lock | None = None
    published: Published | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "windows", merge_windows(self.windows))


def merge_windows(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Sorted windows with overlapping and touching ones joined."""
    merged: list[Window] = []
    for low, high in sorted((low, high) for low, high in windows):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


@dataclass(frozen=True, slots=True)
class Crew:
    """Two visits by two people: lag[0] <= start(second) - start(first) <= lag[1]."""

    visits: tuple[str, str]
    lag: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Sequence:
    """lag[0] <= start(after) - end(before) <= lag[1]; no `after` without `before`."""

    before: str
    after: str
    lag: tuple[int, int | None] = (0, None)
    same_technician: bool = False


@dataclass(frozen=True, slots=True)
class Objective:
    """Weights of the score parts; 0 leaves a part out of the total."""

    travel: int = 1
    per_km: int = 1
    shift: int = 1
    overtime: int = 1
    lateness: int = 1
    max_lateness: int = 0
    drop: int = 1
    preference: int = 1
    stability: int = 0
    fairness: int = 0


@dataclass(frozen=True)
class Problem:
    """Everything a plan depends on. Building one validates it (`InputError`)."""

    locations: tuple[Location, ...]
    travel: Mapping[str, TravelMatrix]
    technicians: tuple[Technician, ...]
    visits: tuple[Visit, ...]
    crews: tuple[Crew, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    objective: Objective = Objective()

    def __post_init__(self) -> None:
        from scheduling.validation import validate

        validate(self)

    @classmethod
    def from_json(cls, data: str | bytes | dict[str, Any]) -> Problem:
        """Read a `dispatch-problem/1` document; raise `InputError` with the path."""
        from scheduling.problem_json import read_problem

        return read_problem(data)

    def to_json(self) -> dict[str, Any]:
        """The `dispatch-problem/1` document, ready for `json.dumps`."""
        from scheduling.problem_json import write_problem

        return write_problem(self)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON: equal problems have equal hashes."""
        from scheduling.hashing import problem_hash

        return problem_hash(self)

    @cached_property
    def location_index(self) -> dict[str, int]:
        return {place.id: index for index, place in enumerate(self.locations)}

    @cached_property
    def visit_by_id(self) -> dict[str, Visit]:
        return {visit.id: visit for visit in self.visits}

    @cached_property
    def technician_by_id(self) -> dict[str, Technician]:
        return {person.id: person for person in self.technicians}
