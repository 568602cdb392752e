"""Importing jobs: a row is judged whole, and a file is loaded whole or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.errors import InvalidInput
from dispatch.models import Event, Job, Site, Visit, WorkType
from dispatch.services.importing.fields import Mapping
from dispatch.services.importing.loading import check, load
from tests.dispatch.services import import_world as worlds
from tests.dispatch.services.import_world import AT, GOOD, HEADER, problems, row


@pytest.fixture
def world(db, tmp_path):
    return worlds.build(tmp_path)


# --- what is loaded -----------------------------------------------------------------


def test_a_row_becomes_an_ordinary_job_with_visit_clocks_and_event(world):
    extra = {
        "title": "Printer jams",
        "description": "Tray 2",
        "priority": "1",
        "duration_minutes": "50",
        "received_at": "2026-11-20 09:00",
        "window_start": "2026-11-24 10:00",
        "window_end": "2026-11-24 12:00",
        "window_kind": "Change",
        "promise_start": "2026-11-24 10:00",
        "promise_end": "2026-11-24 11:30",
    }
    assert world.load(*row(**extra)) == 1
    job = Job.objects.get()
    assert (job.external_ref, job.title, job.description) == (
        *("A1", "Printer jams", "Tray 2"),
    )
    assert (job.number, job.priority, job.site) == ("J-2200", 1, world.acme)
    # Four hours from when the customer asked, not from the import.
    assert job.onsite_due == datetime(2026, 11, 20, 13, tzinfo=UTC)
    visit = job.visits.get()
    assert (visit.status, visit.duration_minutes) == ("unscheduled", 50)
    assert visit.earliest_start == datetime(2026, 11, 24, tzinfo=UTC)
    assert visit.latest_end == datetime(2026, 11, 25, 23, 59, tzinfo=UTC)
    assert visit.window_kind == "change"
    assert visit.window_start == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert visit.promise_end == datetime(2026, 11, 24, 11, 30, tzinfo=UTC)
    event = Event.objects.get()
    assert (event.kind, event.actor_label) == ("job.opened", "import of 'jobs.csv'")
    assert event.at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_numbers_follow_the_file_and_the_next_job_goes_on(world):
    header, first = row()
    world.load(header, first, *(row(external_ref=f"A{n}")[1] for n in (2, 3)))
    world.load(header, row(external_ref="B1")[1])
    found = Job.objects.order_by("number").values_list("external_ref", "number")
    assert list(found) == [
        *(("A1", "J-2200"), ("A2", "J-2201"), ("A3", "J-2202"), ("B1", "J-2203")),
    ]


def test_work_for_two_becomes_a_crew_of_two_visits(world):
    world.load(*row(work_type="double-up"))
    assert Visit.objects.filter(crew__isnull=False).count() == 2


def test_what_is_empty_comes_from_the_work_type(world):
    world.load(*row(work_type="Printer Repair"))
    job = Job.objects.get()
    assert (job.title, job.priority) == ("Printer repair", 3)
    assert job.visits.get().duration_minutes == 45


@pytest.mark.parametrize("name", ["ACME glass", "node/4711"])
def test_a_site_is_named_by_its_name_or_its_source(world, name):
    assert world.load(*row(site=name, customer="")) == 1
    assert Job.objects.get().site == world.acme


def test_a_new_site_is_made_once_and_later_rows_may_name_it(world):
    header, first = row(site="Depot", latitude="51.60", longitude="-3.00")
    _, near = row(external_ref="A2", site="depot", latitude="51.601", longitude="-3")
    _, by_name = row(external_ref="A3", site="Depot", latitude="", longitude="")
    assert world.load(header, first, near, by_name) == 3
    site = Site.objects.exclude(pk=world.acme.pk).get()
    assert (site.name, site.lat, site.customer.name) == ("Depot", 51.60, "Acme Glass")
    assert site.time_zone == "Europe/London"
    assert site.jobs.count() == 3


def test_places_of_one_name_that_lie_far_apart_are_two_sites(world):
    header, one = row(site="Broadway", latitude="51.60", longitude="-3.00")
    _, other = row(external_ref="A2", site="Broadway", latitude="51.62", longitude="-3")
    world.load(header, one, other)
    assert Site.objects.filter(name="Broadway").count() == 2


@pytest.mark.parametrize(
    ("street", "name"), [("1 Dock Road", "1 Dock Road"), ("", "51.60000, -3.00000")]
)
def test_a_place_without_a_name_is_called_by_street_or_coordinates(world, street, name):
    header, line = row(site="", street=street, latitude="51.6", longitude="-3")
    world.load(header, line)
    assert Site.objects.exclude(pk=world.acme.pk).get().name == name


def test_text_that_a_spreadsheet_would_run_is_kept_as_it_is(world):
    world.load(*row(title="=HYPERLINK(1)", description="@SUM(A1)"))
    job = Job.objects.get()
    assert (job.title, job.description) == ("=HYPERLINK(1)", "@SUM(A1)")


def test_columns_defaults_and_values_are_translated(world):
    lines = ["Ref,Kind,When", "A1,Desk printer,24.11.2026", "A2,,25.11.2026"]
    world.load(
        *lines,
        columns={"external_ref": "ref", "work_type": "Kind", "earliest_start": "When"},
        defaults={
            "territory": "newport",
            "site": "Acme Glass",
            "latest_end": "+1d",
            "work_type": "inspection",
        },
        values={"work_type": {"desk printer": "printer"}},
        date_order="dmy",
    )
    jobs = Job.objects.order_by("number")
    assert [job.work_type.code for job in jobs] == ["printer", "inspection"]
    assert jobs[0].visits.get().latest_end == datetime(2026, 11, 25, tzinfo=UTC)


def test_a_value_that_no_rule_names_falls_to_the_rule_for_any_value(world):
    rules = {"work_type": {"*": "inspection", "lamp": "lamp-repair"}}
    header, one = row(work_type="Lamp")
    _, other = row(external_ref="A2", work_type="Pothole")
    world.load(header, one, other, values=rules)
    found = Job.objects.order_by("number").values_list("work_type__code", flat=True)
    assert list(found) == ["lamp-repair", "inspection"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_another_delimiter_can_be_named(world, delimiter):
    lines = [line.replace(",", delimiter) for line in (HEADER, GOOD)]
    assert world.load(*lines, delimiter=delimiter) == 1


def test_a_byte_order_mark_and_empty_rows_are_passed_over(world):
    text = f"\ufeff\r\n{HEADER}\r\n\r\n{GOOD}\r\n,,,,,,\r\n"
    checked = world.check(data=text.encode())
    assert (checked.rows, len(checked.drafts), checked.problems) == (1, 1, [])
    assert checked.drafts[0].line == 4


# --- once is once -------------------------------------------------------------------


def test_importing_the_same_file_again_changes_nothing(world):
    header, line = row(site="Depot", latitude="51.60", longitude="-3.00")
    assert world.load(header, line) == 1
    checked = world.check(header, line)
    assert checked.already == [(2, "A1")]
    assert load(checked, by=None, at=AT) == 0
    assert (Job.objects.count(), Site.objects.count(), Event.objects.count()) == (
        *(1, 2, 1),
    )


def test_a_file_that_grew_loads_only_its_new_rows(world):
    header, line = row()
    world.load(header, line)
    assert world.load(header, line, row(external_ref="A2")[1]) == 1
    assert Job.objects.count() == 2


def test_a_reference_twice_in_the_file_is_refused_with_the_first_line(world):
    checked = world.check(*row(), row()[1])
    assert problems(checked) == [(3, "external_ref", "twice in the file")]
    assert checked.problems[0].message == "'A1' is in line 2 already."


def test_a_file_that_somebody_loads_meanwhile_is_not_loaded_again(world):
    checked = world.check(HEADER, GOOD)
    world.load(HEADER, GOOD)
    with pytest.raises(InvalidInput, match="loaded meanwhile"):
        load(checked, by=None, at=AT)
    assert Job.objects.count() == 1


# --- all or none, and how it grows --------------------------------------------------


def test_a_file_with_a_bad_row_cannot_be_loaded(world):
    checked = world.check(*row(), row(external_ref="A2", work_type="fax")[1])
    assert len(checked.drafts) == 1
    with pytest.raises(InvalidInput, match="bad rows"):
        load(checked, by=None, at=AT)
    assert Job.objects.count() == 0


def test_checking_changes_nothing(world):
    world.check(*row(site="Depot", latitude="51.60", longitude="-3.00"))
    assert (Site.objects.count(), Job.objects.count(), Event.objects.count()) == (
        *(1, 0, 0),
    )


def test_a_refusal_in_the_midst_of_loading_undoes_everything(world):
    header, line = row(site="Depot", latitude="51.60", longitude="-3.00")
    _, other = row(external_ref="A2", latitude="", longitude="")
    checked = world.check(header, line, other)
    checked.drafts[1].arguments["latest_end"] = AT
    with pytest.raises(InvalidInput, match=r"Line 3: The end is before the start"):
        load(checked, by=None, at=AT)
    assert (Job.objects.count(), Site.objects.count()) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_work_type_that_is_deleted_meanwhile_is_one_sentence(tmp_path):
    world = worlds.build(tmp_path)
    checked = world.check(HEADER, GOOD)
    WorkType.objects.filter(code="printer").delete()
    with pytest.raises(InvalidInput, match="deleted meanwhile"):
        load(checked, by=None, at=AT)
    assert Job.objects.count() == 0


def test_the_number_of_questions_does_not_grow_with_the_rows(world):
    lines = [row(external_ref=f"A{number}")[1] for number in range(500)]
    with CaptureQueriesContext(connection) as few:
        world.check(HEADER, *lines[:5])
    with CaptureQueriesContext(connection) as many:
        world.check(HEADER, *lines)
    assert len(few) == len(many)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_file_is_read(tmp_path):
    world = worlds.build(tmp_path)
    lines = [row(external_ref=f"A{number}")[1] for number in range(1_500)]
    told = []
    check(
        world.file(HEADER, *lines),
        mapping=Mapping(),
        at=AT,
        say=lambda what, n: told.append((what, n, connection.in_atomic_block)),
    )
    assert told == [("rows read", 1000, False), ("rows read", 1500, False)]
