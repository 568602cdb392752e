"""Examples that both languages must answer alike; the phone's tests read them too."""

import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dispatch.models import ALLOWED
from dispatch.queries import answer_words, gates, report
from dispatch.services.acts import STATUS_OF
from field_app.kinds import KINDS

VECTORS = Path(__file__).parent / "vectors"


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


BLANK = {
    "section": "",
    "opens_after": [],
    "wait_minutes": None,
    "refers_to": "",
    "only_if": "",
    "only_if_is": "",
    "is_safety": False,
    "lower": None,
    "upper": None,
}
GATES = load("gates.json")
LINES = [
    (of, case)
    for of in (load("gates_lines.json"), load("gates_locks.json"))
    for case in of["cases"]
]
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def items(rows: list[dict[str, Any]]) -> Any:
    return [SimpleNamespace(**(BLANK | row)) for row in rows]


@pytest.mark.parametrize("case", GATES["cases"], ids=lambda case: case["says"])
def test_gates_say_what_is_missing_and_what_is_locked(case: dict[str, Any]):
    lines = items(GATES["items"])
    given = {key: gates.Given(value, NOW) for key, value in case["answers"].items()}

    assert gates.missing(lines, given, gate="start") == case["start"]
    assert gates.missing(lines, given, gate="complete") == case["complete"]
    assert list(gates.shut(lines, [], given, gates.Moment(NOW))) == case["locked"]


@pytest.mark.parametrize(("of", "case"), LINES, ids=[x[1]["says"] for x in LINES])
def test_sections_locks_and_waits_close_what_must_wait(
    of: dict[str, Any], case: dict[str, Any]
):
    lines = items(of["items"])
    sections: Any = [SimpleNamespace(**row) for row in of["sections"]]
    given = {
        key: gates.Given(row["value"], datetime.fromisoformat(row["at"]))
        for key, row in case["given"].items()
    }
    now = datetime.fromisoformat(case["now"])
    arrived = case["arrived"] and datetime.fromisoformat(case["arrived"])

    for gate, wanted in case["missing"].items():
        assert gates.missing(lines, given, gate=gate, now=now) == wanted
    found = gates.shut(lines, sections, given, gates.Moment(now, arrived))
    assert {key: _plain(why) for key, why in found.items()} == case["shut"]


def _plain(why: gates.Shut) -> dict[str, Any]:
    until = why.until and why.until.isoformat(timespec="milliseconds")
    return {"after": why.after, "until": until and until.replace("+00:00", "Z")}


@pytest.mark.parametrize("example", load("answer_words.json"))
def test_an_answer_is_said_in_the_same_words(example: dict[str, Any]):
    words = answer_words.said(example["kind"], example["value"], zone=example["zone"])

    assert words == example["said"]


@pytest.mark.parametrize("case", load("upcasts.json"), ids=lambda case: case["says"])
def test_arguments_of_older_versions_still_mean_what_they_meant(case: dict[str, Any]):
    kind = KINDS[case["kind"]]

    args = kind.args.model_validate(kind.upcast(case["args"], v=case["v"]))

    assert args.model_dump(exclude_none=True) == case["becomes"]


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
