"""The measuring of arrival windows measures what it says."""

import os

from dispatch.config import slot_budget, slot_world
from dispatch.config.slot_budget import Figures
from dispatch.models import Shift, Visit


def test_quantiles_are_taken_from_the_requests_and_not_in_between():
    figures = Figures("x", [n / 1000 for n in range(1, 101)], cpu_seconds=0.5)
    shown = figures.shown()
    assert (shown["p50_ms"], shown["p95_ms"], shown["max_ms"]) == (51.0, 96.0, 100.0)
    assert shown["cpu_ms"] == 5.0


def test_the_world_stands_and_its_changes_are_changes(db):
    world = slot_world.build(technicians=4, days=3, visits=40)
    assert Visit.objects.count() == world.placed == 40
    assert Shift.objects.count() == 16, "a day more than is offered"
    before = list(Visit.objects.order_by("id").values_list("sched_start", flat=True))
    world.move_one(0)
    world.move_fifty(0)
    after = list(Visit.objects.order_by("id").values_list("sched_start", flat=True))
    assert before != after
    world.fall_ill(2)
    assert world.people[2].absences.count() == 1


def test_the_processor_time_of_children_is_counted():
    assert slot_budget.cpu_of(os.getpid()) > 0
    assert slot_budget.cpu_of(2**22 - 1) == 0
