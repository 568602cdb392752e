"""Small changes of a problem or a plan that may make room for a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from scheduling.corner import lifted
from scheduling.plan import Plan
from scheduling.problem import (
    Due,
    Lock,
    NeededSkill,
    Overtime,
    Problem,
    Shift,
    Technician,
    Visit,
)
from scheduling.words import duration


@dataclass(frozen=True, slots=True)
class Edit:
    """One relaxation. `kind` names it for machines; the sentence names ids."""

    kind: ClassVar[str] = ""

    def problem(self, before: Problem) -> Problem:
        """The problem with the relaxation in it."""
        return before

    def plan(self, problem: Problem, before: Plan) -> Plan:
        """The plan with what has to leave taken out; most edits leave it alone."""
        return before

    def sentence(self) -> str:
        raise NotImplementedError

    @property
    def subject(self) -> tuple[str, ...]:
        """What the edit is about, without how much of it there is."""
        size = ("seconds", "at", "limit", "quantity", "earlier", "later")
        parts = [f"{k} {v}" for k, v in asdict(self).items() if k not in size]
        if isinstance(self, WindowWidened):
            parts.append("later" if self.later else "earlier")
        return (self.kind, *parts)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}


def change_person(
    problem: Problem, name: str, change: Callable[[Technician], Technician]
) -> Problem:
    changed = tuple(change(x) if x.id == name else x for x in problem.technicians)
    return replace(problem, technicians=changed)


def change_shift(
    problem: Problem, name: str, shift: str, change: Callable[[Shift], Shift]
) -> Problem:
    def changed(person: Technician) -> Technician:
        own = tuple(change(x) if x.id == shift else x for x in person.shifts)
        return replace(person, shifts=own)

    return change_person(problem, name, changed)


def change_visit(
    problem: Problem, name: str, change: Callable[[Visit], Visit]
) -> Problem:
    changed = tuple(change(x) if x.id == name else x for x in problem.visits)
    return replace(problem, visits=changed)


@dataclass(frozen=True, slots=True)
class ShiftEndsLater(Edit):
    kind: ClassVar[str] = "shift_end"
    technician: str
    shift: str
    seconds: int

    def problem(self, before: Problem) -> Problem:
        def later(shift: Shift) -> Shift:
            return replace(shift, end=shift.end + self.seconds)

        return change_shift(before, self.technician, self.shift, later)

    def sentence(self) -> str:
        return f"End {self.technician}'s shift {duration(self.seconds)} later"


@dataclass(frozen=True, slots=True)
class ShiftStartsEarlier(Edit):
    kind: ClassVar[str] = "shift_start"
    technician: str
    shift: str
    seconds: int

    def problem(self, before: Problem) -> Problem:
        def earlier(shift: Shift) -> Shift:
            return replace(shift, start=shift.start - self.seconds)

        return change_shift(before, self.technician, self.shift, earlier)

    def sentence(self) -> str:
        return f"Start {self.technician}'s shift {duration(self.seconds)} earlier"


@dataclass(frozen=True, slots=True)
class OvertimeAllowed(Edit):
    """So much overtime more than the shift allows now, at the shift's price."""

    kind: ClassVar[str] = "overtime"
    technician: str
    shift: str
    seconds: int

    def problem(self, before: Problem) -> Problem:
        def longer(shift: Shift) -> Shift:
            now = shift.overtime
            more = Overtime(now.max + self.seconds, now.cost_per_minute)
            return replace(shift, overtime=more)

        return change_shift(before, self.technician, self.shift, longer)

    def sentence(self) -> str:
        return f"Allow {self.technician} {duration(self.seconds)} more overtime"


@dataclass(frozen=True, slots=True)
class PartHandedOver(Edit):
    kind: ClassVar[str] = "part"
    technician: str
    part: str
    quantity: int

    def problem(self, before: Problem) -> Problem:
        def fuller(person: Technician) -> Technician:
            held = person.stock.get(self.part, 0) + self.quantity
            return replace(person, stock={**person.stock, self.part: held})

        return change_person(before, self.technician, fuller)

    def sentence(self) -> str:
        return f"Hand {self.quantity} × {self.part} over to {self.technician}"


@dataclass(frozen=True, slots=True)
class MaxTravelWaived(Edit):
    """Lets the technician go `limit` seconds from home instead of fewer."""

    kind: ClassVar[str] = "max_travel"
    technician: str
    limit: int

    def problem(self, before: Problem) -> Problem:
        def farther(person: Technician) -> Technician:
            return replace(person, max_travel_from_home=self.limit)

        return change_person(before, self.technician, farther)

    def sentence(self) -> str:
        return f"Let {self.technician} go {duration(self.limit)} from home"


@dataclass(frozen=True, slots=True)
class WindowWidened(Edit):
    """Every window of the visit begins and ends by so many seconds wider."""

    kind: ClassVar[str] = "window"
    visit: str
    earlier: int = 0
    later: int = 0

    def problem(self, before: Problem) -> Problem:
        def wider(visit: Visit) -> Visit:
            wide = tuple((a - self.earlier, b + self.later) for a, b in visit.windows)
            return replace(visit, windows=wide)

        return change_visit(before, self.visit, wider)

    def sentence(self) -> str:
        if self.later:
            return f"Let {self.visit} start {duration(self.later)} later"
        return f"Let {self.visit} start {duration(self.earlier)} earlier"


