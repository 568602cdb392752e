"""Rules that reach across routes: van stock, crews and sequences."""

from __future__ import annotations

from collections import Counter

from scheduling.check.facts import Facts, Findings
from scheduling.check.report import Violation
from scheduling.problem import Crew, Sequence


def judge(facts: Facts, found: Findings) -> None:
    _stock(facts, found)
    for crew in facts.problem.crews:
        _crew(facts, crew, found)
    for order in facts.problem.sequences:
        _sequence(facts, order, found)


def _stock(facts: Facts, found: Findings) -> None:
    used: dict[str, Counter[str]] = {}
    planned: dict[str, Counter[str]] = {}
    for day, work in facts.placed.values():
        used.setdefault(day.person.id, Counter()).update(work.visit.parts)
        if not work.frozen:
            planned.setdefault(day.person.id, Counter()).update(work.visit.parts)
    for name, parts in used.items():
        stock = facts.problem.technician_by_id[name].stock
        for part, quantity in sorted(parts.items()):
            if quantity > stock.get(part, 0):
                details = {"part": part, "used": quantity, "stock": stock.get(part, 0)}
                text = f"More {part} is used than the van holds."
                item = Violation("stock", text, (), name, None, details)
                given = not planned.get(name, Counter())[part]
                found.add(item, given=given)


def _crew(facts: Facts, crew: Crew, found: Findings) -> None:
    here = [facts.placed.get(name) for name in crew.visits]
    first, second = here
    if first is None or second is None:
        alone = first or second
        if alone is not None:
            text = "One half of a crew is planned without the other."
            item = Violation("crew_incomplete", text, crew.visits)
            found.add(item, given=alone[1].frozen)
        return
    given = first[1].frozen and second[1].frozen
    if first[0].person.id == second[0].person.id:
        text = "One technician cannot be both halves of a crew."
        item = Violation("crew_same", text, crew.visits, first[0].person.id)
        found.add(item, given=given)
    lag = second[1].stop.start - first[1].stop.start
    if not crew.lag[0] <= lag <= crew.lag[1]:
        details = {"lag": lag, "allowed": list(crew.lag)}
        text = "The crew does not start as it must."
        item = Violation("crew_lag", text, crew.visits, None, None, details)
        found.add(item, given=given)


def _sequence(facts: Facts, order: Sequence, found: Findings) -> None:
    pair = (order.before, order.after)
    before, after = facts.placed.get(order.before), facts.placed.get(order.after)
    if after is None:
        return
    if before is None:
        text = "The visit is planned without the one it must follow."
        item = Violation("sequence_incomplete", text, pair)
        found.add(item, given=after[1].frozen)
        return
    given = before[1].frozen and after[1].frozen
    gap = after[1].stop.start - before[1].stop.end
    low, high = order.lag
    if gap < low or (high is not None and gap > high):
        details = {"gap": gap, "allowed": [low, high]}
        text = "The two visits do not follow each other as they must."
        item = Violation("sequence_lag", text, pair, None, None, details)
        found.add(item, given=given)
    if order.same_technician and before[0].person.id != after[0].person.id:
        text = "Both visits must be done by the same technician."
        found.add(Violation("sequence_technician", text, pair), given=given)
