"""A day under way: nobody drives off in the past, and no lunch is eaten twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scheduling.assemble import Assignment
from scheduling.changes import drive_to, is_there
from scheduling.corner import with_routes
from scheduling.eligible import ALWAYS, intersect
from scheduling.lunch import held_at
from scheduling.plan import Plan, Rest, Route, Stop
from scheduling.problem import Lock, Problem, Published, Shift, Technician, Visit

# A change against what people know is worth this much (in the caller's price unit)
# where the problem does not price it: about so many minutes of driving.
STABILITY = 20
# The nearer a visit is, the more it costs to give it to somebody else: this many times
# as much when it starts now, falling to once as much this many seconds ahead.
DEAREST, RISES_WITHIN = 3, 4 * 3600
HERE = "~here"
# Windows of a visit whose time is over: no shift reaches so far back.
NEVER = ((ALWAYS[0][0], ALWAYS[0][0]),)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A problem to search in, and where those stand who are held until now."""

    problem: Problem
    held: Mapping[str, Assignment]


def under_way(before: Problem, plan: Plan, problem: Problem, now: int) -> UnderWay:
    """`from_now_on`, in which every planned visit is published where it is, so that
    moving it costs, and the more the nearer its start is."""
    day = from_now_on(before, plan, problem, now)
    weight = problem.objective.stability or STABILITY
    prices = replace(problem.objective, stability=weight)
    visits = [
        visit if visit.id in day.held else _told(plan, visit)
        for visit in day.problem.visits
    ]
    if not prices.preference:
        # Only the rise towards the start is priced as a preference then.
        prices = replace(prices, preference=1)
        visits = [_without_wishes(visit) for visit in visits]
    rise = Rise(now, weight / prices.preference)
    visits = [rise.on(plan, visit) for visit in visits]
    priced = replace(day.problem, visits=tuple(visits), objective=prices)
    return UnderWay(priced, day.held)


def from_now_on(before: Problem, plan: Plan, problem: Problem, now: int) -> UnderWay:
    """The problem in which a search may move things from `now` on, at its own prices.

    Whoever is idle is held where they are until now (a break under way: until its
    end) by a visit of no length; shifts that have begun without a visit begin now;
    breaks that were taken stay where they were; and nothing else begins before now.
    """
    held: list[Visit] = []
    stands: dict[str, Assignment] = {}
    people: list[Technician] = []
    for person in problem.technicians:
        own: list[Shift] = []
        for shift in person.shifts:
            route = _route(plan, person.id, shift.id)
            past = _past(before, problem, route, now) if shift.start <= now else []
            own.append(_from_now(problem, shift, route, now, begun=bool(past)))
            if route is None or not past:
                continue
            last = max(past, key=lambda stop: stop.start)
            free = _free_at(problem, shift, route, last, now)
            if free is not None:
                name = f"{HERE} {person.id} {shift.id}"
                stands[name] = Assignment(person.id, free, shift.id)
                here = before.visit_by_id[last.visit].location
                lock = Lock(person.id, free, frozen=True)
                held.append(Visit(name, here, 0, drop_cost=0, lock=lock))
        people.append(replace(person, shifts=tuple(own)))
    visits = (_not_before(now, visit) for visit in problem.visits)
    day = replace(problem, technicians=tuple(people), visits=(*visits, *held))
    return UnderWay(day, stands)


def _route(plan: Plan, technician: str, shift: str) -> Route | None:
    key = (technician, shift)
    return next((x for x in plan.routes if (x.technician, x.shift) == key), None)


def _past(
    before: Problem, problem: Problem, route: Route | None, now: int
) -> list[Stop]:
    """Stops where the technician has been, or is driving to for good; also those
    where nobody opened the door."""
    if route is None:
        return []
    facts = [x for x in route.stops if _is_frozen(problem, x.visit)]
    past: list[Stop] = []
    for stop in route.stops:
        way = drive_to(before, route, stop)
        out = _out_at(problem, facts, stop)
        there = stop.start <= now or is_there(route, stop, now)
        left = stop.arrive - way <= now
        in_time = out + way <= stop.arrive
        if stop in facts:
            # Later than planned is in time where the work begins as it was told.
            been = (there or left) and out <= now and out + way <= stop.start
        elif stop.visit not in problem.visit_by_id:
            been = there and in_time
        else:
            # Whoever has set out by the plan arrives there first.
            been = left and stop.start > now and in_time
        if been:
            past.append(replace(stop, arrive=max(stop.arrive, out + way)))
    return past


def _out_at(problem: Problem, facts: list[Stop], stop: Stop) -> int:
    """When the visits before this one really let go; they may last longer."""
    ends = [
        one.start + problem.visit_by_id[one.visit].duration
        for one in facts
        if one.start < stop.start
    ]
    return max(ends, default=ALWAYS[0][0])


def _is_frozen(problem: Problem, name: str) -> bool:
    visit = problem.visit_by_id.get(name)
    return visit is not None and visit.lock is not None and visit.lock.frozen


