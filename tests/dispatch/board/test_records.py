"""Pages of records: facts, a form that loses nothing, and the whole history."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dispatch.models import (
    Asset,
    Contact,
    Customer,
    Event,
    Job,
    Role,
    Site,
    Territory,
    User,
    Visit,
)
from dispatch.services import events, visits
from tests.dispatch.world import clock


@pytest.fixture
def rows(tuesday):
    """One record of each kind at Acme, by the kind of its page."""
    site = tuesday.sites[0]
    asset = Asset.objects.create(site=site, name="Kiln 2", tag="KLN-2")
    contact = Contact.objects.create(customer=site.customer, site=site, name="Nia")
    visit = tuesday.placed()
    Job.objects.filter(pk=visit.job_id).update(asset=asset, contact=contact)
    return {
        "job": Job.objects.get(pk=visit.job_id),
        "visit": visit,
        "customer": site.customer,
        "site": site,
        "asset": asset,
        "contact": contact,
        "technician": tuesday.tariq,
    }


@pytest.fixture
def dora(tuesday):
    client = Client()
    client.force_login(tuesday.dora)
    return client


def path(kind, row):
    return f"/office/{kind}/{row.pk}/"


def mark(client, kind, row):
    return client.get(path(kind, row)).context["mark"]


def test_every_kind_of_record_has_a_page_that_names_it(dora, rows):
    for kind, row in rows.items():
        answer = dora.get(path(kind, row))
        assert answer.status_code == 200, kind
        assert answer.context["page"].title in answer.content.decode(), kind


def test_a_foreign_record_is_not_there_and_a_technician_is_refused(tuesday, rows):
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    cara = User.objects.create_user("cara", role=Role.DISPATCHER)
    cara.territories.add(cardiff)
    for user, status in ((cara, 404), (tuesday.tariq.user, 403)):
        client = Client()
        client.force_login(user)
        for kind, row in rows.items():
            assert client.get(path(kind, row)).status_code == status, kind
            assert client.post(path(kind, row), {}).status_code == status, kind


def test_the_history_of_a_customer_leaves_out_what_is_foreign(tuesday, dora, rows):
    customer = rows["customer"]
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    there = Site.objects.create(
        customer=customer, territory=cardiff, name="Bay", lat=51.4, lon=-3.1
    )
    job = Job.objects.create(
        number="J-900",
        customer=customer,
        site=there,
        work_type=tuesday.work_type,
        title="Secret oven",
    )
    for row, area in ((job, cardiff), (rows["job"], tuesday.territory)):
        events.record("job.opened", subject=row, by=None, at=clock(8), territory=area)
    shown = dora.get(path("customer", customer)).content.decode()
    assert shown.count("opened the job") == 1
    assert "Secret oven" not in shown
    assert "J-900" not in shown


def test_both_clocks_are_shown_when_a_device_told_us_later(tuesday, dora, rows):
    visit = rows["visit"]
    visits.move(visit, to="dispatched", by=tuesday.dora, at=clock(9))
    Event.objects.update(received_at=clock(9))
    visits.move(visit, to="en_route", by=tuesday.tariq.user, at=clock(9, 30))
    last = Event.objects.order_by("-pk").first()
    Event.objects.filter(pk=last.pk).update(received_at=clock(11, 52))
    shown = dora.get(path("visit", visit)).content.decode()
    assert "Tariq set off" in shown
    assert "Happened at 09:30; heard of at 24 Nov, 11:52" in shown
    assert shown.count("Happened at") == 1


def test_a_change_is_saved_with_its_values_before_and_after(dora, rows):
    job = rows["job"]
    fields = {"title": "Kiln stops", "description": "", "priority": 2, "contact": ""}
    sent = {**fields, "asset": str(job.asset_id), "mark": mark(dora, "job", job)}
    assert dora.post(path("job", job), sent).status_code == 302
    job.refresh_from_db()
    assert (job.title, job.priority, job.contact) == ("Kiln stops", 2, None)
    changed = Event.objects.get(kind="job.changed").data["changed"]
    assert changed["title"] == ["Printer repair", "Kiln stops"]
    assert (
        "Title: “Printer repair” → “Kiln stops”"
        in dora.get(path("job", job)).content.decode()
    )


def test_what_somebody_else_changed_is_not_overwritten_unseen(dora, rows):
    site = rows["site"]
    seen = mark(dora, "site", site)
    Site.objects.filter(pk=site.pk).update(access_notes="Gate 4 now")
    sent = {"name": "Acme", "access_minutes": 5, "access_notes": "Gate 2"}
    refused = dora.post(path("site", site), {**sent, "mark": seen})
    assert refused.status_code == 409
    shown = refused.content.decode()
    assert "Gate 2" in shown
    assert "Gate 4 now" in shown
    site.refresh_from_db()
    assert site.access_notes == "Gate 4 now"
    again = dora.post(path("site", site), {**sent, "mark": refused.context["mark"]})
    assert again.status_code == 302


def test_a_field_that_does_not_fit_keeps_what_was_typed(dora, rows):
    job = rows["job"]
    sent = {"title": "Kiln", "priority": 9, "mark": mark(dora, "job", job)}
    refused = dora.post(path("job", job), sent)
    assert refused.status_code == 422
    assert "Priority goes from 1 (highest) to 5." in refused.content.decode()
    assert 'value="9"' in refused.content.decode()


def test_a_contact_of_another_customer_cannot_be_chosen(dora, rows):
    other = Contact.objects.create(
        customer=Customer.objects.get(name="Board Mills"), name="Ken"
    )
    job = rows["job"]
    sent = {"title": "x", "priority": 1, "contact": str(other.pk)}
    sent["mark"] = mark(dora, "job", job)
    assert dora.post(path("job", job), sent).status_code == 422


def test_old_history_is_paged_without_a_gap(tuesday, dora, rows):
    site = rows["site"]
    for number in range(70):
        events.record(
            "site.changed",
            subject=site,
            by=tuesday.dora,
            at=clock(8) + timedelta(minutes=number),
            territory=tuesday.territory,
        )
    first = dora.get(path("site", site)).context["history"]
    second = dora.get(f"{path('site', site)}?before={first.before}").context["history"]
    ids = [line.id for page in (first, second) for line in page.lines]
    assert len(ids) == len(set(ids)) == 70
    assert second.before is None
    assert dora.get(f"{path('site', site)}?before=x").status_code == 200


def test_the_number_of_queries_does_not_grow_with_what_happened(tuesday, dora, rows):
    def asked(kind):
        with CaptureQueriesContext(connection) as caught:
            dora.get(path(kind, rows[kind]))
        return len(caught)

    def happen(days):
        for number in days:
            job = tuesday.job(asset=rows["asset"], contact=rows["contact"])
            hour = clock(8) + timedelta(days=number)
            visit = tuesday.placed(tuesday.tariq, hour, job=job)
            for row, kind in ((job, "job.opened"), (visit, "visit.placed")):
                events.record(
                    kind,
                    subject=row,
                    by=tuesday.dora,
                    at=hour,
                    territory=tuesday.territory,
                )

    happen(range(5, 7))
    before = {kind: asked(kind) for kind in rows}
    happen(range(10, 18))
    assert Visit.objects.count() == 11
    assert {kind: asked(kind) for kind in rows} == before
    assert max(before.values()) <= 20


def test_two_jobs_are_merged_from_the_page_or_it_says_why_not(tuesday, dora, rows):
    job = rows["job"]
    twin = tuesday.waiting().job
    Job.objects.filter(pk=twin.pk).update(asset=job.asset, title="Kiln again")
    shown = dora.get(path("job", twin)).content.decode()
    assert f"Merge {twin.number} into {job.number}" in shown
    refused = dora.post(f"{path('job', job)}merge/", {"into": str(twin.pk)})
    assert refused.status_code == 409
    assert f"Merge {twin.number} into {job.number} instead" in refused.content.decode()
    done = dora.post(f"{path('job', twin)}merge/", {"into": str(job.pk)})
    assert done.url == path("job", job)
    assert "Merged into" in dora.get(path("job", twin)).content.decode()


def test_find_leads_to_jobs_people_and_customers(dora, rows):
    page = dora.get("/office/find/?q=acme").content.decode()
    assert path("site", rows["site"]) in page
    assert (
        path("technician", rows["technician"])
        in dora.get("/office/find/?q=tariq").content.decode()
    )
    number = rows["job"].number
    assert number in dora.get(f"/office/find/?q={number}").content.decode()
    assert "Nothing is found" in dora.get("/office/find/?q=zzzz").content.decode()
