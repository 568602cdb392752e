"""Who could do a visit, asked in the middle of a day."""

from datetime import timedelta

from dispatch.services.planning import candidates
from tests.dispatch.world import TUESDAY, clock


def starts(visit, *, at):
    found = candidates.ranked(visit, day=TUESDAY, at=at)
    return {one["name"]: one["start"] for one in found if one["fits"]}


def test_nobody_is_asked_to_begin_in_the_past(tuesday):
    visit = tuesday.waiting(site=1)
    early, late = starts(visit, at=clock(7)), starts(visit, at=clock(13))
    assert early.keys() == late.keys() != set()
    assert all(start < clock(12) for start in early.values())
    assert all(start >= clock(13) for start in late.values())


def test_somebody_idle_needs_the_whole_drive_from_now_on(tuesday):
    """Since eleven Tariq has stood at the first site; he did not set out then."""
    tuesday.placed(
        tuesday.tariq, clock(9), site=0, status="dispatched", duration_minutes=120
    )
    visit = tuesday.waiting(
        site=1, required_technician=tuesday.tariq, earliest_start=clock(10)
    )
    name = tuesday.tariq.name
    drive = starts(visit, at=clock(7))[name] - clock(11)
    assert drive > timedelta(0)
    assert starts(visit, at=clock(13))[name] == clock(13) + drive
