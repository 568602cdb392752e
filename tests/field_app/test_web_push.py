"""Web push: a device is woken without a word of what changed."""

import base64
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from dispatch import tasks
from dispatch.integrations.webpush import vapid
from dispatch.models import Outbox, OutboxState, PushSubscription
from dispatch.services import visits
from tests.field_app import push_service
from tests.field_app.push_service import Browser, PushService
from tests.field_app.world import Phone, World


@pytest.fixture
def service(settings):
    with push_service.running() as found:
        settings.PUSH_SERVICES = ["http://127.0.0.1:*"]
        settings.VAPID_PRIVATE_KEY = vapid.make()
        settings.VAPID_PUBLIC_KEY = vapid.public_key(settings.VAPID_PRIVATE_KEY)
        settings.VAPID_SUBJECT = "mailto:office@acme.example"
        yield found


def subscribe(phone: Phone, browser: Browser, endpoint: str):
    body = {"device": phone.device, "endpoint": endpoint, **browser.keys}
    return phone.client.post(
        "/field/api/push/subscribe", body, content_type="application/json"
    )


def deliver():
    for row in Outbox.objects.filter(kind="push.pull", state=OutboxState.WAITING):
        Outbox.objects.filter(pk=row.pk).update(next_at=timezone.now())
        tasks.deliver(str(row.pk))


def cancel(world: World, visit):
    visits.cancel(visit, reason="closed", by=world.dora, at=timezone.now())


def test_a_change_by_the_office_wakes_the_device_and_says_nothing_of_it(
    world: World, phone: Phone, service: PushService, settings
):
    browser, visit = Browser(), world.visit()
    answer = subscribe(phone, browser, f"{service.url}/wake/1")
    assert answer.json()["subscribed"] is True

    cancel(world, visit)
    deliver()

    [(path, headers, body)] = service.got
    assert path == "/wake/1"
    assert browser.open(body) == {"t": "pull"}
    assert headers["urgency"] == "high"
    token, key = headers["authorization"].removeprefix("vapid ").split(",")
    assert key.strip() == f"k={settings.VAPID_PUBLIC_KEY}"
    claims = token.split("=", 1)[1].split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert told["aud"] == service.url
    assert told["sub"] == "mailto:office@acme.example"


def test_many_changes_before_the_delivery_are_one_wake_up(
    world: World, phone: Phone, service: PushService
):
    subscribe(phone, Browser(), f"{service.url}/wake/1")
    for hours in (1, 3, 5):
        cancel(world, world.visit(hours=hours))
    deliver()
    assert len(service.got) == 1


def test_own_steps_other_peoples_days_and_soft_plans_wake_nobody(
    world: World, phone: Phone, service: PushService
):
    subscribe(phone, Browser(), f"{service.url}/wake/1")
    mine = world.visit()
    phone.send("visit.acknowledge", mine)
    cancel(world, world.visit(world.mei))
    cancel(world, world.visit(status="scheduled", hours=4))
    assert not Outbox.objects.filter(kind="push.pull").exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_the_service_forgot_is_deleted(
    world: World, phone: Phone, service: PushService, status: int
):
    subscribe(phone, Browser(), f"{service.url}/wake/1")
    service.status = status
    cancel(world, world.visit())
    deliver()
    assert not PushSubscription.objects.exists()
    assert Outbox.objects.get(kind="push.pull").state == OutboxState.DONE


@pytest.mark.parametrize("status", [302, 413, 429, 500])
def test_any_other_answer_is_tried_again_later_and_never_followed(
    world: World, phone: Phone, service: PushService, status: int
):
    subscribe(phone, Browser(), f"{service.url}/wake/1")
    service.status = status
    cancel(world, world.visit())
    deliver()
    row = Outbox.objects.get(kind="push.pull")
    assert (row.state, row.attempts) == (OutboxState.WAITING, 1)
    assert row.next_at > timezone.now() + timedelta(seconds=1)
    service.status = 201
    deliver()
    assert [path for path, _, _ in service.got] == ["/wake/1", "/wake/1"]
    assert PushSubscription.objects.count() == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://localhost:5432/",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/https://fcm.googleapis.com",
        "https://user@fcm.googleapis.com/x",
        "https://evil.example\\.push.apple.com/x",
        "https://evil.example#.push.apple.com/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_server_calls_no_address_that_is_not_a_push_services(
    phone: Phone, endpoint: str
):
    answer = subscribe(phone, Browser(), endpoint)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert not PushSubscription.objects.exists()


def test_a_device_has_one_place_and_lets_go_of_it(
    phone: Phone, other_phone: Phone, service: PushService
):
    subscribe(phone, Browser(), f"{service.url}/old")
    subscribe(phone, Browser(), f"{service.url}/new")
    assert PushSubscription.objects.get().endpoint.endswith("/new")
    state = f"/field/api/push?device={phone.device}"
    assert phone.client.get(state).json()["subscribed"] is True
    assert other_phone.client.get(state).status_code == 409
    stolen = {"device": phone.device}
    for client, status, left in ((other_phone, 409, 1), (phone, 200, 0)):
        answer = client.client.post(
            "/field/api/push/unsubscribe", stolen, content_type="application/json"
        )
        assert (answer.status_code, PushSubscription.objects.count()) == (status, left)


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "state" / "vapid_key"
    call_command("make_vapid_key", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(vapid.public_key(path.read_text())) == 87
    with pytest.raises(CommandError, match="exists"):
        call_command("make_vapid_key", str(path))
    assert vapid.public_key("") == ""
    with pytest.raises(ValueError, match="32 bytes"):
        vapid.public_key("c2hvcnQ")