def _from_now(
    problem: Problem, shift: Shift, route: Route | None, now: int, *, begun: bool
) -> Shift:
    for rest in () if route is None else route.breaks:
        if rest.start < now and not _at_work(problem, route, rest.start):
            shift = held_at(shift, rest.start)
    if shift.start < now and not begun:
        # The day is over for whoever has not begun by the end of it.
        return replace(shift, start=min(now, shift.end))
    return shift


def _at_work(problem: Problem, route: Route | None, at: int) -> bool:
    """Was a visit still going on then, as is known only since it lasted longer?"""
    stops = () if route is None else route.stops
    known = ((x.start, problem.visit_by_id.get(x.visit)) for x in stops)
    return any(v and start <= at < start + v.duration for start, v in known)


def _free_at(
    problem: Problem, shift: Shift, route: Route, last: Stop, now: int
) -> int | None:
    """When somebody idle or on the way may set out from the last place; None if that
    follows from what they do there."""
    rests = [
        rest.end
        for rest in route.breaks
        if rest.start < now and not _at_work(problem, route, rest.start)
    ]
    visit = problem.visit_by_id.get(last.visit)
    end = last.start + (0 if visit is None else visit.duration)
    free = max([now, *rests])
    if last.start > now:
        free = max(free, last.arrive)
        if free >= last.start:
            return None
    elif end >= now:
        return None
    return free if shift.start <= free <= shift.end + shift.overtime.max else None


def _not_before(now: int, visit: Visit) -> Visit:
    if _fixed(visit):
        return visit
    left = intersect(visit.windows or ALWAYS, ((now, ALWAYS[0][1]),))
    return replace(visit, windows=left or NEVER)


def _told(plan: Plan, visit: Visit) -> Visit:
    if visit.published is not None or visit.id not in plan.stops:
        return visit
    route, stop = plan.stops[visit.id]
    return replace(
        visit, published=Published(route.technician, stop.start, route.shift)
    )


@dataclass(frozen=True, slots=True)
class Rise:
    """What a change costs beyond the stability price: more and more towards the start.

    It is written as a preference for whoever has the visit, so that it is priced per
    visit by whatever prices wishes.
    """

    now: int
    price: float

    def on(self, plan: Plan, visit: Visit) -> Visit:
        if visit.id not in plan.stops or _fixed(visit):
            return visit
        route, stop = plan.stops[visit.id]
        near = max(0.0, 1 - max(0, stop.start - self.now) / RISES_WITHIN)
        more = round(self.price * (DEAREST - 1) * near)
        if not more:
            return visit
        wishes = visit.technicians
        bonus = wishes.preferred.get(route.technician, 0) + more
        liked = {**wishes.preferred, route.technician: bonus}
        return replace(visit, technicians=replace(wishes, preferred=liked))


def _fixed(visit: Visit) -> bool:
    return visit.lock is not None and visit.lock.frozen


def _without_wishes(visit: Visit) -> Visit:
    return replace(visit, technicians=replace(visit.technicians, preferred={}))


def told_plainly(problem: Problem, plan: Plan) -> Plan:
    """The plan without the visits that only held people where they were."""
    return with_routes(problem, plan, [_plain(problem, route) for route in plan.routes])


def _plain(problem: Problem, route: Route) -> Route:
    kept = [stop for stop in route.stops if not stop.visit.startswith(HERE)]
    if len(kept) == len(route.stops):
        return route
    person = problem.technician_by_id[route.technician]
    shift = next(x for x in person.shifts if x.id == route.shift)
    index, table = problem.location_index, problem.travel[person.profile].seconds
    here, way, free = index[shift.start_at], 0, shift.start
    stops: list[Stop] = []
    for stop in kept:
        there = index[problem.visit_by_id[stop.visit].location]
        leg = table[here][there] or 0
        arrive = _arrival(route, stop, free, leg)
        stops.append(replace(stop, arrive=arrive, travel=leg))
        here, way, free = there, way + leg, stop.end
    home = 0 if shift.end_at is None else table[here][index[shift.end_at]] or 0
    # Breaks of somebody who was only held, and is home by plan, are not owed.
    rests = tuple(
        rest
        for rest in route.breaks
        if rest.start < free or (shift.end_at and _owed(shift, rest, free + home))
    )
    return replace(route, stops=tuple(stops), breaks=rests, travel_seconds=way + home)


def _owed(shift: Shift, rest: Rest, over: int) -> bool:
    return any(x.earliest <= rest.start <= x.latest < over for x in shift.breaks)


def _arrival(route: Route, stop: Stop, free: int, leg: int) -> int:
    """As it was searched, or as early as it takes for a break that was on site."""
    between = [x for x in route.breaks if free <= x.start < stop.start]
    late = max(stop.arrive, min(free + leg, stop.start))
    if all(rest.end + leg <= late or late <= rest.start for rest in between):
        return late
    leaves = free
    for rest in sorted(between, key=lambda rest: rest.start):
        if rest.start < leaves + leg:
            leaves = rest.end
    return min(leaves + leg, stop.start)
