"""Bad input gets a problem with a stable code and a sentence, never a crash."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from dispatch.models import Certification, Skill, Visit, VisitStatus, WorkTypeSkill
from tests.dispatch.api.operations import CALLS, OPERATIONS, SAFE
from tests.dispatch.api.world import CSRF, Call, Caller, World, fingerprint, program

UNKNOWN = uuid.UUID(int=7)
MEGABYTE = "x" * 2**20
# Acts of the office that take a body.
# They read no body at all.
BODILESS = {"plan_cancel", "plan_accept", "plan_discard", "call_renew", "call_release"}
ACTS = [
    found.id
    for found in OPERATIONS
    if found.method not in SAFE
    and found.route.startswith("api/")
    and found.id not in BODILESS
]


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The refusal, once it is clear that it has the promised form."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["type"] == f"urn:problem:{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


def fields(body: dict[str, Any]) -> set[str]:
    """The fields that a refusal names."""
    errors = body["details"].get("errors", [])
    named = body["details"].get("field")
    return {line["field"] for line in errors} | ({named} if named else set())


@pytest.fixture
def assign(world: World, dora: Caller):
    """Put the waiting visit somewhere; Tariq at three unless told otherwise."""

    def call(**changes: Any) -> Any:
        rows = world.rows
        place = {"technician": rows.technician, "start": rows.at(15), "version": 1}
        return dora.post(f"/api/visits/{rows.waiting}/assign", **{**place, **changes})

    return call


def test_an_unknown_id_is_not_found(dora: Caller):
    problem(dora.get(f"/api/visits/{UNKNOWN}"), 404, "not_found")
    problem(dora.get(f"/api/jobs/{UNKNOWN}"), 404, "not_found")
    problem(dora.get(f"/api/plans/{UNKNOWN}"), 404, "not_found")


def test_an_unknown_territory_is_not_found_and_named(dora: Caller, world: World):
    board = dora.get(f"/api/board?territory=atlantis&day={world.rows.day}")
    asked = dora.post("/api/requests", territory="atlantis", description="Leak")

    assert "atlantis" in problem(board, 404, "not_found")["detail"]
    assert "atlantis" in problem(asked, 404, "not_found")["detail"]


def test_an_unknown_work_type_is_refused_and_named(dora: Caller, world: World):
    call = CALLS["job_open"](world.rows)
    answer = dora.post(call.path, **{**call.body, "work_type": "alchemy"})

    body = problem(answer, 422, "invalid_input")
    assert "alchemy" in body["detail"]
    assert fields(body) == {"work_type"}


@pytest.mark.parametrize("raw", ["{", "{'a': 1}", "\xff", "[" * 100_000, "nul"])
@pytest.mark.parametrize("operation", ACTS)
def test_a_body_that_is_not_json_is_refused(
    dora: Caller, world: World, operation: str, raw: str
):
    path = CALLS[operation](world.rows).path
    answer = dora.send(Call("POST", path, raw.encode("latin-1")))
    problem(answer, 400, "bad_json")


@pytest.mark.parametrize("raw", ["[]", "null", "7", '"text"', "{}"])
@pytest.mark.parametrize("operation", ACTS)
def test_a_body_of_another_shape_is_refused(
    dora: Caller, world: World, operation: str, raw: str
):
    path = CALLS[operation](world.rows).path
    problem(dora.send(Call("POST", path, raw)), 422, "invalid_input")


def test_a_form_is_not_taken_for_json(dora: Caller, world: World):
    answer = dora.client.post(
        "/api/requests",
        {"territory": "newport", "description": "Leak"},
        headers={"X-CSRFToken": CSRF},
    )
    problem(answer, 400, "bad_json")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"technician": "Tariq"}, "technician"),
        ({"technician": 7}, "technician"),
        ({"technician": None}, "technician"),
        ({"start": "tomorrow"}, "start"),
        ({"start": "2026-02-30T09:00:00Z"}, "start"),
        ({"start": True}, "start"),
        ({"start": "2026-12-01T09:00:00"}, "start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start"),
        ({"start": "9999-12-31T23:59:59-14:00"}, "start"),
        ({"start": 10**30}, "start"),
        ({"version": "one"}, "version"),
        ({"version": 1.5}, "version"),
        ({"version": []}, "version"),
        ({"override_reason": "x" * 201}, "override_reason"),
        ({"override_reason": 7}, "override_reason"),
    ],
)
def test_a_placement_that_does_not_fit_names_its_field(
    assign, changes: dict[str, Any], field: str
):
    before = fingerprint()
    assert fields(problem(assign(**changes), 422, "invalid_input")) >= {field}
    assert fingerprint() == before


def test_a_preview_needs_a_zone_too(dora: Caller, world: World):
    call = CALLS["visit_preview"](world.rows)
    answer = dora.post(call.path, **{**call.body, "start": "2026-12-01T09:00:00"})
    assert fields(problem(answer, 422, "invalid_input")) == {"start"}


@pytest.mark.parametrize(
    "field", ["earliest_start", "latest_end", "promise_start", "promise_end"]
)
@pytest.mark.parametrize("moment", ["2026-12-01T09:00:00", "9999-12-31T23:59:59Z"])
def test_a_job_with_a_time_of_nowhere_is_refused(
    dora: Caller, world: World, field: str, moment: str
):
    call = CALLS["job_open"](world.rows)
    promise = {"promise_start": world.rows.at(9), "promise_end": world.rows.at(11)}
    answer = dora.post(call.path, **{**call.body, **promise, field: moment})
    assert fields(problem(answer, 422, "invalid_input")) == {field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latest_end": "2026-01-01T08:00:00Z"}, "latest_end"),
        ({"promise_start": "2026-12-01T09:00:00Z"}, "promise_end"),
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"priority": 0}, "priority"),
        ({"priority": 10**40}, "priority"),
        ({"site": "yard"}, "site"),
    ],
)
def test_a_job_that_does_not_fit_names_its_field(
    dora: Caller, world: World, changes: dict[str, Any], field: str
):
    call = CALLS["job_open"](world.rows)
    before = fingerprint()
    answer = dora.post(call.path, **{**call.body, **changes})
    assert fields(problem(answer, 422, "invalid_input")) == {field}
    assert fingerprint() == before


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "today", "2026-13-01"])
def test_a_day_of_no_calendar_is_refused(dora: Caller, world: World, day: str):
    rows = world.rows
    answers = [
        dora.get(f"/api/board?territory=newport&day={day}"),
        dora.get(f"/api/visits/{rows.waiting}/candidates?day={day}"),
        dora.post("/api/board/dispatch", territory="newport", day=day),
        dora.post("/api/plans", territory="newport", day=day),
    ]
    for answer in answers:
        assert fields(problem(answer, 422, "invalid_input")) == {"day"}


@pytest.mark.parametrize("number", [2**31, 2**63, 10**40, -(10**40)])
def test_a_number_beyond_every_column_is_refused(
    dora: Caller, world: World, number: int
):
    rows = world.rows
    problem(dora.post("/api/undo", event=number), 404, "not_found")
    stale = dora.post(f"/api/visits/{rows.waiting}/unassign", version=number)
    problem(stale, 409, "version_conflict")
    asked = dora.post("/api/plans", **vars_of(rows), seconds=number)
    problem(asked, 422, "invalid_input")
    problem(dora.get(f"/api/jobs?offset={number}"), 422, "invalid_input")


def test_a_number_of_ten_thousand_digits_is_no_json_that_can_be_read(dora: Caller):
    problem(
        dora.send(Call("POST", "/api/undo", '{"event": ' + "9" * 10_000 + "}")),
        400,
        "bad_json",
    )


def vars_of(rows: Any) -> dict[str, str]:
    return {"territory": rows.territory, "day": rows.day}


@pytest.mark.parametrize("operation", ACTS)
def test_text_that_no_database_holds_is_refused(
    dora: Caller, world: World, operation: str
):
    """A NUL in every text of the body in turn."""
    call = CALLS[operation](world.rows)
    texts = [name for name, value in call.body.items() if isinstance(value, str)]
    for name in [*texts, "reason", "override_reason", "description"]:
        answer = dora.post(call.path, **{**call.body, name: "a\x00b"})
        problem(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    "path",
    [
        "/api/jobs?q=a%00b",
        "/api/customers?q=a%00b",
        "/api/board?territory=%00&day=2026-12-01",
        "/events?territory=%00",
    ],
)
def test_an_address_that_no_database_holds_is_refused(dora: Caller, path: str):
    problem(dora.get(path), 422, "invalid_input")


def test_half_a_character_is_refused(dora: Caller):
    raw = '{"territory": "newport", "description": "a\\ud800b"}'
    problem(dora.send(Call("POST", "/api/requests", raw)), 422, "invalid_input")


def test_a_text_of_a_megabyte_is_too_much(world: World, dora: Caller):
    body = {"territory": "newport", "description": MEGABYTE}
    problem(dora.post("/api/requests", **body), 413, "too_much")
    problem(program(world.newport.key).post("/api/requests", **body), 413, "too_much")


def test_a_long_text_below_that_is_measured_by_its_field(dora: Caller):
    body = {"territory": "newport", "description": "x" * 500_000}
    answer = problem(dora.post("/api/requests", **body), 422, "invalid_input")
    assert fields(answer) == {"description"}


def test_a_device_that_sends_a_megabyte_is_told_so(world: World):
    client = Client()
    client.force_login(world.newport.people[0].user)  # type: ignore[arg-type]
    answer = client.post("/field/api/devices", {"name": MEGABYTE}, "application/json")
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_much"
    assert answer.json()["fs"] == 1


def test_a_visit_on_top_of_another_is_refused_even_with_a_reason(assign, world: World):
    before = fingerprint()
    answer = assign(start=world.rows.at(13, 30), override_reason="Customer insists")

    body = problem(answer, 409, "technician_busy")
    assert body["detail"] == (
        "Tariq is at Newport Yard at that time. Choose another time."
    )
    assert fingerprint() == before


def test_a_visit_on_top_of_another_names_the_rule_first(assign, world: World):
    body = problem(assign(start=world.rows.at(13, 30)), 409, "rule_broken")
    assert body["details"]["violations"]
    assert all(line["sentence"] for line in body["details"]["violations"])


def test_a_visit_into_a_full_day_is_refused(assign, world: World):
    for hour in (8, 9, 11, 12, 14, 15, 16):
        world.newport.visit(VisitStatus.DISPATCHED, hour=hour)
    body = problem(assign(start=world.rows.at(16)), 409, "rule_broken")
    assert body["details"]["violations"]


def test_a_start_before_the_shift_needs_a_reason(assign, world: World):
    problem(assign(start=world.rows.at(7)), 409, "rule_broken")
    assert assign(start=world.rows.at(7), override_reason="Agreed").status_code == 200


def test_a_skill_nobody_has_is_named_and_a_reason_overrides_it(assign, world: World):
    lasers = Skill.objects.create(code="lasers", name="Laser alignment")
    waiting = Visit.objects.get(pk=world.rows.waiting)
    work_type = waiting.job.work_type
    WorkTypeSkill.objects.create(work_type=work_type, skill=lasers, level=1)
    assert not Certification.objects.exists()

    body = problem(assign(), 409, "rule_broken")
    (violation,) = body["details"]["violations"]
    assert violation["code"] == "skill"
    assert "Laser alignment" in violation["sentence"]
    assert body["detail"] == violation["sentence"]

    accepted = assign(override_reason="  Mei trained him yesterday ")
    assert accepted.status_code == 200
    card = accepted.json()["visit"]
    assert card["status"] == "scheduled"
    assert card["override_reason"] == "Mei trained him yesterday"


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_an_override_without_words_overrides_nothing(assign, world: World, reason: str):
    answer = assign(start=world.rows.at(7), override_reason=reason)
    problem(answer, 409, "rule_broken")


@pytest.mark.parametrize("reason", ["", "   "])
@pytest.mark.parametrize("act", ["recall", "cancel"])
def test_an_act_that_needs_a_reason_takes_no_empty_one(
    dora: Caller, world: World, act: str, reason: str
):
    answer = dora.post(f"/api/visits/{world.rows.told}/{act}", version=1, reason=reason)
    assert fields(problem(answer, 422, "invalid_input")) == {"reason"}


@pytest.mark.parametrize("reason", ["   ", "\t"])
def test_a_red_visit_is_not_sent_for_an_empty_reason(
    dora: Caller, world: World, reason: str
):
    lasers = Skill.objects.create(code="lasers", name="Laser alignment")
    placed = Visit.objects.get(pk=world.rows.placed)
    WorkTypeSkill.objects.create(work_type=placed.job.work_type, skill=lasers)
    path = f"/api/visits/{placed.pk}/dispatch"

    refused = dora.post(path, version=2, override_reason=reason)
    body = problem(refused, 409, "gate_closed")
    assert "Laser alignment" in body["details"]["missing"][0]["sentence"]

    sent = dora.post(path, version=2, override_reason="Supervised")
    assert sent.status_code == 200


@pytest.mark.parametrize(
    ("operation", "version"),
    [
        ("visit_assign", 0),
        ("visit_unassign", 1),
        ("visit_dispatch", 1),
        ("visit_recall", 9),
        ("visit_cancel", 1),
        ("visit_pin", 1),
    ],
)
def test_a_stale_version_is_a_conflict_that_shows_the_visit_as_it_is(
    dora: Caller, world: World, operation: str, version: int
):
    call = CALLS[operation](world.rows)
    before = fingerprint()

    answer = dora.post(call.path, **{**call.body, "version": version})

    details = problem(answer, 409, "version_conflict")["details"]
    visit = Visit.objects.get(pk=call.path.split("/")[3])
    assert details["current"]["id"] == str(visit.pk)
    assert details["current"]["version"] == visit.version
    assert details["current"]["status"] == visit.status
    assert fingerprint() == before


def test_a_step_that_the_table_does_not_allow_says_so(dora: Caller, world: World):
    answer = dora.post(f"/api/visits/{world.rows.waiting}/dispatch", version=1)
    assert answer.status_code == 409
    assert json.loads(answer.content)["code"] in {"illegal_move", "gate_closed"}
