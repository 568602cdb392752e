"""A territory's policy: kept in words, and turned into the engine's prices."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from dispatch.errors import InvalidInput, VersionConflict
from dispatch.models import Matters, Policy, Territory, User
from dispatch.services import events
from scheduling import problem as engine

# What a word means to a price.
FACTORS = {Matters.LITTLE: 0.4, Matters.USUAL: 1.0, Matters.MUCH: 2.5}
WORDS = ("road", "overtime", "lateness", "preference", "stability", "fairness")
# A change of what stands on the board, in pence, before its word is asked.
CHANGE_COST = 200
# Pence for a minute of work and road above a person's fair share of the day.
UNEVEN_COST = {Matters.LITTLE: 0, Matters.USUAL: 20, Matters.MUCH: 60}


def of(territory: Territory) -> Policy:
    """The territory's policy; as usual while nobody has said otherwise."""
    found = Policy.objects.filter(territory=territory).first()
    return found or Policy(territory=territory)


def change(
    territory: Territory,
    words: Mapping[str, str],
    *,
    version: int,
    by: User,
    at: datetime,
) -> Policy:
    """Keep a new policy; the next run follows it.

    Raises InvalidInput for an unknown word, VersionConflict when somebody else
    changed it since `version`.
    """
    _check(words)
    with transaction.atomic():
        # No-key: other rows may still point at the territory meanwhile.
        Territory.objects.select_for_update(no_key=True).get(pk=territory.pk)
        row = of(territory)
        if row.version != version:
            raise VersionConflict(current_version=row.version)
        before = said(row)
        for name, word in words.items():
            setattr(row, name, word)
        row.version += 1
        row.save()
        events.record(
            "policy.changed",
            subject=row,
            by=by,
            at=at,
            territory=territory,
            data={"before": before, "after": said(row)},
        )
    return row


def said(policy: Policy) -> dict[str, str]:
    """The policy's words by what they are about."""
    return {name: getattr(policy, name) for name in WORDS}


def weigh(policy: Policy, problem: engine.Problem) -> engine.Problem:
    """The same problem with the policy's prices; a visit left out costs as before."""
    factor = {name: FACTORS[Matters(word)] for name, word in said(policy).items()}
    change_cost = round(CHANGE_COST * factor["stability"])
    return replace(
        problem,
        technicians=tuple(weigh_people(policy, problem.technicians)),
        visits=tuple(_visit(row, factor) for row in problem.visits),
        objective=replace(
            problem.objective,
            stability=change_cost,
            fairness=UNEVEN_COST[Matters(policy.fairness)],
        ),
    )


def weigh_people(
    policy: Policy, people: Iterable[engine.Technician]
) -> list[engine.Technician]:
    """The same people with the policy's prices."""
    factor = {name: FACTORS[Matters(word)] for name, word in said(policy).items()}
    return [_person(row, factor) for row in people]


def without_change_price(problem: engine.Problem) -> engine.Problem:
    """For a person who asks about one visit: moving it is what they want."""
    return replace(problem, objective=replace(problem.objective, stability=0))


def _check(words: Mapping[str, str]) -> None:
    for name, word in words.items():
        if name not in WORDS:
            raise InvalidInput(f"A policy says nothing about {name!r}.", field=name)
        if word not in Matters.values:
            known = ", ".join(Matters.values)
            raise InvalidInput(f"{word!r} is none of {known}.", field=name)


def _person(row: engine.Technician, factor: Mapping[str, float]) -> engine.Technician:
    minute = _times(row.cost.per_travel_minute, factor["road"])
    shifts = tuple(_shift(shift, factor["overtime"]) for shift in row.shifts)
    return replace(row, cost=replace(row.cost, per_travel_minute=minute), shifts=shifts)


def _shift(row: engine.Shift, factor: float) -> engine.Shift:
    before = row.overtime.cost_per_minute
    price = _times(before, factor)
    if price == before:
        return row
    return replace(row, overtime=replace(row.overtime, cost_per_minute=price))


def _visit(row: engine.Visit, factor: Mapping[str, float]) -> engine.Visit:
    due = row.due and replace(
        row.due, cost_per_minute=_times(row.due.cost_per_minute, factor["lateness"])
    )
    preferred = {
        name: _times(bonus, factor["preference"])
        for name, bonus in row.technicians.preferred.items()
    }
    return replace(
        row, due=due, technicians=replace(row.technicians, preferred=preferred)
    )


def _times(price: int, factor: float) -> int:
    """A price stays a price: nothing becomes free by mattering little."""
    return max(1, round(price * factor)) if price else 0
