"""The pictures show a morning, whatever the hour at which they are taken."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.pictures.trial import zone_of_the_morning

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("quarter", range(24 * 4))
def test_there_is_a_zone_where_it_is_morning_at_any_time_of_the_day(quarter: int):
    now = MIDNIGHT + timedelta(minutes=15 * quarter)
    there = now.astimezone(ZoneInfo(zone_of_the_morning(now)))

    assert 9.75 <= there.hour + there.minute / 60 <= 10.75
