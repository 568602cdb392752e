"""Pull: the difference between what a device may hold and what it was given."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.queries import field
from dispatch.queries.field import Held, User
from field_app.errors import TooOld
from field_app.models import Device
from field_app.schemas import MIN_SCHEMA
from field_app.sync.push import locked

PAGE = 200
# Matches no device: what it holds is not known.
NO_CURSOR = -1
# {"visit:…": {"title": "9f2c…", …}}: one short hash per field is enough for a patch.
Versions = dict[str, dict[str, str]]


@transaction.atomic
def pull(
    user: User,
    device_id: uuid.UUID,
    *,
    epoch: int,
    schema: int,
    cursor: int,
    at: datetime,
) -> dict[str, Any]:
    """What to put, patch and drop, with `last_seq` of the same moment.

    The device row stays locked, so no push of this device can slip in between.
    Raises ReEnrol, Revoked, TooOld.
    """
    if schema < MIN_SCHEMA:
        raise TooOld(min_schema=MIN_SCHEMA)
    device = locked(user, device_id, epoch=epoch)
    base = _confirmed(device, cursor)
    rows = field.rows_for(user, at=at)
    change = difference(base or {}, rows)
    for drop in change["drop"]:
        drop["reason"] = field.drop_reason(user, drop["key"])
    _remember(device, base, change, at=at)
    return {
        "cursor": device.cursor,
        "reset": base is None,
        "last_seq": device.last_seq,
        "more": change["more"],
        "put": change["put"],
        "patch": change["patch"],
        "drop": change["drop"],
    }


def difference(base: Versions, rows: Held) -> dict[str, Any]:
    """At most a page of changes; `now` is what the device holds after them."""
    now: Versions = dict(base)
    put: list[dict[str, Any]] = []
    patch: list[dict[str, Any]] = []
    more = False
    for key, document in rows.items():
        new, old = versions(document), base.get(key)
        if new == old:
            continue
        if len(put) + len(patch) >= PAGE:
            more = True
            break
        now[key] = new
        if old is None:
            put.append({"key": key, "doc": document})
        else:
            patch.append({"key": key, "doc": _changed(document, old, new)})
    gone = [key for key in base if key not in rows]
    for key in gone:
        del now[key]
    drop = [{"key": key} for key in gone]
    return {"put": put, "patch": patch, "drop": drop, "more": more, "now": now}


def versions(document: dict[str, Any]) -> dict[str, str]:
    """A short hash of every field of a document."""
    return {name: _hash(value) for name, value in document.items()}


def _changed(
    document: dict[str, Any], old: dict[str, str], new: dict[str, str]
) -> dict[str, Any]:
    return {
        name: document[name]
        for name, version in new.items()
        if old.get(name) != version
    }


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _confirmed(device: Device, cursor: int) -> Versions | None:
    """What the device surely holds: it names the cursor of the answer it stored.

    An answer may have been lost on its way, so the one before it counts until then.
    """
    record = device.view_record
    if record and cursor == record.get("sent_cursor"):
        sent: Versions = record["sent"]
        return sent
    if record and cursor == record.get("base_cursor"):
        base: Versions = record["base"]
        return base
    return None


def _remember(
    device: Device, base: Versions | None, change: dict[str, Any], *, at: datetime
) -> None:
    device.last_contact = at
    changed = base is None or change["put"] or change["patch"] or change["drop"]
    if changed:
        record = device.view_record
        if base is None:
            base_cursor = NO_CURSOR
        elif base is record["sent"]:
            base_cursor = record["sent_cursor"]
        else:
            base_cursor = record["base_cursor"]
        device.cursor += 1
        device.view_record = {
            "base": base or {},
            "base_cursor": base_cursor,
            "sent": change["now"],
            "sent_cursor": device.cursor,
        }
    device.save(update_fields=["last_contact", "cursor", "view_record"])
