"""The report that a phone hashes is the report that the server would hash."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from dispatch.models import (
    ChecklistAnswer,
    MovementKind,
    ReturnOrder,
    StockMovement,
    Visit,
)
from dispatch.queries import field_documents, field_stock, report
from tests.field_app.world import World

VECTOR: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors" / "report.json").read_text(encoding="utf-8")
)
ANSWERS = {
    "running": True,
    "isolate": True,
    "verify_air": 0.05,
    "coupling": False,
}
USED = [("pump", 1, "SN-2"), ("belt", 3, ""), ("pump", 1, "SN-1")]


def at(minute: int) -> datetime:
    return datetime(2026, 11, 24, 10, minute, 30, 250_000, tzinfo=UTC)


def finished(world: World) -> Visit:
    """Tariq's visit with answers out of order, parts used and one taken back."""
    visit = world.visit(status="in_progress")
    Visit.objects.filter(pk=visit.pk).update(
        id=UUID(int=7), actual_start=at(0), actual_end=at(50), status="completed"
    )
    visit = Visit.objects.get(pk=UUID(int=7))
    checklist = world.work_type.checklist
    checklist.sections.create(key="zero", title="Verify zero energy", position=0)
    checklist.items.filter(key="verify_air").update(section="zero")
    checklist.items.filter(key="running").update(in_report=False)
    items = {item.key: item for item in world.work_type.checklist.items.all()}
    for minute, (key, value) in enumerate(ANSWERS.items()):
        ChecklistAnswer.objects.create(
            visit=visit,
            item=items[key],
            value=value,
            answered_by=world.tariq.user,
            answered_at=at(minute),
        )
    parts = {"pump": world.pump, "belt": world.belt}
    rows = [(code, -count, serial, "use") for code, count, serial in USED]
    for code, quantity, serial, kind in [*rows, ("belt", 1, "", "undo")]:
        StockMovement.objects.create(
            technician=world.tariq,
            part=parts[code],
            visit=visit,
            kind=MovementKind(kind),
            quantity=quantity,
            serial=serial,
        )
    for row in VECTOR["returns"]:
        facts = {key: row[key] for key in ("quantity", "serial", "reason")}
        ReturnOrder.objects.create(
            visit=visit,
            technician=world.tariq,
            part=parts[row["part"]],
            from_stock=row["from_stock"],
            opened_at=at(20),
            **facts,
        )
    return visit


def test_the_server_writes_the_report_of_the_shared_example(world: World):
    visit = finished(world)

    written = report.report(visit)

    assert written == VECTOR["report"]
    assert report.digest(written) == VECTOR["sha256"]


def test_the_shared_example_is_what_a_device_is_given(world: World):
    """Without the fields that a report does not read, and with short part ids."""
    reader = world.tariq.user.pk
    document = field_documents.visit(finished(world), reader=reader)
    names = {str(world.belt.pk): "belt", str(world.pump.pk): "pump"}
    given = {
        **{key: document[key] for key in VECTOR["visit"]},
        "site": {key: document["site"][key] for key in VECTOR["visit"]["site"]},
        "answers": [
            {"item": row["item"], "value": row["value"]} for row in document["answers"]
        ],
        "movements": [
            {
                key: names.get(row[key], row[key])
                for key in ("part", "quantity", "serial")
            }
            for row in document["movements"]
        ],
    }

    assert given == VECTOR["visit"]
    rows = field_stock.rows(world.tariq.user, world.tariq, at=at(55))
    back = [row for key, row in rows.items() if key.startswith("return:")]
    for row in back:
        row["part"] = names[row["part"]]
    for wanted in VECTOR["returns"]:
        assert wanted in [{key: row[key] for key in wanted} for row in back]
    checklist = world.work_type.checklist
    assert checklist is not None
    written = field_documents.checklist(checklist)
    items = written["items"]
    for section, wanted in zip(written["sections"], VECTOR["sections"], strict=True):
        assert {key: section[key] for key in wanted} == wanted
    for item, wanted in zip(items, VECTOR["items"], strict=True):
        assert {key: item[key] for key in wanted} == wanted


def test_fields_that_came_later_do_not_age_an_older_signature(world: World):
    content = report.report(finished(world))
    older = {
        "v": 1,
        "answers": [
            {key: row[key] for key in ("label", "value", "unit")}
            for row in content["answers"]
        ],
        "parts": content["parts"],
    }
    last = {**older["answers"][-1], "value": "another"}
    other = {**older, "answers": [*older["answers"][:-1], last]}

    assert report.covered(older) == report.covered(content)
    assert report.covered(other) != report.covered(content)
