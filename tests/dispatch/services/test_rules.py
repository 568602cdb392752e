"""Rules of recurring work: read, laid out by the local clock, refused with a reason."""

from datetime import date, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import InvalidInput
from dispatch.services import rules

TODAY = date(2026, 11, 24)
LONDON = ZoneInfo("Europe/London")


def first(text, count=3, *, start=TODAY):
    rule = rules.read(text, first_on=start, today=TODAY)
    return [
        day.isoformat()
        for day in islice(rule.dates(until=start + timedelta(days=3000)), count)
    ]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("FREQ=WEEKLY", ["2026-11-24", "2026-12-01", "2026-12-08"]),
        ("rrule:freq=weekly; byday=th;", ["2026-11-26", "2026-12-03", "2026-12-10"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-12-31", "2027-01-31", "2027-03-31"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-11-27", "2026-12-25", "2027-01-29"]),
        ("FREQ=DAILY;COUNT=2", ["2026-11-24", "2026-11-25"]),
        ("FREQ=WEEKLY;UNTIL=20261201", ["2026-11-24", "2026-12-01"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29"]),
    ],
)
def test_a_rule_means_these_dates(text, dates):
    assert first(text) == dates


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Say how often"),
        ("FREQ=SECONDLY", "Secondly is too often"),
        ("FREQ=HOURLY;COUNT=3", "Hourly is too often"),
        ("FREQ=SOMETIMES", "Begin with FREQ"),
        ("every monday", "no part of a rule"),
        ("FREQ=DAILY;BYHOUR=9,10", "their own fields"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "exclude each other"),
        ("FREQ=DAILY;INTERVAL=0", "whole number"),
        ("FREQ=DAILY;COUNT=99999999", "whole number"),
        ("FREQ=WEEKLY;UNTIL=20261123", "has passed"),
        ("FREQ=WEEKLY;UNTIL=20269999", "a day like"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes true"),
        ("FREQ=YEARLY;UNTIL=20261130;BYMONTH=3", "before UNTIL"),
        ("FREQ=WEEKLY;FREQ=DAILY", "twice"),
        ("FREQ=WEEKLY;BYDAY=XX", "cannot be read"),
        ("FREQ=DAILY;" + "BYMONTHDAY=1," * 40, "Say how often"),
    ],
)
def test_a_bad_rule_is_refused_with_what_to_write_instead(text, says):
    with pytest.raises(InvalidInput) as refusal:
        rules.read(text, first_on=TODAY, today=TODAY)
    assert says in refusal.value.message
    assert refusal.value.details["field"] == "rule"


@given(st.text(alphabet="FREQ=WLYDAIMONTHCU;0123456789,-+BY ", max_size=60))
def test_whatever_is_typed_is_read_or_refused(text):
    try:
        rule = rules.read(f"FREQ=WEEKLY;{text}", first_on=TODAY, today=TODAY)
    except InvalidInput:
        return
    days = list(rule.dates(until=TODAY + timedelta(days=400)))
    assert days == sorted(set(days))


def test_nine_o_clock_stays_nine_o_clock_when_the_clock_changes():
    rule = rules.read("FREQ=WEEKLY", first_on=date(2027, 3, 24), today=TODAY)
    spans = [
        rules.span(day, time(9), time(11), zone=LONDON)
        for day in islice(rule.dates(until=date(2027, 5, 1)), 2)
    ]
    assert [f"{span.start:%d %H:%M}" for span in spans] == ["24 09:00", "31 08:00"]
    assert not any(span.is_moved for span in spans)


def test_an_hour_that_the_clock_skips_moves_on_and_says_so():
    span = rules.span(date(2027, 3, 28), time(1, 30), time(4), zone=LONDON)
    assert span.is_moved
    assert span.start.astimezone(LONDON).time() == time(2, 30)


def test_an_hour_that_comes_twice_is_the_first_one():
    span = rules.span(date(2026, 10, 25), time(1, 30), time(4), zone=LONDON)
    assert (span.end - span.start) == timedelta(hours=3, minutes=30)
    assert not span.is_moved
