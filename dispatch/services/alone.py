"""Work that one worker at a time does, however many there are."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Any numbers that differ from each other; the locks belong to the database.
GEOCODER = 0x70696E73
ROADS = 0x726F6164


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Whether nobody else is inside; a worker that dies leaves with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        is_first = bool(cursor.fetchone()[0])
    try:
        yield is_first
    finally:
        if is_first:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
