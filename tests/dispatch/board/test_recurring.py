"""The page of recurring work: dates before anything is kept, and what stops it."""

import pytest
from django.test import Client
from django.utils import timezone

from dispatch.models import Job, Recurring, Role, Territory, User
from dispatch.services import recurring


@pytest.fixture
def dora(tuesday):
    client = Client()
    client.force_login(tuesday.dora)
    return client


@pytest.fixture
def sent(tuesday):
    return {
        "title": "Clean the printer",
        "work_type": str(tuesday.work_type.pk),
        "rule": "FREQ=WEEKLY;BYDAY=TH",
        "first_on": timezone.localdate().isoformat(),
        "not_before": "09:00",
        "not_after": "12:00",
        "horizon_days": "14",
        "priority": "3",
    }


def new(tuesday):
    return f"/office/recurring/new/?site={tuesday.sites[0].pk}"


def test_dates_are_shown_before_anything_is_kept(tuesday, dora, sent):
    page = dora.post(new(tuesday), {**sent, "act": "preview"})
    assert page.status_code == 200
    assert page.content.decode().count("09:00–12:00") == 10
    assert not Recurring.objects.exists()


def test_a_rule_is_kept_makes_jobs_and_leaves_a_date_out(tuesday, dora, sent):
    page = dora.post(new(tuesday), {**sent, "act": "save"}).url
    assert recurring.make_due(at=timezone.now()) == 2
    shown = dora.get(page).content.decode()
    assert Job.objects.first().number in shown
    day = recurring.preview(Recurring.objects.get(), at=timezone.now())[4].day
    dora.post(f"{page}act/", {"act": "skip", "day": day.isoformat()})
    assert "Left out" in dora.get(page).content.decode()
    dora.post(f"{page}act/", {"act": "end"})
    assert "Ended. Jobs that are open stay." in dora.get(page).content.decode()
    assert "Clean the printer" in dora.get("/office/recurring/").content.decode()


def test_a_bad_rule_says_so_beside_its_field_and_keeps_what_was_typed(
    tuesday, dora, sent
):
    for act in ("save", "preview"):
        page = dora.post(new(tuesday), {**sent, "rule": "FREQ=SECONDLY", "act": act})
        assert page.status_code == 422
        assert "Secondly is too often" in page.content.decode()
        assert "Clean the printer" in page.content.decode()
    assert not Recurring.objects.exists()


def test_foreign_rules_and_sites_are_not_there(tuesday, dora, sent):
    page = dora.post(new(tuesday), {**sent, "act": "save"}).url
    cara = User.objects.create_user("cara", role=Role.DISPATCHER)
    cara.territories.add(Territory.objects.create(code="cardiff", name="Cardiff"))
    client = Client()
    client.force_login(cara)
    assert client.get(page).status_code == 404
    assert client.post(f"{page}act/", {"act": "end"}).status_code == 404
    assert client.get(new(tuesday)).status_code == 404
    assert "Clean" not in client.get("/office/recurring/").content.decode()
    client.force_login(tuesday.tariq.user)
    assert client.get("/office/recurring/").status_code == 403
