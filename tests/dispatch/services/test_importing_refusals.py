"""Importing jobs: a bad row is told completely, a bad file in one sentence."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import InvalidInput
from dispatch.models import Customer, Site, Territory
from dispatch.services.importing.fields import Mapping
from dispatch.services.importing.loading import check
from tests.dispatch.services import import_world as worlds
from tests.dispatch.services.import_world import AT, GOOD, HEADER, problems, row


@pytest.fixture
def world(db, tmp_path):
    return worlds.build(tmp_path)


# --- bad rows -----------------------------------------------------------------------

BAD = [
    ({"external_ref": ""}, "external_ref", "no external_ref"),
    ({"external_ref": "x" * 61}, "external_ref", "text too long"),
    ({"work_type": ""}, "work_type", "no work_type"),
    ({"work_type": "fax"}, "work_type", "unknown work type"),
    ({"territory": ""}, "territory", "no territory"),
    ({"territory": "cardiff"}, "territory", "unknown territory"),
    ({"customer": "Nobody"}, "customer", "unknown customer"),
    ({"site": ""}, "site", "no site"),
    ({"site": "Nowhere"}, "site", "unknown site"),
    ({"site": "x" * 121, "latitude": 51, "longitude": -3}, "site", "text too long"),
    ({"postcode": "x" * 13}, "postcode", "text too long"),
    ({"title": "x" * 121}, "title", "text too long"),
    ({"title": "a\x00b"}, "title", "NUL byte"),
    ({"external_ref": "a\x00b"}, "external_ref", "NUL byte"),
    ({"latitude": "51.6"}, "longitude", "no longitude"),
    ({"latitude": "91", "longitude": "0"}, "latitude", "coordinate out of range"),
    ({"latitude": "0", "longitude": "-181"}, "longitude", "coordinate out of range"),
    ({"latitude": "51,6", "longitude": "-3"}, "latitude", "unreadable coordinate"),
    ({"latitude": "nan", "longitude": "-3"}, "latitude", "unreadable coordinate"),
    ({"latitude": "5_1", "longitude": "-3"}, "latitude", "unreadable coordinate"),
    ({"priority": "0"}, "priority", "priority out of range"),
    ({"priority": "6"}, "priority", "priority out of range"),
    ({"priority": "high"}, "priority", "priority out of range"),
    (
        {"duration_minutes": "2000"},
        "duration_minutes",
        "duration_minutes out of range",
    ),
    ({"earliest_start": ""}, "earliest_start", "no earliest_start"),
    ({"earliest_start": "soon"}, "earliest_start", "unreadable time"),
    ({"earliest_start": "2026-02-30"}, "earliest_start", "unreadable time"),
    ({"earliest_start": "24/11/2026"}, "earliest_start", "unreadable time"),
    ({"earliest_start": "1926-11-24"}, "earliest_start", "unreadable time"),
    ({"earliest_start": "2026-11-24 25:00"}, "earliest_start", "unreadable time"),
    (
        {"earliest_start": "2026-03-29 01:30", "latest_end": "2026-03-30"},
        "earliest_start",
        "unreadable time",
    ),
    ({"latest_end": "2026-11-23"}, "latest_end", "ends before it starts"),
    (
        {"earliest_start": "2026-11-24 09:00", "latest_end": "+0h"},
        "latest_end",
        "ends before it starts",
    ),
    (
        {"earliest_start": "2026-11-24 09:00", "latest_end": "2026-11-24 09:44"},
        "latest_end",
        "no time for the work",
    ),
    (
        {
            "earliest_start": "2026-11-24 09:00",
            "latest_end": "2026-11-24 10:00",
            "duration_minutes": "61",
        },
        "latest_end",
        "no time for the work",
    ),
    ({"received_at": "2026-11-21"}, "received_at", "time in the future"),
    (
        {
            "window_start": "2026-11-24 10:00",
            "window_end": "2026-11-24 09:00",
            "window_kind": "change",
        },
        "window_end",
        "ends before it starts",
    ),
    (
        {"window_start": "2026-11-24 10:00", "window_kind": "change"},
        "window_end",
        "no window_end",
    ),
    (
        {"window_start": "2026-11-24 10:00", "window_end": "2026-11-24 11:00"},
        "window_kind",
        "unknown window kind",
    ),
    ({"window_kind": "change"}, "window_start", "no window_start"),
    (
        {"promise_start": "2026-12-24 10:00", "promise_end": "2026-12-24 11:00"},
        "promise_start",
        "outside the span",
    ),
]


@pytest.mark.parametrize(("changes", "field", "reason"), BAD)
def test_a_bad_row_is_told_by_line_field_and_reason(world, changes, field, reason):
    checked = world.check(*row(**changes))
    assert problems(checked) == [(2, field, reason)]
    assert checked.drafts == []


def test_every_problem_of_a_row_is_told_not_only_the_first(world):
    checked = world.check(
        *row(
            work_type="fax",
            priority="9",
            customer="Nobody",
            earliest_start="soon",
            title="x" * 200,
        )
    )
    assert sorted(field for _, field, _ in problems(checked)) == [
        *("customer", "earliest_start", "priority", "title", "work_type"),
    ]
    assert checked.bad_lines == 1


def test_an_unknown_word_is_answered_with_the_known_ones(world):
    (problem,) = world.check(*row(work_type="fax\x1b[31m")).problems
    assert problem.message == (
        "There is no work type 'fax\\x1b[31m'. "
        "Known: double-up, inspection, lamp-repair, printer."
    )


def test_an_unknown_site_says_what_is_lacking_to_make_it(world):
    (problem,) = world.check(*row(site="Depot", customer="")).problems
    assert problem.message == (
        "There is no site 'Depot' in Newport. "
        "To make it, give also latitude and longitude and customer."
    )


def test_a_point_outside_the_area_of_its_territory_is_refused(world):
    base = {"territory": "nyc", "customer": "City of New York", "site": "Pier"}
    inside = row(**base, latitude="40.7", longitude="-74.0")
    outside = row(**base, latitude="-40.7", longitude="74.0")
    assert world.check(*inside).problems == []
    assert problems(world.check(*outside)) == [(2, "latitude", "outside the territory")]


def test_a_hole_in_the_area_and_an_unreadable_area_are_told(world):
    territory = Territory.objects.get(code="nyc")
    hole = [[-74.1, 40.6], [-73.9, 40.6], [-73.9, 40.8], [-74.1, 40.8], [-74.1, 40.6]]
    rings = [*worlds.NYC_AREA["coordinates"], hole]
    changes = {"territory": "nyc", "customer": "City of New York", "site": "Pier"}
    line = row(**changes, latitude="40.7", longitude="-74.0")
    territory.polygon = {"type": "MultiPolygon", "coordinates": [rings]}
    territory.save()
    assert problems(world.check(*line)) == [(2, "latitude", "outside the territory")]
    territory.polygon = {"type": "Point", "coordinates": [1, 2]}
    territory.save()
    assert problems(world.check(*line)) == [(2, "territory", "unreadable area")]


def test_a_name_that_two_sites_bear_has_to_be_made_clear(world):
    other = Customer.objects.create(name="Brains")
    Site.objects.create(
        customer=other,
        territory=world.acme.territory,
        name="Acme Glass",
        lat=51.5876,
        lon=-2.9895,
    )
    assert problems(world.check(*row(customer=""))) == [(2, "site", "several sites")]
    assert world.check(*row(customer="Brains")).drafts[0].site.customer == other


def test_a_customer_name_that_two_bear_makes_no_site(world):
    Customer.objects.create(name="acme glass")
    line = row(site="Depot", latitude="51.6", longitude="-3")
    assert problems(world.check(*line)) == [(2, "customer", "several customers")]


def test_a_territory_with_an_unknown_time_zone_is_told(world):
    Territory.objects.filter(code="nyc").update(time_zone="America/Atlantis")
    changes = {"territory": "nyc", "customer": "City of New York", "site": "Pier"}
    line = row(**changes, latitude="40.7", longitude="-74.0")
    assert problems(world.check(*line)) == [(2, "territory", "unknown time zone")]


def test_a_row_of_another_width_is_told_and_the_others_are_judged(world):
    checked = world.check(HEADER, GOOD, "A2,newport", row(priority=9)[1], GOOD)
    assert problems(checked) == [
        (3, "row", "wrong width"),
        (4, "row", "wrong width"),
        (5, "external_ref", "twice in the file"),
    ]
    assert checked.problems[0].message == "2 cells; the header has 7."


def test_line_numbers_are_where_a_row_begins_also_after_newlines_in_cells(world):
    header, good = row(description="one\ntwo\r\nthree")
    _, bad = row(external_ref="A2", description="four\nfive", work_type="fax")
    _, last = row(external_ref="A3", description="", work_type="fax")
    checked = world.check(header, good, bad, "", last)
    # Line 1 is the header, 2 to 4 the good row, 5 and 6 the bad one, 7 is empty.
    assert [problem.line for problem in checked.problems] == [5, 8]
    assert checked.drafts[0].arguments["description"] == "one\ntwo\r\nthree"


# --- times --------------------------------------------------------------------------

ZONED = [
    # 05:00 UTC is midnight in New York in November, 04:00 in July.
    ("2026-11-24", "2026-11-24T05:00:00Z"),
    ("2026-07-24", "2026-07-24T04:00:00Z"),
    ("2026-11-24 09:30", "2026-11-24T14:30:00Z"),
    ("2026-11-24T09:30:15", "2026-11-24T14:30:15Z"),
    ("2026-11-24T09:30Z", "2026-11-24T09:30:00Z"),
    ("2026-11-24T09:30:00+01:00", "2026-11-24T08:30:00Z"),
    ("11/24/2026 9:30 PM", "2026-11-25T02:30:00Z"),
    ("11/24/2026 12:05:00 AM", "2026-11-24T05:05:00Z"),
    # 01:30 comes twice that night: the first is still summer time.
    ("2026-11-01 01:30", "2026-11-01T05:30:00Z"),
    ("2026-11-01T01:30-05:00", "2026-11-01T06:30:00Z"),
]


@pytest.mark.parametrize(("text", "moment"), ZONED)
def test_times_are_read_in_the_zone_of_their_place(world, text, moment):
    changes = {"territory": "nyc", "customer": "City of New York", "site": "Pier"}
    line = row(
        **{**changes, "latitude": "40.7", "longitude": "-74.0"},
        **{"earliest_start": text, "latest_end": "+7d"},
    )
    (draft,) = world.check(*line, date_order="mdy").drafts
    assert draft.arguments["earliest_start"] == datetime.fromisoformat(moment)


def test_days_after_a_start_are_days_of_the_clock_on_the_wall(world):
    changes = {"earliest_start": "2026-10-24 09:00", "latest_end": "+1d"}
    (draft,) = world.check(*row(**changes)).drafts
    start, end = draft.arguments["earliest_start"], draft.arguments["latest_end"]
    # The night in between has an hour more.
    assert end - start == timedelta(hours=25)


def test_an_hour_that_does_not_exist_says_why(world):
    changes = {"earliest_start": "2026-03-29 01:30", "latest_end": "+1d"}
    (problem,) = world.check(*row(**changes)).problems
    assert problem.message == (
        "'2026-03-29 01:30' is not a time: the clocks go forward then: "
        "it does not exist in Europe/London."
    )


# --- no CSV at all ------------------------------------------------------------------

NO_FILE = [
    (b"", "The file is empty"),
    (b"\n\n", "The file is empty"),
    (f"{HEADER}\n\nA1,caf\xe9".encode("latin-1"), r"not UTF-8 \(line 3\)"),
    (f"{HEADER}\n{GOOD}".encode("utf-16"), r"not UTF-8 \(line 1\)"),
    (f"{HEADER}\n{GOOD}".encode("utf-16-le"), "NUL bytes"),
    (HEADER.replace(",", ";").encode(), "--delimiter semicolon"),
    (HEADER.replace(",", "\t").encode(), "--delimiter tab"),
    (
        f'{HEADER}\n{GOOD}\nA2,"lost'.encode(),
        "begins in line 3 is not CSV: unexpected end of data",
    ),
    (f'{HEADER}\n"A1"b,'.encode(), "begins in line 2 is not CSV"),
    (f"{HEADER}\n{'x' * 200_000}".encode(), "line 2 is not CSV: field larger"),
    (f"{HEADER},Site".encode(), "column 'site' is in the header 2 times"),
    (
        b"external_ref,kind,site",
        "does not say: territory, work_type, earliest_start, latest_end. .*"
        "Its columns: 'external_ref', 'kind', 'site'",
    ),
    (
        HEADER.replace("site", "place").encode(),
        r"does not say: site \(or latitude, longitude and customer\)",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), NO_FILE)
def test_what_is_no_csv_file_is_refused_in_one_sentence(world, data, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        world.check(data=data)


def test_a_file_or_folder_that_cannot_be_read_is_refused(world):
    with pytest.raises(InvalidInput, match=r"'gone\.csv' cannot be read: No such file"):
        check(world.folder / "gone.csv", mapping=Mapping(), at=AT)
    with pytest.raises(InvalidInput, match="cannot be read: Is a directory"):
        check(world.folder, mapping=Mapping(), at=AT)


def test_a_mapped_column_that_is_not_there_is_named_with_those_that_are(world):
    with pytest.raises(InvalidInput, match=r"no column 'Kind' \(for work_type\)\. Its"):
        world.check(HEADER, GOOD, columns={"work_type": "Kind"})


def test_a_mapping_of_an_unknown_field_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match=r"no field 'colour'\. Fields: external_ref"):
        Mapping(columns={"colour": "Colour"})


def test_a_header_without_rows_is_a_file_with_nothing_to_do(world):
    assert world.load(HEADER) == 0


CELLS = st.sampled_from(
    ["", "A1", "newport", "nyc", "printer", "Acme Glass", "2026-11-24", "+1d", "1e999"]
)
ROWS = st.lists(CELLS | st.text(max_size=8), min_size=5, max_size=9)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.binary(max_size=200)
    | st.lists(ROWS, max_size=4).map(
        lambda rows: "\n".join([HEADER, *(",".join(r) for r in rows)]).encode(
            "utf-8", "surrogatepass"
        )
    )
)
def test_whatever_the_bytes_are_the_answer_is_a_judgement_or_one_sentence(world, data):
    with suppress(InvalidInput):
        checked = world.check(data=data)
        judged = len(checked.drafts) + len(checked.already) + checked.bad_lines
        assert judged == checked.rows
