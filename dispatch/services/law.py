"""Turn the database's refusals into ours, inside one transaction."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, transaction

from dispatch.errors import DomainError, IllegalMove, TechnicianBusy
from dispatch.models import Technician

NOBODY_TWICE = "visit_nobody_in_two_places"
REFUSALS: dict[str, type[DomainError]] = {
    NOBODY_TWICE: TechnicianBusy,
    "visit_status_law": IllegalMove,
}


@contextmanager
def kept() -> Iterator[None]:
    """Run a change; nobody is in two places when the block ends, or it is undone.

    The check is deferred inside the block, so that two visits can change places.
    """
    try:
        with transaction.atomic():
            _constraint("DEFERRED")
            yield
            _constraint("IMMEDIATE")
    except IntegrityError as error:
        refusal = REFUSALS.get(constraint_name(error))
        if refusal is None:
            raise
        raise refusal() from error


def hold_people(technicians: Iterable[object]) -> None:
    """Lock these people's time until the transaction ends; call it late, once.

    Two who want the same minute would otherwise wait for each other until the
    database gives one of them up. The order is fixed for the same reason: rows of
    visits before people, and people by their id.
    """
    rows = Technician.objects.filter(pk__in={pk for pk in technicians if pk})
    # No-key: other rows may still point at the technician meanwhile.
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def constraint_name(error: IntegrityError) -> str:
    """The name of the constraint that refused, or an empty text."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def _constraint(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {NOBODY_TWICE} {mode}")
