"""What a problem can mean: circles, contradictions, and sums that no number holds.

`refuse_circles` is part of every problem's validation. `refuse_nonsense` judges
documents alone: the engine itself builds problems on the way in which pins overlap,
nobody is left or one price stands above all others (a visit that runs over, the last
technician who falls ill, a repair), and these have an answer: a plan with unplaced
visits and reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from scheduling.errors import InputError
from scheduling.problem import Problem, Visit

# A plan's cost stays below what one visit that must be served weighs, 2^48 in units
# of 1/3000: else leaving such a visit out could pay.
MOST_COST = (1 << 48) // 3000
# A change is priced at its weight, and more the nearer it is to its start.
NEAR_START = 100

# Least difference of two starts: (earlier, later) to seconds and the field it is from.
Gaps = dict[tuple[str, str], tuple[int, str]]


def refuse_nonsense(problem: Problem) -> None:
    """Raise `InputError` on what cannot be meant: visits and nobody to send, lags
    that contradict each other, two pinned visits of one technician at once, prices
    that add up to more than a plan's cost may be."""
    _refuse_overflow(problem)
    if problem.visits and not problem.technicians:
        raise InputError("technicians", "must not be empty: nobody can be sent")
    _refuse_contradictions(problem)
    _refuse_overlapping_locks(problem)


def refuse_circles(problem: Problem) -> None:
    """Raise `InputError` on sequences that go round in a circle, and on crews whose
    two visits are kept with one technician by sequences."""
    before: dict[str, set[str]] = {}
    for order in problem.sequences:
        before.setdefault(order.after, set()).add(order.before)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        circle = error.args[1]
        pairs = set(pairwise(circle))
        index = next(
            i
            for i, order in enumerate(problem.sequences)
            if (order.before, order.after) in pairs
        )
        text = f"the visits {_listed(circle)} follow each other in a circle"
        raise InputError(f"sequences[{index}]", text) from None
    _refuse_split_crews(problem)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _refuse_split_crews(problem: Problem) -> None:
    head: dict[str, str] = {}

    def find(name: str) -> str:
        while name in head:
            name = head[name]
        return name

    for order in problem.sequences:
        one, other = find(order.before), find(order.after)
        if order.same_technician and one != other:
            head[one] = other
    for index, crew in enumerate(problem.crews):
        if find(crew.visits[0]) == find(crew.visits[1]):
            text = f"{_listed(crew.visits)} need two people, and sequences keep them"
            raise InputError(f"crews[{index}].visits", f"{text} with one")


def _refuse_contradictions(problem: Problem) -> None:
    """Lags that no starts can keep: a circle of least differences that sums up to
    more than nothing (found by relaxing, as Bellman and Ford do)."""
    gaps = _gaps(problem)
    start = dict.fromkeys((name for pair in gaps for name in pair), 0)
    cause: dict[str, str] = {}
    raised = None
    for _ in range(len(start) + 1):
        raised = None
        for (early, late), (least, _) in gaps.items():
            if start[early] + least > start[late]:
                start[late], cause[late], raised = start[early] + least, early, late
        if raised is None:
            return
    circle = _circle(cause, raised or "")
    path = min(gaps[pair][1] for pair in pairwise(circle))
    names = _listed(dict.fromkeys(circle))
    raise InputError(path, f"no starts of {names} can keep all their lags")


def _circle(cause: Mapping[str, str], name: str) -> list[str]:
    """The circle of causes that `name` hangs on, first visit repeated at its end."""
    for _ in range(len(cause)):
        name = cause[name]
    circle = [name]
    while cause[circle[-1]] != name:
        circle.append(cause[circle[-1]])
    return [name, *reversed(circle)]


def _gaps(problem: Problem) -> Gaps:
    """Between visits that are no facts: facts overrule every lag."""
    gaps: Gaps = {}
    for early, late, least, path in _differences(problem):
        ends = problem.visit_by_id[early], problem.visit_by_id[late]
        if any(visit.lock is not None and visit.lock.frozen for visit in ends):
            continue
        if (early, late) not in gaps or gaps[early, late][0] < least:
            gaps[early, late] = (least, path)
    return gaps