@dataclass(frozen=True, slots=True)
class DueMoved(Edit):
    kind: ClassVar[str] = "due"
    visit: str
    at: int
    seconds: int

    def problem(self, before: Problem) -> Problem:
        def later(visit: Visit) -> Visit:
            due = Due(0) if visit.due is None else visit.due
            return replace(visit, due=replace(due, at=self.at))

        return change_visit(before, self.visit, later)

    def sentence(self) -> str:
        return f"Move the due time of {self.visit} {duration(self.seconds)} later"


@dataclass(frozen=True, slots=True)
class SkillWaived(Edit):
    """A needed skill left out, or asked for at the lower level `to_level` only.

    `lapsed` says that the technician holds it, but not validly at that time
    (`valid_until` or `valid_from`); somebody responsible has to answer for any of it.
    """

    kind: ClassVar[str] = "skill"
    visit: str
    technician: str
    skill: str
    level: int
    to_level: int | None = None
    lapsed: bool = False
    valid_until: int | None = None
    valid_from: int | None = None

    def problem(self, before: Problem) -> Problem:
        def easier(visit: Visit) -> Visit:
            needs = tuple(x for need in visit.skills for x in self._asked(need))
            return replace(visit, skills=needs)

        return change_visit(before, self.visit, easier)

    @property
    def _state(self) -> str:
        if self.valid_from is None:
            return "expired at that time"
        if self.valid_until is None:
            return "not yet valid at that time"
        return "not valid at that time"

    def _asked(self, need: NeededSkill) -> tuple[NeededSkill, ...]:
        if (need.name, need.level) != (self.skill, self.level):
            return (need,)
        return () if self.to_level is None else (replace(need, level=self.to_level),)

    def sentence(self) -> str:
        who = f"for {self.technician} on {self.visit} (a responsible person decides)"
        if self.lapsed:
            return f"Waive {self.skill} {who}; the certificate is {self._state}"
        if self.to_level is None:
            return f"Waive {self.skill} {who}"
        return f"Accept {self.skill} at level {self.to_level} {who}"


def _unlocked(visit: Visit, what: str) -> Visit:
    if visit.lock is None:
        return visit
    who, start = visit.lock.technician, visit.lock.start
    lock = Lock(None, start) if what == "technician" else Lock(who, None)
    return replace(visit, lock=None if lock == Lock() else lock)


@dataclass(frozen=True, slots=True)
class LockDropped(Edit):
    """`what` is `technician` or `start`: one half of a lock at a time."""

    kind: ClassVar[str] = "lock"
    visit: str
    what: str

    def problem(self, before: Problem) -> Problem:
        return change_visit(before, self.visit, lambda x: _unlocked(x, self.what))

    def sentence(self) -> str:
        return f"Drop the lock of {self.visit} on its {self.what}"


@dataclass(frozen=True, slots=True)
class RequiredDropped(Edit):
    kind: ClassVar[str] = "required"
    visit: str
    technicians: tuple[str, ...]

    def problem(self, before: Problem) -> Problem:
        def free(visit: Visit) -> Visit:
            return replace(visit, technicians=replace(visit.technicians, required=()))

        return change_visit(before, self.visit, free)

    def sentence(self) -> str:
        names = " or ".join(self.technicians)
        return f"No longer ask for {names} on {self.visit}"


@dataclass(frozen=True, slots=True)
class ExclusionDropped(Edit):
    kind: ClassVar[str] = "excluded"
    visit: str
    technician: str

    def problem(self, before: Problem) -> Problem:
        def open_to(visit: Visit) -> Visit:
            wishes = visit.technicians
            rest = tuple(x for x in wishes.excluded if x != self.technician)
            return replace(visit, technicians=replace(wishes, excluded=rest))

        return change_visit(before, self.visit, open_to)

    def sentence(self) -> str:
        return f"No longer exclude {self.technician} from {self.visit}"


@dataclass(frozen=True, slots=True)
class TerritoryWaived(Edit):
    kind: ClassVar[str] = "territory"
    visit: str
    territory: str

    def problem(self, before: Problem) -> Problem:
        return change_visit(before, self.visit, lambda x: replace(x, territory=None))

    def sentence(self) -> str:
        return f"Let somebody from outside {self.territory} do {self.visit}"


@dataclass(frozen=True, slots=True)
class VisitDropped(Edit):
    kind: ClassVar[str] = "drop"
    visit: str

    def plan(self, problem: Problem, before: Plan) -> Plan:
        return lifted(problem, before, self.visit)

    def sentence(self) -> str:
        return f"Leave {self.visit} out"


@dataclass(frozen=True, slots=True)
class VisitMoved(Edit):
    """Another visit goes to the technician and start written here."""

    kind: ClassVar[str] = "move"
    visit: str
    technician: str
    start: int

    def plan(self, problem: Problem, before: Plan) -> Plan:
        return lifted(problem, before, self.visit)

    def sentence(self) -> str:
        return f"Give {self.visit} to {self.technician}"


@dataclass(frozen=True, slots=True)
class LunchMoved(Edit):
    """The break starts at `to` instead of `start`, within the limits it has."""

    kind: ClassVar[str] = "lunch"
    technician: str
    shift: str
    start: int
    to: int

    def sentence(self) -> str:
        by = duration(abs(self.to - self.start))
        way = "later" if self.to > self.start else "earlier"
        return f"Move {self.technician}'s break {by} {way}"
