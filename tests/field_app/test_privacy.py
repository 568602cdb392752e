"""What a phone is told about keeping things, and what the office can open."""

import base64
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from dispatch.models import Note, ReviewCase, Role, ServiceLine, User, Visit
from dispatch.services import visits
from field_app import seal
from field_app.checks import acts_can_be_sealed
from field_app.models import Command, Device
from tests.field_app.test_vectors import load
from tests.field_app.world import Phone, World

PAGE = "/devices/import/"
SEALED = load("seal.json")


@pytest.fixture
def key(tmp_path: Path, settings: Any) -> Path:
    settings.FIELD_SEAL_KEY = str(tmp_path / "state" / "key.pem")
    call_command("field_seal_key", stdout=StringIO())
    return Path(settings.FIELD_SEAL_KEY)


def sealed(act: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One line of a bundle, as a phone writes it."""
    content = {name: value for name, value in act.items() if name != "seq"}
    public = base64.b64decode(seal.public_key())
    envelope = seal.seal_for(public, "act", act["id"], json.dumps(content).encode())
    text = base64.b64encode(envelope).decode()
    return {"seq": act["seq"], "id": act["id"], "envelope": text} | changes


def bundle_of(phone: Phone, *acts: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": "field-bundle",
        "v": 1,
        "device": phone.device,
        "acts": list(acts),
    }


def upload(user: User, content: bytes | dict[str, Any]) -> Any:
    client = Client()
    client.force_login(user)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(PAGE, {"file": SimpleUploadedFile("a.json", data)})


def seal_key_of(phone: Phone) -> str:
    """As a phone asks at the start of each exchange."""
    answer = phone.client.get(f"/field/api/session?device={phone.device}").json()
    known: str = answer["policy"]["seal_key"]
    return known


# --- A new key ------------------------------------------------------------------------


def test_a_new_key_reaches_phones_by_the_next_pull_and_older_files_still_open(
    phone: Phone, world: World, key: Path
):
    visit = world.visit()
    before = sealed(phone.act("note.add", visit, body="For the first key"))
    first = seal_key_of(phone)

    for _ in range(2):
        call_command("field_seal_key", "--rotate", stdout=StringIO())
    second = seal_key_of(phone)
    after = sealed(phone.act("note.add", visit, body="For the third"))
    page = upload(world.dora, bundle_of(phone, before, after))

    assert first != second == seal.public_key()
    assert [line.result for line in page.context["lines"]] == ["applied", "applied"]
    files = sorted(key.parent.iterdir())
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_file_for_a_key_that_was_thrown_away_says_so(
    phone: Phone, world: World, key: Path
):
    line = sealed(phone.act("note.add", world.visit(), body="Gone"))
    call_command("field_seal_key", "--rotate", stdout=StringIO())
    for file in key.parent.glob("key.*.pem"):
        file.unlink()

    page = upload(world.dora, bundle_of(phone, line))

    assert "a key that the office does not have" in page.content.decode()
    assert not Note.objects.exists()


def test_there_is_nothing_to_rotate_before_there_is_a_key(tmp_path: Path, settings):
    settings.FIELD_SEAL_KEY = str(tmp_path / "none.pem")
    with pytest.raises(CommandError, match="Make the first one"):
        call_command("field_seal_key", "--rotate", stdout=StringIO())
    assert not list(tmp_path.iterdir())


# --- The key, and the envelope --------------------------------------------------------


@pytest.mark.parametrize("case", SEALED["envelopes"], ids=lambda c: c["made_by"])
def test_an_envelope_of_either_language_opens(case: dict[str, str]):
    key = serialization.load_der_private_key(
        base64.b64decode(SEALED["private_key"]), password=None
    )
    envelope = base64.b64decode(case["envelope"])

    opened = seal.open_with(key, case["what"], case["id"], envelope)

    assert opened.decode() == case["text"]
    for spoiled in (envelope[:-1] + b"x", envelope[:80], b""):
        with pytest.raises(seal.NotOpened):
            seal.open_with(key, case["what"], case["id"], spoiled)
    with pytest.raises(seal.NotOpened):
        seal.open_with(key, case["what"], "another", envelope)


def test_the_key_is_its_owners_alone_and_is_never_replaced(key: Path):
    before = key.read_bytes()
    said = StringIO()

    call_command("field_seal_key", stdout=said)

    assert key.read_bytes() == before
    assert key.stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in said.getvalue()


def test_what_was_sealed_for_another_key_says_so(key: Path):
    envelope = base64.b64decode(SEALED["envelopes"][0]["envelope"])

    with pytest.raises(seal.NotOpened, match="key that the office does not have"):
        seal.open_envelope("act", SEALED["envelopes"][0]["id"], envelope)


# --- What a phone is told -------------------------------------------------------------


def test_a_phone_learns_how_to_keep_what_it_holds(phone: Phone, key: Path):
    policy = phone.client.get("/field/api/session").json()["policy"]

    assert policy == {
        "pin": False,
        "idle_minutes": 5,
        "max_offline_days": 7,
        "seal_key": seal.public_key(),
    }
    assert len(base64.b64decode(policy["seal_key"])) == 65


def test_phones_of_home_care_need_the_server_every_day(phone: Phone, world: World):
    world.tariq.service_line = ServiceLine.HEALTHCARE
    world.tariq.save()

    policy = phone.client.get("/field/api/session").json()["policy"]

    assert policy["max_offline_days"] == 1


def test_the_half_of_a_key_is_one_per_device_and_its_owners_alone(
    phone: Phone, other_phone: Phone, world: World
):
    mine = phone.client.get(f"/field/api/devices/{phone.device}/key").json()["half"]
    again = phone.client.get(f"/field/api/devices/{phone.device}/key").json()["half"]
    theirs = other_phone.client.get(f"/field/api/devices/{phone.device}/key")

    assert mine == again
    assert len(base64.b64decode(mine)) == 32
    assert theirs.status_code == 409
    assert Device.objects.get(pk=other_phone.device).key_half is None


def test_a_revoked_phone_gets_no_half_and_sends_nothing_sealed(
    phone: Phone, world: World
):
    Device.objects.update(revoked_at=datetime.now(UTC))
    fresh = Client()
    fresh.force_login(world.tariq.user)

    for client in (phone.client, fresh):
        half = client.get(f"/field/api/devices/{phone.device}/key")
        sent = client.post("/field/api/bundle", bundle_of(phone), "application/json")

        assert half.status_code == sent.status_code == 410
        assert "half" not in half.json()


def test_a_sign_in_lasts_thirty_days_on_a_phone_and_ends_with_it(
    phone: Phone, world: World
):
    later = Client()
    later.force_login(world.tariq.user)
    assert later.session.get_expiry_age() == settings.SESSION_COOKIE_AGE

    later.get(f"/field/api/session?device={phone.device}")

    assert later.session.get_expiry_age() == 30 * 24 * 3600
    Device.objects.update(revoked_at=datetime.now(UTC))
    assert later.get("/field/api/session").status_code == 410


def test_another_persons_phone_binds_nothing(phone: Phone, other_phone: Phone):
    Device.objects.filter(pk=phone.device).update(revoked_at=datetime.now(UTC))

    answer = other_phone.client.get(f"/field/api/session?device={phone.device}")

    assert answer.status_code == 200


def test_a_wiped_phone_keeps_what_is_sealed_until_its_owner_has_seen_it(phone: Phone):
    Device.objects.update(revoked_at=datetime.now(UTC))

    assert phone.push()["Clear-Site-Data"] == '"cache"'


def test_the_kill_switch_takes_the_worker_off_every_phone(client: Any, settings: Any):
    assert b"unregister()" not in client.get("/serviceworker.js").content

    settings.FIELD_KILL_SWITCH = True

    code = client.get("/serviceworker.js")
    assert b"self.registration.unregister()" in code.content
    assert code["Content-Type"].startswith("text/javascript")


# --- What a phone could not send ------------------------------------------------------


def test_the_office_imports_a_file_and_each_act_counts_once(
    phone: Phone, world: World, key: Path
):
    visit = world.visit()
    first = phone.act("note.add", visit, body="Belt worn, “C4”, مرحبا")
    second = phone.act("visit.en_route", visit)
    file = bundle_of(phone, sealed(second), sealed(first))

    page = upload(world.dora, file)

    assert page.status_code == 200
    assert [line.result for line in page.context["lines"]] == ["applied", "applied"]
    assert page.context["owner"] == "Tariq"
    assert Note.objects.get().author == world.tariq.user
    upload(world.dora, file)
    pushed = phone.push(first, second).json()["receipts"]
    assert [receipt["result"] for receipt in pushed] == ["applied", "applied"]
    assert Note.objects.count() == 1
    assert Command.objects.count() == 2


def test_a_refused_act_of_a_file_is_laid_before_the_office(
    phone: Phone, world: World, key: Path
):
    visit = world.visit()
    act = phone.act("visit.complete", visit)

    page = upload(world.dora, bundle_of(phone, sealed(act)))

    (line,) = page.context["lines"]
    assert line.result == "rejected"
    assert line.text in page.content.decode()
    assert ReviewCase.objects.get().command_id.hex == act["id"].replace("-", "")


def test_the_work_of_a_revoked_phone_is_imported(phone: Phone, world: World, key: Path):
    act = phone.act("note.add", world.visit(), body="Before it was stolen")
    Device.objects.update(revoked_at=datetime.now(UTC), epoch=3)

    upload(world.dora, bundle_of(phone, sealed(act)))

    assert Note.objects.get().body == "Before it was stolen"


def test_a_hole_in_the_file_stops_it_with_a_reason(
    phone: Phone, world: World, key: Path
):
    visit = world.visit()
    acts = [phone.act("note.add", visit, body=str(n)) for n in range(4)]
    lines = [sealed(act) for act in acts]
    lines[1]["envelope"] = ""

    page = upload(world.dora, bundle_of(phone, *lines))

    results = [line.result for line in page.context["lines"]]
    assert results == ["applied", "not_taken", "not_taken", "not_taken"]
    assert "had no key yet" in page.content.decode()
    assert "Act 2 before it" in page.content.decode()
    assert [note.body for note in Note.objects.all()] == ["0"]


def test_an_act_cannot_be_moved_to_another_number_and_id(
    phone: Phone, world: World, key: Path
):
    visit = world.visit()
    one, two = (phone.act("note.add", visit, body=text) for text in "ab")

    page = upload(world.dora, bundle_of(phone, sealed(one, id=two["id"])))

    assert page.context["lines"][0].result == "not_taken"
    assert not Command.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"[]", b'{"format":"field-bundle"}', b"[" * 100_000],
    ids=["empty", "a picture", "a list", "cut off", "deep"],
)
def test_any_other_file_is_refused_in_words(world: World, content: bytes):
    page = upload(world.dora, content)

    assert page.status_code == 422
    assert "not a file of unsent acts" in page.content.decode().lower() or (
        "Choose the file first" in page.content.decode()
    )


def test_without_its_key_the_office_is_told_what_is_missing(
    phone: Phone, world: World, key: Path
):
    line = sealed(phone.act("note.add", world.visit(), body="a"))
    key.unlink()

    page = upload(world.dora, bundle_of(phone, line))

    assert page.status_code == 409
    assert "FIELD_SEAL_KEY" in page.content.decode()


def test_the_file_is_for_the_office_of_that_technician(phone: Phone, world: World):
    far = User.objects.create_user("far", password="x", role=Role.DISPATCHER)

    assert upload(world.tariq.user, bundle_of(phone)).status_code == 403
    assert upload(far, bundle_of(phone)).status_code == 404
    assert Client().get(PAGE).status_code == 302
    assert upload(world.dora, bundle_of(phone)).status_code == 200


def test_a_technician_sends_what_their_locked_phone_kept(
    phone: Phone, other_phone: Phone, world: World, key: Path
):
    act = phone.act("note.add", world.visit(), body="Forgot my PIN")
    body = bundle_of(phone, sealed(act))

    refused = other_phone.client.post("/field/api/bundle", body, "application/json")
    answer = phone.client.post("/field/api/bundle", body, "application/json").json()

    assert refused.status_code == 409
    assert [line["result"] for line in answer["lines"]] == ["applied"]
    assert Note.objects.get().body == "Forgot my PIN"


def test_a_file_can_be_imported_from_a_shell(
    phone: Phone, world: World, key: Path, tmp_path: Path
):
    visit: Visit = world.visit()
    visits.recall(visit, reason="Wrong day", by=world.dora, at=datetime.now(UTC))
    act = phone.act("visit.en_route", visit, at=datetime.now(UTC) - timedelta(hours=1))
    file = tmp_path / "a.json"
    file.write_text(json.dumps(bundle_of(phone, sealed(act))))
    said = StringIO()

    call_command("field_import_bundle", str(file), by="dora", stdout=said)

    assert "1 visit.en_route" in said.getvalue()
    assert Command.objects.count() == 1
    with pytest.raises(CommandError, match="no user"):
        call_command("field_import_bundle", str(file), by="nobody")


def test_an_operator_is_told_that_acts_cannot_be_sealed(settings: Any, tmp_path: Path):
    settings.FIELD_SEAL_KEY = str(tmp_path / "none.pem")
    assert [found.id for found in acts_can_be_sealed(None)] == ["field_app.W001"]

    call_command("field_seal_key", stdout=StringIO())

    assert acts_can_be_sealed(None) == []
