"""Change the usual fields of a record, and write down who changed what."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from dispatch.errors import InvalidInput
from dispatch.models import Territory, User
from dispatch.services import events

# What opens a door is nobody's business in the history.
SECRET = frozenset({"access_code"})
HIDDEN = "•••"


@transaction.atomic
def change(
    row: Model,
    fields: dict[str, Any],
    *,
    by: User,
    at: datetime,
    territory: Territory | None,
) -> bool:
    """Save what differs; whether anything did. Raises InvalidInput."""
    changed = {
        name: value for name, value in fields.items() if getattr(row, name) != value
    }
    if not changed:
        return False
    said = {name: [_said(row, name)] for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    others = {field.name for field in row._meta.fields} - set(changed)
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=name) from error
    row.save(update_fields=list(changed))
    for name in changed:
        said[name].append(_said(row, name))
    events.record(
        f"{row._meta.model_name}.changed",
        subject=row,
        by=by,
        at=at,
        territory=territory,
        data={"changed": said},
    )
    return True


def _said(row: Model, name: str) -> str:
    if name in SECRET:
        return HIDDEN
    value = getattr(row, name)
    return "" if value is None else str(value)[:400]
