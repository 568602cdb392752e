"""`import_jobs`: what it prints, what it loads, and when it refuses."""

import csv
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dispatch.models import Event, Job, Site
from tests.architecture.sources import ROOT
from tests.dispatch.services import import_world as worlds
from tests.dispatch.services.import_world import GOOD, HEADER, NYC_OPTIONS

LATER = "A2,newport,printer,,Acme Glass,2026-11-25,2026-11-26"
BAD = "A3,newport,fax,,Acme Glass,2026-11-25,2026-11-24"
NYC_FILES = [path for path in (worlds.NYC_SHAPE, worlds.NYC_REAL) if path.exists()]


@pytest.fixture
def world(db, tmp_path):
    return worlds.build(tmp_path)


def run(path, *options):
    """What the command prints, and its refusal if there is one."""
    out, err = StringIO(), StringIO()
    refusal = ""
    try:
        call_command("import_jobs", str(path), *options, stdout=out, stderr=err)
    except CommandError as error:
        # Django ends the process with this code.
        refusal = str(error) if error.returncode == 1 else "another exit code"
    return out.getvalue().splitlines(), refusal


def test_a_good_file_is_loaded_and_counted(world):
    lines, refusal = run(world.file(HEADER, GOOD, LATER))
    assert lines == ["2 rows read. Loaded 2 jobs (0 new sites); 0 already here."]
    assert refusal == ""
    assert Job.objects.count() == 2


def test_a_dry_run_tells_what_it_would_load_and_changes_nothing(world):
    lines, refusal = run(world.file(HEADER, GOOD), "--dry-run")
    assert lines == ["1 row read. Would load 1 job (0 new sites); 0 already here."]
    assert refusal == ""
    assert (Job.objects.count(), Event.objects.count()) == (0, 0)


def test_one_bad_row_and_nothing_is_loaded(world):
    lines, refusal = run(world.file(HEADER, GOOD, BAD))
    assert lines == [
        "line 3: work_type: There is no work type 'fax'. "
        "Known: double-up, inspection, lamp-repair, printer.",
        "line 3: latest_end: '2026-11-24' is not after earliest_start.",
        "      1 × unknown work type",
        "      1 × ends before it starts",
        "2 rows read. Without the bad rows it would load 1 job (0 new sites); "
        "0 already here.",
    ]
    assert refusal == "1 bad row. Nothing was loaded."
    assert Job.objects.count() == 0


def test_the_same_file_a_second_time_is_skipped_row_by_row(world):
    path = world.file(HEADER, GOOD)
    run(path)
    lines, refusal = run(path)
    assert lines == [
        "line 2: 'A1' is already here: skipped",
        "1 row read. Loaded 0 jobs (0 new sites); 1 already here.",
    ]
    assert refusal == ""
    assert Job.objects.count() == 1


def test_a_program_reads_the_same_as_json(world):
    lines, refusal = run(world.file(HEADER, GOOD, BAD), "--json")
    document = json.loads("\n".join(lines))
    assert (document["rows"], document["loaded"], document["would_load"]) == (2, 0, 1)
    assert document["reasons"] == {"unknown work type": 1, "ends before it starts": 1}
    assert document["problems"][1] == {
        "line": 3,
        "field": "latest_end",
        "reason": "ends before it starts",
        "message": "'2026-11-24' is not after earliest_start.",
    }
    assert refusal == "1 bad row. Nothing was loaded."


def test_what_is_no_csv_file_is_refused_also_as_json(world):
    lines, refusal = run(world.file(data=b""), "--json")
    assert json.loads(lines[0]) == {"error": "The file is empty.", "loaded": 0}
    assert refusal == "The file is empty. Nothing was loaded."


