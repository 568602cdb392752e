"""Who may do what: every operation of both APIs, called by everybody."""

import inspect
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.urls import resolve

from tests.dispatch.api.operations import CALLS, OPERATIONS, SAFE, Found
from tests.dispatch.api.world import (
    Area,
    Call,
    Caller,
    Rows,
    World,
    fingerprint,
    link_holder,
    nobody,
    person,
    program,
)

OPERATION = {found.id: found for found in OPERATIONS}
# Who calls, and whose rows they may see at most; the calls are about Newport.
ROLES: dict[str, tuple[Callable[[World], Caller], str]] = {
    "stranger": (lambda w: nobody(), ""),
    "dispatcher": (lambda w: person(w.newport.dispatcher), "newport"),
    "dispatcher elsewhere": (lambda w: person(w.cardiff.dispatcher), "cardiff"),
    "technician": (lambda w: person(w.newport.people[0].user), "newport"),
    "other technician": (lambda w: person(w.newport.people[1].user), "newport"),
    "admin": (lambda w: person(w.ada), "newport cardiff"),
    "program": (lambda w: program(w.newport.key), "newport"),
    "program elsewhere": (lambda w: program(w.cardiff.key), "cardiff"),
    "revoked key": (lambda w: program(w.revoked_key), ""),
    "customer's link": (lambda w: link_holder(w.token), ""),
}
# `ok`: done. `own`: answered, with rows of the caller's territories only. A number:
# refused with that status, and nothing has changed.
LAW = {
    # stranger, dispatcher, dispatcher elsewhere, technician, other technician, admin,
    # program, program elsewhere, revoked key, customer's link
    "me": "401 own own own own own 401 401 401 401",
    "board_day": "401 own 404 403 403 own 401 401 401 401",
    "board_dispatch": "401 own 404 403 403 own 401 401 401 401",
    "visit_get": "401 own 404 403 403 own 401 401 401 401",
    "visit_candidates": "401 own 404 403 403 own 401 401 401 401",
    # This visit fits as things are, so the list of changes that would help is empty.
    "visit_remedies": "401 ok 404 403 403 ok 401 401 401 401",
    "visit_why_here": "401 ok 404 403 403 ok 401 401 401 401",
    "visit_preview": "401 ok 404 403 403 ok 401 401 401 401",
    "visit_assign": "401 own 404 403 403 own 401 401 401 401",
    "visit_unassign": "401 own 404 403 403 own 401 401 401 401",
    "visit_dispatch": "401 own 404 403 403 own 401 401 401 401",
    "visit_recall": "401 own 404 403 403 own 401 401 401 401",
    "visit_cancel": "401 own 404 403 403 own 401 401 401 401",
    "visit_pin": "401 own 404 403 403 own 401 401 401 401",
    "visit_overruns": "401 own 404 403 403 own 401 401 401 401",
    "visit_locks": "401 own 404 403 403 own 401 401 401 401",
    "visit_lock_release": "401 own 404 403 403 own 401 401 401 401",
    "visit_evv": "401 own 404 403 403 own 401 401 401 401",
    # The answer names nobody and no place.
    "technician_absent": "401 ok 404 403 403 ok 401 401 401 401",
    # The answer is lines without a name.
    "technician_ways": "401 ok 404 403 403 ok 401 401 401 401",
    # An act is taken back by the one who did it: Dora.
    "undo": "401 own 404 403 403 409 401 401 401 401",
    "plan_request": "401 ok 404 403 403 ok 401 401 401 401",
    "plan_get": "401 own 404 403 403 own 401 401 401 401",
    "plan_cancel": "401 own 404 403 403 own 401 401 401 401",
    "plan_accept": "401 own 404 403 403 own 401 401 401 401",
    "plan_discard": "401 own 404 403 403 own 401 401 401 401",
    "plan_evidence": "401 own 404 403 403 own 401 401 401 401",
    "cases_list": "401 own own 403 403 own 401 401 401 401",
    "case_decide": "401 ok 404 403 403 ok 401 401 401 401",
    "jobs_list": "401 own own 403 403 own own own 401 401",
    "job_open": "401 own 404 403 403 own own 404 401 401",
    "job_get": "401 own 404 403 403 own own 404 401 401",
    "request_receive": "401 ok 404 403 403 ok ok 404 401 401",
    "customers_list": "401 own own 403 403 own own own 401 401",
    "technicians_list": "401 own own 403 403 own own own 401 401",
    "work_types_list": "401 ok ok 403 403 ok ok ok 401 401",
    "call_find": "401 own own 403 403 own 401 401 401 401",
    "call_addresses": "401 ok ok 403 403 ok 401 401 401 401",
    "call_customer": "401 own 404 403 403 own 401 401 401 401",
    "call_site": "401 own 404 403 403 own 401 401 401 401",
    "call_alike": "401 own 404 403 403 own 401 401 401 401",
    # Windows name nobody.
    "call_offers": "401 ok 404 403 403 ok 401 401 401 401",
    "call_hold": "401 own 404 403 403 own 401 401 401 401",
    # A window is held by who is on the phone: Dora.
    "call_renew": "401 own 404 403 403 404 401 401 401 401",
    "call_release": "401 ok 404 403 403 404 401 401 401 401",
    "call_take": "401 own 404 403 403 own 401 401 401 401",
    "job_note": "401 own 404 403 403 own 401 401 401 401",
    "job_merge": "401 own 404 403 403 own 401 401 401 401",
    "health": "401 ok ok 403 403 ok 401 401 401 401",
    "field_session": "401 403 403 own own 403 401 401 401 401",
    "field_devices_enrol": "401 403 403 ok ok 403 401 401 401 401",
    # Bytes name nobody; a technician sends and sees those of their own visits.
    "photo_file": "401 ok 404 403 403 ok 401 401 401 401",
    "field_media_held": "401 403 403 ok 404 403 401 401 401 401",
    "field_media_begin": "401 403 403 ok 404 403 401 401 401 401",
    "field_media_part": "401 403 403 ok 404 403 401 401 401 401",
    "field_media_complete": "401 403 403 ok 404 403 401 401 401 401",
    "field_media_file": "401 403 403 ok 404 403 401 401 401 401",
    # Another person's device is as unknown as one that never was: enrol again.
    "field_sync_push": "401 403 403 ok 409 403 401 401 401 401",
    "field_sync_pull": "401 403 403 own 409 403 401 401 401 401",
    "field_push": "401 403 403 ok 409 403 401 401 401 401",
    "field_push_subscribe": "401 403 403 ok 409 403 401 401 401 401",
    "field_push_unsubscribe": "401 403 403 ok 409 403 401 401 401 401",
    "field_devices_key": "401 403 403 ok 409 403 401 401 401 401",
    "field_bundle_send": "401 403 403 ok 409 403 401 401 401 401",
}
CODES = {401: {"not_signed_in"}, 403: {"not_allowed"}, 404: {"not_found"}}
CODES[409] = {"nothing_to_undo", "re_enrol"}
# Operations without a login of ninja's, each with its reason.
OPEN = {"field_session": "hands out the CSRF token, and answers strangers with 401"}