def _differences(problem: Problem) -> Iterator[tuple[str, str, int, str]]:
    for index, crew in enumerate(problem.crews):
        (a, b), path = crew.visits, f"crews[{index}].lag"
        yield a, b, crew.lag[0], path
        yield b, a, -crew.lag[1], path
    for index, order in enumerate(problem.sequences):
        length, path = problem.visit_by_id[order.before].duration, f"sequences[{index}]"
        yield order.before, order.after, length + order.lag[0], path
        if order.lag[1] is not None:
            yield order.after, order.before, -length - order.lag[1], path


def _refuse_overlapping_locks(problem: Problem) -> None:
    """Two visits pinned to one technician at one time. Facts may overlap, since work
    runs over, but nobody begins two at once."""
    pinned: dict[str, list[tuple[int, int]]] = {}
    for index, visit in enumerate(problem.visits):
        lock = visit.lock
        if lock is not None and lock.technician is not None and lock.start is not None:
            pinned.setdefault(lock.technician, []).append((lock.start, index))
    for who, places in pinned.items():
        free: dict[bool, tuple[int, Visit | None]] = {}
        for start, index in sorted(places):
            visit = problem.visits[index]
            is_fact = visit.lock is not None and visit.lock.frozen
            until, other = free.get(is_fact, (start, None))
            if other is not None and visit.duration and start < until:
                text = f"'{visit.id}' and '{other.id}' are locked to '{who}' at once"
                raise InputError(f"visits[{index}].lock.start", text)
            end = start + (min(visit.duration, 1) if is_fact else visit.duration)
            free[is_fact] = (end, visit) if end > until else (until, other)


def _refuse_overflow(problem: Problem) -> None:
    parts = {
        "visits": _visits_cost(problem),
        "technicians": _routes_cost(problem),
        "travel": _ways_cost(problem),
    }
    if sum(parts.values()) > MOST_COST:
        worst = max(parts, key=lambda name: parts[name])
        text = f"the prices can add up to {sum(parts.values())}, and the most is"
        raise InputError(worst, f"{text} {MOST_COST}; use a larger unit of money")


def _visits_cost(problem: Problem) -> int:
    """The most that all visits together can cost: left out, late, unloved, moved."""
    weight = problem.objective
    last = max(
        (
            shift.end + shift.overtime.max
            for person in problem.technicians
            for shift in person.shifts
        ),
        default=0,
    )
    total = weight.stability * NEAR_START * len(problem.visits)
    for visit in problem.visits:
        total += weight.drop * (visit.drop_cost or 0)
        if visit.technicians.preferred:
            total += weight.preference * max(visit.technicians.preferred.values())
        if visit.due is not None and visit.due.cost_per_minute:
            fact = visit.lock.start if visit.lock and visit.lock.start else last
            late = max(last, fact) - visit.due.at
            total += weight.lateness * visit.due.cost_per_minute * max(late, 0) // 60
    return total


def _routes_cost(problem: Problem) -> int:
    """Nobody drives longer than the shift lasts."""
    weight, total = problem.objective, 0
    for person in problem.technicians:
        for shift in person.shifts:
            more = shift.overtime
            span = shift.end + more.max - shift.start
            total += weight.travel * person.cost.per_travel_minute * span // 60
            total += weight.overtime * more.cost_per_minute * more.max // 60
            total += weight.shift * person.cost.per_shift
    return total


def _ways_cost(problem: Problem) -> int:
    """Priced kilometres: each visit and each way home by the longest leg."""
    dearest = max((person.cost.per_km for person in problem.technicians), default=0)
    if not dearest * problem.objective.per_km:
        return 0
    tables = [matrix.metres for matrix in problem.travel.values() if matrix.metres]
    rows = (row for table in tables for row in table)
    longest = max((x or 0 for row in rows for x in row), default=0)
    legs = len(problem.visits) + sum(len(p.shifts) for p in problem.technicians)
    return problem.objective.per_km * dearest * longest * legs // 1000