def test_a_long_file_tells_how_far_it_is_beside_the_result(world):
    rows = [GOOD.replace("A1", f"A{number}") for number in range(5_000)]
    out, err = StringIO(), StringIO()
    path = str(world.file(HEADER, *rows))
    call_command("import_jobs", path, "--dry-run", "--json", stdout=out, stderr=err)
    assert err.getvalue() == "  5000 rows read\n"
    assert json.loads(out.getvalue())["would_load"] == 5_000


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "title"], "--map wants FIELD=…"),
        (["--default", "title"], "--default wants FIELD=…"),
        (["--map-value", "work_type=x"], "--map-value wants FIELD:THEIRS=OURS"),
        (["--map", "colour=Colour"], "There is no field 'colour'."),
        (["--map", "title=Title"], "The file has no column 'Title' (for title)."),
    ],
)
def test_an_option_that_does_not_fit_is_one_sentence(world, options, sentence):
    _, refusal = run(world.file(HEADER, GOOD), *options)
    assert refusal.startswith(sentence)
    assert Job.objects.count() == 0


def test_the_territory_of_every_row_can_be_given_once(world):
    header, line = HEADER.replace("territory,", ""), GOOD.replace("newport,", "")
    assert run(world.file(header, line))[1].startswith("The file does not say:")
    assert run(world.file(header, line), "--territory", "newport")[1] == ""
    assert Job.objects.get().site.territory.code == "newport"


def test_the_example_of_the_documentation_is_loaded(world):
    world.acme.name = "Acme Glass, works"
    world.acme.save()
    lines, refusal = run(ROOT / "docs/examples/jobs.csv")
    assert refusal == ""
    assert lines == ["3 rows read. Loaded 3 jobs (1 new site); 0 already here."]


def test_the_documentation_shows_the_options_that_the_city_s_file_needs():
    text = (ROOT / "docs/import.md").read_text(encoding="utf-8")
    for option in NYC_OPTIONS:
        assert option in text, option


@pytest.mark.parametrize("path", NYC_FILES, ids=lambda path: path.name)
def test_a_city_s_requests_are_read_and_those_without_a_place_are_told(world, path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    head, lat = rows[0], rows[0].index("Latitude")
    placed = [row for row in rows[1:] if row[lat]]
    lines, refusal = run(path, *NYC_OPTIONS, "--dry-run", "--json")
    document = json.loads(lines[0])
    assert document["rows"] == len(rows) - 1
    assert set(document["reasons"]) <= {"unknown site", "no site", "several sites"}
    assert document["would_load"] + document["bad_rows"] == len(rows) - 1
    # A row without coordinates may still name a place of another row.
    assert document["would_load"] >= len(placed)
    assert refusal.endswith("Nothing was loaded.")

    good = world.folder / "placed.csv"
    with good.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *placed])
    lines, refusal = run(good, *NYC_OPTIONS)
    assert refusal == ""
    assert Job.objects.count() == len(placed) > 0
    assert run(good, *NYC_OPTIONS)[0][-1].startswith(
        f"{len(placed)} rows read. Loaded 0 jobs"
    )
    assert Job.objects.count() == len(placed)


def test_the_small_city_file_is_read_as_a_person_would(world):
    lines, _ = run(worlds.NYC_SHAPE, *NYC_OPTIONS, "--dry-run")
    assert lines == [
        "line 6: site: Name a site, or say where it is and whose it is.",
        "      1 × no site",
        "4 rows read. Without the bad rows it would load 3 jobs (3 new sites); "
        "0 already here.",
    ]
    text = worlds.NYC_SHAPE.read_text(encoding="utf-8").splitlines()
    good = world.file(*text[:5])
    assert run(good, *NYC_OPTIONS)[1] == ""
    lamp, pothole, walk = Job.objects.order_by("number")
    assert (lamp.external_ref, lamp.work_type.code) == ("9001", "lamp-repair")
    assert lamp.description == "Lamp out\nover the crossing"
    # A quarter past nine in New York's summer time.
    assert lamp.created_at.isoformat() == "2011-03-14T13:15:00+00:00"
    assert pothole.title == "Street Condition"
    visit = pothole.visits.get()
    assert visit.latest_end.isoformat() == "2011-03-28T18:27:57+00:00"
    assert Site.objects.get(jobs=walk).name == "40.76350, -73.80730"
