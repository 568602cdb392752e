"""Whatever JSON or address is sent: an answer or a documented refusal, no crash."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.management.commands.export_schema import ERRORS
from tests.dispatch.api.operations import CALLS, OPERATIONS, SAFE
from tests.dispatch.api.world import Call, Caller, World, person, program

ROOT = Path(__file__).parents[3]
CODES = set(re.findall(r"^\| `(\w+)`", (ROOT / ERRORS).read_text(), re.MULTILINE))
WRITES = [found.id for found in OPERATIONS if found.method not in SAFE]
READS = [found.id for found in OPERATIONS if found.method in SAFE]
FUZZ = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)

# Chance alone finds these too seldom.
TRAPS = ["\x00", "a\x00b", "\ud800", "x" * 5000, " ", "' OR 1=1", "٣", "1e400"]
EDGES = [
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-29T01:30:00",
]
texts = st.one_of(
    st.sampled_from(TRAPS), st.text(st.characters(exclude_categories=()), max_size=300)
)
moments = st.one_of(
    st.sampled_from(EDGES),
    st.datetimes().map(lambda when: when.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda when: when.isoformat()),
    st.dates().map(lambda day: day.isoformat()),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    texts,
    moments,
    st.uuids().map(str),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=8,
)
# What some operation takes and the plain call leaves out.
OPTIONAL = [
    "reason", "override_reason", "description", "priority", "promise_start",
    "promise_end", "external_ref", "contact_name", "contact_email", "seconds",
    "acked_through", "unsent",
]  # fmt: skip


def caller_of(world: World, operation: str) -> Caller:
    """The one who may make the call."""
    is_field = operation.startswith("field_")
    return person(world.newport.people[0].user if is_field else _dora(world))


def _dora(world: World) -> Any:
    return world.newport.dispatcher


def send(caller: Caller, call: Call) -> None:
    """Send it, look at the answer, and leave no trace."""
    with transaction.atomic():
        response = caller.send(call)
        transaction.set_rollback(True)
    assert response.status_code < 500, (call, response.content)
    if response.status_code < 400:
        return
    assert response["Content-Type"].startswith("application/")
    body = response.json()
    assert body["code"] in CODES, body
    assert body["detail"]


@pytest.mark.parametrize("operation", WRITES)
@FUZZ
@given(data=st.data())
def test_no_body_breaks_an_act(world: World, operation: str, data: st.DataObject):
    caller, call = caller_of(world, operation), CALLS[operation](world.rows)
    whole = data.draw(st.sampled_from(["fields", "fields", "fields", "body"]))
    if isinstance(call.body, bytes):
        # A piece of a file: whatever comes is only bytes.
        piece = data.draw(st.binary(max_size=2000))
        send(caller, Call(call.method, call.path, piece))
        return
    if whole == "body":
        # Written here: a text is sent as it stands, and not every text can be.
        body = json.dumps(data.draw(anything))
    else:
        changed = data.draw(st.sets(st.sampled_from([*call.body, *OPTIONAL])))
        changes = {
            name: data.draw(st.one_of(texts, anything), name)
            for name in sorted(changed)
        }
        body = {**call.body, **changes}
    send(caller, Call(call.method, call.path, body))


@FUZZ
@given(data=st.data())
def test_no_act_of_a_device_breaks_a_push(world: World, data: st.DataObject):
    caller, call = caller_of(world, "field_"), CALLS["field_sync_push"](world.rows)
    (act,) = call.body["commands"]
    changed = data.draw(st.sets(st.sampled_from([*act, "base", "offset_ms", "mono"])))
    act |= {
        name: data.draw(st.one_of(texts, anything), name) for name in sorted(changed)
    }
    send(caller, call)


@pytest.mark.parametrize("operation", READS)
@FUZZ
@given(data=st.data())
def test_no_address_breaks_a_read(world: World, operation: str, data: st.DataObject):
    caller, call = caller_of(world, operation), CALLS[operation](world.rows)
    path, _, query = call.path.partition("?")
    names = ["q", "offset", "part", "cursor", *re.findall(r"(\w+)=", query)]
    traps = st.sampled_from([trap for trap in TRAPS if trap != "\ud800"])
    values = st.one_of(traps, st.text(max_size=90), moments, st.integers().map(str))
    changes = data.draw(st.dictionaries(st.sampled_from(names), values))
    known = dict(re.findall(r"(\w+)=([^&]*)", query))
    send(caller, Call("GET", f"{path}?{urlencode({**known, **changes})}"))


@FUZZ
@given(piece=st.text(min_size=1, max_size=40), key=st.text(max_size=90))
def test_no_id_and_no_key_breaks_the_door(world: World, piece: str, key: str):
    for path in ("visits", "jobs", "plans"):
        answer = caller_of(world, "").get(f"/api/{path}/{quote(piece, safe='')}")
        assert answer.status_code in {301, 404}
    answer = program(quote(key)).get("/api/jobs")
    assert answer.status_code == 401
