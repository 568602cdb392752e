"""Examples that both languages must answer alike; the phone's tests read them too."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch.models import ALLOWED
from dispatch.queries import gates, report
from dispatch.services.acts import STATUS_OF

VECTORS = Path(__file__).parent / "vectors"


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


GATES = load("gates.json")
ITEMS: Any = [SimpleNamespace(**item) for item in GATES["items"]]


@pytest.mark.parametrize("case", GATES["cases"], ids=lambda case: case["says"])
def test_gates_say_what_is_missing_and_what_is_locked(case: dict[str, Any]):
    answers = case["answers"]

    assert gates.missing(ITEMS, answers, gate="start") == case["start"]
    assert gates.missing(ITEMS, answers, gate="complete") == case["complete"]
    assert gates.locked(ITEMS, answers) == case["locked"]


@pytest.mark.parametrize("example", load("canonical.json"))
def test_a_report_has_one_spelling_and_one_hash(example: dict[str, Any]):
    assert report.canonical(example["content"]) == example["canonical"]
    assert report.digest(example["content"]) == example["sha256"]


def test_the_phone_offers_exactly_the_steps_that_a_technician_may_take():
    office_only = {"scheduled", "cancelled"}
    wanted = {
        status: sorted(ALLOWED[status] - office_only) for status in load("moves.json")
    }

    assert load("moves.json") == wanted
    assert set().union(*wanted.values()) == {str(to) for to in STATUS_OF.values()}