MATRIX = [
    pytest.param(operation, role, outcome, id=f"{operation}-{role}")
    for operation, line in LAW.items()
    for role, outcome in zip(ROLES, line.split(), strict=True)
]
UNSAFE = [found.id for found in OPERATIONS if found.method not in SAFE]
# Calls that name a row or a territory.
NAMING = [
    name
    for name, line in LAW.items()
    if "404" in line and not name.startswith("field_")
]


def seen(area: Area, response: object) -> set[str]:
    """What of an area an answer shows."""
    # A picture is no text; whatever names there are in it would still be seen.
    text = response.content.decode(errors="replace")  # type: ignore[attr-defined]
    return {mark for mark in area.marks if mark in text}


def test_the_table_names_every_operation_and_no_other():
    assert set(LAW) == set(OPERATION)
    assert len(OPERATIONS) == len(OPERATION), "two operations share an id"


def test_every_call_of_these_tests_reaches_its_operation(world: World):
    for name, call in CALLS.items():
        found = OPERATION[name]
        made = call(world.rows)
        route = resolve(made.path.partition("?")[0]).route
        assert (made.method, route) == (found.method, found.route), name


@pytest.mark.parametrize(("operation", "role", "outcome"), MATRIX)
def test_an_operation_answers_each_caller_as_the_table_says(
    world: World, operation: str, role: str, outcome: str
):
    enter, homes = ROLES[role]
    caller = enter(world)
    before = fingerprint()

    response = caller.send(CALLS[operation](world.rows))

    if outcome.isdecimal():
        assert response.status_code == int(outcome), response.content
        assert response.json()["code"] in CODES[int(outcome)]
        assert fingerprint() == before
        shown_to = set()
    else:
        assert response.status_code in {200, 201, 204}, response.content
        shown_to = set(homes.split())
    for area in (world.newport, world.cardiff):
        if area.territory.code not in shown_to:
            assert seen(area, response) == set()
    if outcome == "own":
        own = [a for a in (world.newport, world.cardiff) if a.territory.code in homes]
        assert any(seen(area, response) for area in own)


