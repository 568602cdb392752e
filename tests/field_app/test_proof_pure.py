"""Level A on the server: upcasters, clocks and differences, on whatever comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from field_app.kinds import KINDS, Kind, NoteText
from field_app.parsing import clean
from field_app.sync.clock import correct, offsets_of
from field_app.sync.pull import PAGE, difference, versions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(days=-20_000), timedelta(days=60_000)).map(
    lambda away: NOW + away
)
MILLISECONDS = st.none() | st.integers(-(2**53), 2**53)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
ROWS = st.dictionaries(
    st.sampled_from([f"visit:{n}" for n in range(6)]),
    st.dictionaries(st.sampled_from(["title", "notes", "status"]), PLAIN),
)


@given(MOMENTS, MILLISECONDS, MOMENTS, st.none() | MOMENTS)
def test_a_time_lies_between_the_act_before_and_now(
    occurred_at: datetime, offset: int | None, sent_at: datetime, after: datetime | None
):
    after = min(after, NOW) if after else None

    clock = correct(
        occurred_at,
        offsets=offsets_of(offset_ms=offset, sent_at=sent_at, received_at=NOW),
        received_at=NOW,
        after=after,
    )

    assert clock.at <= NOW
    assert after is None or clock.at >= after


@given(st.timedeltas(timedelta(0), timedelta(days=10)), MOMENTS)
def test_a_clock_that_is_wrong_by_a_known_offset_is_put_right(
    ago: timedelta, device_now: datetime
):
    """Whatever it was measured to be: the request itself shows the same."""
    clock = correct(
        device_now - ago,
        offsets=offsets_of(offset_ms=None, sent_at=device_now, received_at=NOW),
        received_at=NOW,
        after=None,
    )

    assert clock.at == NOW - ago


@given(ROWS, ROWS)
def test_a_difference_makes_the_new_out_of_the_old(
    old: dict[str, Any], new: dict[str, Any]
):
    base = {key: versions(doc) for key, doc in old.items()}

    change = difference(base, new)

    held = {key: dict(doc) for key, doc in old.items()}
    for put in change["put"]:
        held[put["key"]] = put["doc"]
    for patch in change["patch"]:
        held[patch["key"]] |= patch["doc"]
    for drop in change["drop"]:
        del held[drop["key"]]
    # A field that is gone from a document stays: documents have one shape per kind.
    for key, doc in new.items():
        assert doc.items() <= held[key].items() or held[key] == doc
    assert held.keys() == new.keys()
    assert change["now"] == {key: versions(doc) for key, doc in new.items()}
    assert len(change["put"]) + len(change["patch"]) <= PAGE


@given(st.integers(1, 4), st.text(max_size=20))
def test_every_older_shape_ends_in_the_present_one(version: int, text: str):
    steps = {
        n: (lambda args, n=n: {f"shape{n + 1}": args[f"shape{n}"]}) for n in range(1, 4)
    }
    kind = Kind(NoteText, v=4, upcasters=steps)

    assert kind.upcast({f"shape{version}": text}, v=version) == {"shape4": text}


def test_every_kind_can_read_all_its_older_shapes():
    for kind in KINDS.values():
        assert set(kind.upcasters) == set(range(1, kind.v))


@given(PLAIN)
def test_cleaning_twice_is_cleaning_once(value: Any):
    assert clean(clean(value)) == clean(value)
