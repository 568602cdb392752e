"""Days and moments as the API takes them: with a zone, and in our century."""

from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime

AnyDate = TypeVar("AnyDate", bound=date)
FIRST_YEAR, LAST_YEAR = 2000, 2099


def _of_our_century(when: AnyDate) -> AnyDate:
    """Far from the calendar's edges, where a day more or another zone is no date."""
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise ValueError(f"The year lies between {FIRST_YEAR} and {LAST_YEAR}")
    return when


Day = Annotated[date, AfterValidator(_of_our_century)]
Moment = Annotated[AwareDatetime, AfterValidator(_of_our_century)]
