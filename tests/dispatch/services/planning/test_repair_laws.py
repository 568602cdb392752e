"""A hundred bad days: whatever happens, a repair keeps its laws."""

import random
from datetime import datetime, timedelta

import pytest

from dispatch.models import Plan, PlanKind, VisitStatus
from dispatch.services import disruptions, placing
from dispatch.services.planning import live, plans, running
from dispatch.services.planning.repairing import Budget
from scheduling import check
from tests.dispatch.services.planning.repairs import LATER, NOW, accept, ill
from tests.dispatch.world import TUESDAY, clock

S = VisitStatus
FROZEN = NOW + timedelta(hours=2)
# What may happen to the day; most often somebody falls ill.
TOLD = [S.DISPATCHED, S.ACKNOWLEDGED]


def a_day(world, dice):
    """Five people with three to five visits each, some told, promised or pinned."""
    team = [world.tariq, world.mei]
    team += [world.technician(name) for name in ("Carys", "Owain", "Priya")]
    rows = []
    for person in team:
        start = clock(8, dice.choice([20, 40]))
        for _ in range(dice.randint(3, 5)):
            facts = {"duration_minutes": dice.choice([30, 45, 60])}
            end = start + timedelta(minutes=facts["duration_minutes"])
            facts["sched_end"] = end
            if end < NOW:
                facts |= {"status": S.COMPLETED, "actual_start": start}
                facts["actual_end"] = end
            elif start < NOW:
                facts |= {"status": S.IN_PROGRESS, "actual_start": start}
            elif dice.random() < 0.3:
                facts["status"] = dice.choice(TOLD)
            if start >= NOW and dice.random() < 0.4:
                facts["promise_start"] = start - timedelta(minutes=dice.choice([0, 30]))
                facts["promise_end"] = start + timedelta(minutes=dice.choice([15, 60]))
            if start >= NOW and "status" not in facts and dice.random() < 0.15:
                facts["pin"] = dice.choice(["time", "person", "both"])
            site = dice.randrange(4)
            rows.append(world.placed(person, start, site=site, **facts))
            start = end + timedelta(minutes=dice.choice([20, 30, 60]))
    rows += [world.waiting(site=dice.randrange(4)) for _ in range(2)]
    return team, rows


def something_happens(world, team, rows, dice):
    """Somebody falls ill, or two, or work runs over."""
    begun = [row for row in rows if row.status == S.IN_PROGRESS]
    if begun and dice.random() < 0.3:
        row = dice.choice(begun)
        until = NOW + timedelta(minutes=dice.choice([30, 90, 150]))
        disruptions.overruns(row, until=until, by=world.dora, at=NOW)
        return
    for person in dice.sample(team, dice.choice([1, 1, 2])):
        ill(world, person, end=dice.choice([clock(13), clock(17), clock(23)]))


def draft_of(world, budget, seconds):
    plan = plans.request(
        world.territory,
        day=TUESDAY,
        by=world.dora,
        at=NOW,
        seconds=1,
        kind=PlanKind.REPAIR,
        budget=budget,
    )
    Plan.objects.filter(pk=plan.pk).update(seconds=seconds)
    times = iter((NOW, NOW + timedelta(seconds=3)))
    return running.run(plan.pk, clock=lambda: next(times))


def state(rows):
    for row in rows:
        row.refresh_from_db()
    return {
        str(row.pk): (row.status, row.technician_id, row.sched_start, row.version)
        for row in rows
    }


def findings(world, team):
    """What the judge says of the day, but of those who are away.

    What stays with them is for a person to decide; a late end is one, whoever is last.
    """
    away = {str(person.pk) for person in team if person.absences.exists()}
    now = live.live_plan(world.territory, days=[TUESDAY])
    return {
        (item.code, item.technician, item.shift)
        if item.code in {"shift_end", "travel", "break_owed"}
        else (item.code, item.visits)
        for item in check(now.problem, now.plan).violations
        if item.technician not in away
    }


def an_edit(world, rows, dice):
    """A dispatcher changes one soft visit while the draft waits."""
    soft = [row for row in rows if row.status == S.SCHEDULED]
    if not soft or dice.random() < 0.4:
        return None
    row = dice.choice(soft)
    if dice.random() < 0.5:
        placing.unassign(row, by=world.dora, at=LATER)
    else:
        placing.set_pin(row, pin="both", reason="asked", by=world.dora, at=LATER)
    return str(row.pk)


@pytest.mark.parametrize("seed", range(100))
def test_a_repair_keeps_its_laws_on_any_bad_day(tuesday, seed):
    dice = random.Random(seed)
    team, rows = a_day(tuesday, dice)
    something_happens(tuesday, team, rows, dice)
    budget = Budget(visits=dice.choice([0, 1, 3, 6]), people=dice.choice([1, 2, 3]))
    # Now and then with the time to look for moves; else the first idea must do.
    draft = draft_of(tuesday, budget, seconds=1 if seed % 8 == 0 else 0)

    by_id = {str(row.pk): row for row in rows}
    hit, causes = set(draft.cause["hit"]), set(draft.cause["technicians"])
    others = [row for row in draft.changes if row["visit"] not in hit]
    assert len(others) <= budget.visits
    touched = {row["after"]["technician"] for row in draft.changes if row["after"]}
    touched |= {row["before"]["technician"] for row in others}
    assert len(touched - causes) <= budget.people
    for row in others:
        visit = by_id[row["visit"]]
        assert visit.status == S.SCHEDULED
        assert visit.sched_start >= FROZEN
        assert row["after"] is not None
    for row in draft.changes:
        visit = by_id[row["visit"]]
        if row["after"] is None:
            assert row["reasons"]
            continue
        start = datetime.fromisoformat(row["after"]["start"])
        assert start >= NOW
        if visit.promise_start:
            assert visit.promise_start <= start <= visit.promise_end

    edited = an_edit(tuesday, rows, dice)
    before, found = state(rows), findings(tuesday, team)
    groups = [group["visits"] for group in draft.groups]
    taken = [keys for keys in groups if dice.random() < 0.7]
    only = None if dice.random() < 0.3 else [key for keys in taken for key in keys]
    wanted = {key for keys in groups for key in keys} if only is None else set(only)
    plan = accept(tuesday, draft, only=only)

    after = state(rows)
    changed = {key for key in after if after[key] != before[key]}
    assert changed == {row["visit"] for row in plan.changes} <= wanted - {edited}
    shown = {row["visit"]: row["after"] for row in draft.changes}
    for key in changed:
        _, person, start, _ = after[key]
        place = shown[key]
        assert (str(person) if person else None) == (place and place["technician"])
        assert start == (place and datetime.fromisoformat(place["start"]))
    if edited is None:
        assert changed == wanted
    assert findings(tuesday, team) <= found
