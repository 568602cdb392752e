"""The settings of a search follow from the shape of the day."""

import pytest

from scheduling.arrays import Index
from scheduling.generate import field_day
from scheduling.tuning import FULL_HEAT, ROOMY_HEAT, params_for


@pytest.mark.parametrize(
    ("visits", "heat"), [(40, ROOMY_HEAT), (64, ROOMY_HEAT), (88, FULL_HEAT)]
)
def test_a_day_that_cannot_be_done_is_searched_hotter(visits, heat):
    """Eight people work 64 hours; a visit and its drive take about 53 minutes."""
    index = Index(field_day(technicians=8, visits=visits, seed=3))
    found = params_for(index)
    assert (found.hot / index.minute, found.cold / index.minute) == heat