@pytest.mark.parametrize("operation", NAMING)
def test_what_is_foreign_looks_like_what_does_not_exist(world: World, operation: str):
    call, unknown = CALLS[operation], Rows.unknown(world.rows)

    foreign = person(world.cardiff.dispatcher).send(call(world.rows))
    missing = person(world.newport.dispatcher).send(call(unknown))

    assert foreign.status_code == missing.status_code == 404
    said = foreign.content.decode().replace("newport", "atlantis")
    assert said == missing.content.decode()


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("visit_preview", "technician"),
        ("visit_assign", "technician"),
        ("job_open", "site"),
        ("call_take", "site"),
        ("job_merge", "job"),
    ],
)
def test_a_foreign_row_inside_a_body_is_refused_like_an_unknown_one(
    world: World, dora: Caller, operation: str, named: str
):
    foreign = replace(world.rows, **{named: getattr(world.cardiff.rows, named)})
    unknown = replace(world.rows, **{named: Rows.unknown(world.rows).site})
    before = fingerprint()

    answers = [dora.send(CALLS[operation](rows)) for rows in (foreign, unknown)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert fingerprint() == before


def test_the_admins_lists_hold_both_territories(world: World):
    ada = person(world.ada)
    for path in ("jobs", "customers", "technicians", "review-cases"):
        response = ada.get(f"/api/{path}")
        assert seen(world.newport, response), path
        assert seen(world.cardiff, response), path


def test_a_search_finds_no_foreign_job_or_customer(world: World, dora: Caller):
    for path in ("jobs", "customers"):
        response = dora.get(f"/api/{path}?q=Cardiff")
        assert response.status_code == 200
        assert seen(world.cardiff, response) == set()


@pytest.mark.parametrize("operation", UNSAFE)
def test_a_cookie_without_the_csrf_token_changes_nothing(world: World, operation: str):
    is_field = operation.startswith("field_")
    user = world.newport.people[0].user if is_field else world.newport.dispatcher
    caller = person(user).without_csrf_token()
    before = fingerprint()

    response = caller.send(CALLS[operation](world.rows))

    assert response.status_code == 403
    assert response.json()["code"] == ("csrf" if is_field else "csrf_failed")
    assert fingerprint() == before


def test_a_key_in_a_browser_does_not_lift_the_csrf_check(world: World):
    caller = person(world.newport.dispatcher)
    forged = replace(caller, headers={"Authorization": "Bearer no such key"})

    response = forged.send(CALLS["job_open"](world.rows))

    assert response.status_code == 403
    assert response.json()["code"] == "csrf_failed"


def test_somebody_who_was_shut_out_is_a_stranger_at_once(world: World, dora: Caller):
    assert dora.get("/api/me").status_code == 200
    world.newport.dispatcher.is_active = False
    world.newport.dispatcher.save()

    assert dora.get("/api/me").status_code == 401


@pytest.mark.parametrize("found", OPERATIONS, ids=lambda found: found.id)
def test_an_operation_reads_its_caller_and_asks_for_a_login(found: Found):
    assert next(iter(inspect.signature(found.view).parameters)) == "request"
    assert found.is_open == (found.id in OPEN)


@pytest.mark.parametrize(
    "path", ["/api/openapi.json", "/api/docs", "/field/api/openapi.json"]
)
def test_only_the_offices_schema_is_published(db: None, path: str):
    answer = nobody().send(Call("GET", path))
    assert answer.status_code == (200 if path == "/api/openapi.json" else 404)
