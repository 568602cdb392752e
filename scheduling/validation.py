"""Cross-checks of a problem: what no single field can know."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from scheduling.errors import InputError
from scheduling.problem import Location, Problem, Shift, Technician, Visit
from scheduling.sense import refuse_circles

T = TypeVar("T", Location, Technician, Visit)


def validate(problem: Problem) -> None:
    """Raise `InputError` at the first thing that makes the problem meaningless."""
    _unique("locations", (place.id for place in problem.locations))
    _unique("technicians", (person.id for person in problem.technicians))
    _unique("visits", (visit.id for visit in problem.visits))
    for name, matrix in problem.travel.items():
        matrix.check_size(len(problem.locations), f"travel.{name}")
    _each("locations", problem.locations, _location)
    _each("technicians", problem.technicians, partial(_technician, problem))
    _each("visits", problem.visits, partial(_visit, problem))
    _links(problem)
    refuse_circles(problem)
    _objective(problem)


def _each(path: str, items: Sequence[T], judge: Callable[[T, str], None]) -> None:
    """Judge every item; an error ends with the id of the item that has it."""
    for index, item in enumerate(items):
        try:
            judge(item, f"{path}[{index}]")
        except InputError as error:
            message = f"{error.message} (id '{item.id}')"
            raise type(error)(error.path, message) from None


def _location(place: Location, path: str) -> None:
    for name in ("lat", "lon"):
        value = getattr(place, name)
        if value is not None and not math.isfinite(value):
            raise InputError(f"{path}.{name}", "must be a finite number")


def _unique(path: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(ids):
        if name in seen:
            raise InputError(f"{path}[{index}].id", f"'{name}' appears twice")
        seen.add(name)


def _place(problem: Problem, name: str, path: str) -> None:
    if name not in problem.location_index:
        raise InputError(path, f"no location is called '{name}'")


def _person(problem: Problem, name: str, path: str) -> None:
    if name not in problem.technician_by_id:
        raise InputError(path, f"no technician is called '{name}'")


def _at_least(value: int | None, low: int, path: str) -> None:
    if value is not None and value < low:
        raise InputError(path, f"must be at least {low}")


def _span(low: int | None, high: int | None, path: str) -> None:
    if low is not None and high is not None and low > high:
        raise InputError(path, f"begins ({low}) after it ends ({high})")


def _technician(problem: Problem, person: Technician, path: str) -> None:
    if person.profile not in problem.travel:
        raise InputError(
            f"{path}.profile", f"no travel is given for {person.profile!r}"
        )
    _unique(f"{path}.shifts", (shift.id for shift in person.shifts))
    for index, shift in enumerate(person.shifts):
        _shift(problem, shift, f"{path}.shifts[{index}]")
    ordered = sorted(person.shifts, key=lambda shift: shift.start)
    for early, late in itertools.pairwise(ordered):
        if late.start < early.end:
            raise InputError(
                f"{path}.shifts", f"'{early.id}' and '{late.id}' overlap in time"
            )
    for index, skill in enumerate(person.skills):
        _span(skill.valid_from, skill.valid_until, f"{path}.skills[{index}]")
    for part, quantity in person.stock.items():
        _at_least(quantity, 0, f"{path}.stock.{part}")
    _prices(person, path)


def _prices(person: Technician, path: str) -> None:
    _at_least(person.max_travel_from_home, 0, f"{path}.max_travel_from_home")
    for name in ("per_shift", "per_travel_minute", "per_km"):
        _at_least(getattr(person.cost, name), 0, f"{path}.cost.{name}")


def _shift(problem: Problem, shift: Shift, path: str) -> None:
    _span(shift.start, shift.end, path)
    _place(problem, shift.start_at, f"{path}.from")
    if shift.end_at is not None:
        _place(problem, shift.end_at, f"{path}.to")
    _at_least(shift.overtime.max, 0, f"{path}.overtime.max")
    _at_least(shift.overtime.cost_per_minute, 0, f"{path}.overtime.cost_per_minute")
    for index, rest in enumerate(shift.breaks):
        _span(rest.earliest, rest.latest, f"{path}.breaks[{index}]")
        _at_least(rest.duration, 0, f"{path}.breaks[{index}].duration")


def _visit(problem: Problem, visit: Visit, path: str) -> None:
    _place(problem, visit.location, f"{path}.location")
    _at_least(visit.duration, 0, f"{path}.duration")
    _at_least(visit.drop_cost, 0, f"{path}.drop_cost")
    for index, (low, high) in enumerate(visit.windows):
        _span(low, high, f"{path}.windows[{index}]")
    for part, quantity in visit.parts.items():
        _at_least(quantity, 0, f"{path}.parts.{part}")
    if visit.due is not None:
        _at_least(visit.due.cost_per_minute, 0, f"{path}.due.cost_per_minute")
    _wishes(problem, visit, f"{path}.technicians")
    _lock(problem, visit, f"{path}.lock")
    if visit.published is not None:
        # The person told may have left since: then every answer counts as a change.
        _at_least(len(visit.published.technician), 1, f"{path}.published.technician")


def _wishes(problem: Problem, visit: Visit, path: str) -> None:
    wishes = visit.technicians
    for kind in ("required", "excluded", "preferred"):
        for name in getattr(wishes, kind):
            _person(problem, name, f"{path}.{kind}")
    both = set(wishes.required) & set(wishes.excluded)
    if both:
        name = min(both)
        raise InputError(path, f"'{name}' is both required and excluded")
    for name, bonus in wishes.preferred.items():
        _at_least(bonus, 0, f"{path}.preferred.{name}")


def _lock(problem: Problem, visit: Visit, path: str) -> None:
    lock = visit.lock
    if lock is None:
        return
    if lock.technician is not None:
        _person(problem, lock.technician, f"{path}.technician")
    if lock.frozen and (lock.technician is None or lock.start is None):
        raise InputError(path, "a frozen visit needs its technician and its start")


def _links(problem: Problem) -> None:
    for index, crew in enumerate(problem.crews):
        path = f"crews[{index}]"
        for name in crew.visits:
            if name not in problem.visit_by_id:
                raise InputError(f"{path}.visits", f"no visit is called '{name}'")
        if crew.visits[0] == crew.visits[1]:
            raise InputError(f"{path}.visits", "a crew needs two different visits")
        _span(crew.lag[0], crew.lag[1], f"{path}.lag")
    for index, order in enumerate(problem.sequences):
        path = f"sequences[{index}]"
        for end, name in (("before", order.before), ("after", order.after)):
            if name not in problem.visit_by_id:
                raise InputError(f"{path}.{end}", f"no visit is called '{name}'")
        if order.before == order.after:
            raise InputError(path, "a visit cannot follow itself")
        _span(order.lag[0], order.lag[1], f"{path}.lag")


def _objective(problem: Problem) -> None:
    for name in problem.objective.__dataclass_fields__:
        weight = getattr(problem.objective, name)
        _at_least(weight, 0, f"objective.{name}")
    if problem.objective.per_km:
        _metres(problem)


def _metres(problem: Problem) -> None:
    for index, person in enumerate(problem.technicians):
        if person.cost.per_km and problem.travel[person.profile].metres is None:
            raise InputError(
                f"technicians[{index}].cost.per_km",
                f"is priced, but travel.{person.profile} gives no metres",
            )
