"""Columns as plain numbers and texts, for the many rows that somebody waits for.

Thousands of moments and keys cost more to be made into objects than to be read.
"""

from django.db.models import BigIntegerField, CharField, Func
from django.db.models.functions import Cast


class Seconds(Func):
    """A moment in whole seconds since 1970 in UTC; None where there is none."""

    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    output_field = BigIntegerField()
    arity = 1


class Text(Cast):
    """A key as it is written."""

    def __init__(self, column: str) -> None:
        super().__init__(column, CharField())
