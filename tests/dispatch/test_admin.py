"""`/admin/`: an admin keeps what the work stands on, and only reads the work."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.models import (
    ApiKey,
    ChecklistAnswer,
    ChecklistItem,
    ChecklistTemplate,
    Contact,
    Customer,
    Event,
    Outbox,
    OutboxState,
    Part,
    Plan,
    Role,
    Shift,
    SignOff,
    Site,
    Skill,
    Sla,
    Technician,
    Territory,
    User,
    Visit,
    VisitStatus,
    Warehouse,
    WorkType,
)
from dispatch.services import events
from tests.dispatch.world import TUESDAY, clock

KEPT = (
    *("user", "apikey", "territory", "sla", "customer", "site", "contact"),
    *("skill", "part", "warehouse", "worktype", "checklisttemplate", "technician"),
)
READ = ("job", "visit", "event", "outbox", "stockmovement", "signoff", "plan")
PASSWORD = "correct horse battery"


@pytest.fixture
def ada(tuesday):
    """The admin, by role alone: none of Django's own flags."""
    return User.objects.create_user("ada", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def office(ada):
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def filled(tuesday, ada):
    """At least one row of everything that has a page."""
    fill(tuesday, ada, start=0, count=1)
    return tuesday


def fill(world, by, *, start, count):
    """Rows `start` to `start + count` of everything; called again it adds more."""
    checklist = ChecklistTemplate.objects.get_or_create(code="list", name="List")[0]
    for n in range(start, start + count):
        territory = Territory.objects.create(code=f"t{n}", name=f"T{n}")
        customer = Customer.objects.create(
            name=f"C{n}", sla=Sla.objects.create(name=f"S{n}")
        )
        site = Site.objects.create(
            customer=customer, territory=territory, name=f"C{n}", lat=51, lon=-3
        )
        Contact.objects.create(customer=customer, site=site, name=f"N{n}")
        Skill.objects.create(code=f"s{n}", name=f"S{n}")
        part = Part.objects.create(code=f"p{n}", name=f"P{n}")
        Warehouse.objects.create(code=f"w{n}", name=f"W{n}", territory=territory)
        ChecklistTemplate.objects.create(code=f"c{n}", name=f"C{n}")
        ChecklistItem.objects.create(
            template=checklist, position=n, key=f"k{n}", label=f"Step {n}"
        )
        WorkType.objects.create(
            code=f"w{n}",
            name=f"W{n}",
            service_line="it",
            duration_minutes=30,
            checklist=checklist,
        )
        technician = Technician.objects.create(
            name=f"T{n}", service_line="it", home_lat=51, home_lon=-3
        )
        world.load(technician, 3, part)
        visit = world.placed(technician, clock(9), job=world.job())
        SignOff.objects.create(
            visit=visit,
            signed_by="Nia",
            method="typed",
            content={},
            content_hash="x",
            signed_at=clock(10),
        )
        Plan.objects.create(territory=territory, day=TUESDAY, requested_by=by)
        Outbox.objects.create(kind="message.send", key=f"k{n}", next_at=clock(9))
        ApiKey.objects.create(name=f"K{n}", key_hash=f"h{n}")
        User.objects.create_user(f"user{n}")
        events.record(
            "site.seen", subject=site, by=by, at=clock(9), territory=territory
        )


def page(name, kind="changelist", *args):
    return reverse(f"admin:dispatch_{name}_{kind}", args=args)


def row_of(name):
    model = next(m for m in admin.site._registry if m._meta.model_name == name)
    return model._default_manager.first()


def filled_in(response, **changes):
    """What a browser would send back from a page's forms, with some changes."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for bound in (field for form in forms for field in form):
        widget, value = bound.field.widget, bound.value()
        if hasattr(widget, "widgets"):
            parts = enumerate(widget.decompress(value))
            sent |= {f"{bound.html_name}_{n}": part for n, part in parts}
        elif value is not False:
            sent[bound.html_name] = value
    given = {name: value for name, value in sent.items() if value is not None}
    return given | changes


def said_by(response):
    """What the forms complain of; nothing when the browser is sent on."""
    if response.status_code == 302:
        return []
    said = [response.context["adminform"].form.errors]
    for inline in response.context["inline_admin_formsets"]:
        said += [inline.formset.non_form_errors(), *inline.formset.errors]
    return [errors for errors in said if errors] or [response.status_code]


# --- who may enter ------------------------------------------------------------------


def test_every_page_that_should_be_there_is(tuesday):
    ours = {m._meta.model_name for m in admin.site._registry}
    assert ours == {*KEPT, *READ}


@pytest.mark.parametrize("name", [*KEPT, *READ])
def test_the_admin_reads_every_list_and_every_row(filled, office, name):
    assert office.get(page(name)).status_code == 200
    assert office.get(page(name), {"q": "x"}).status_code == 200
    assert office.get(page(name, "change", row_of(name).pk)).status_code == 200


@pytest.mark.parametrize("name", KEPT)
def test_the_admin_may_add_what_is_kept(filled, office, name):
    assert office.get(page(name, "add")).status_code == 200


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.TECHNICIAN])
@pytest.mark.parametrize("name", [*KEPT, *READ])
def test_nobody_else_sees_a_page_whatever_their_flags(filled, role, name):
    other = User.objects.create_user("other", role=role, is_staff=True)
    client = Client()
    client.force_login(other)
    pages = [page(name), page(name, "add"), page(name, "change", row_of(name).pk)]
    for address in [*pages, reverse("admin:index"), reverse("admin:autocomplete")]:
        response = client.get(address)
        assert response.status_code in (302, 403), address
        assert response.status_code == 403 or "/admin/login/" in response.url


def test_the_sign_in_lets_admins_in_and_tells_others_why_not(tuesday, ada):
    User.objects.create_user("dan", password=PASSWORD, role=Role.DISPATCHER)
    login = reverse("admin:login")
    client = Client()
    refused = client.post(login, {"username": "dan", "password": PASSWORD})
    assert "These pages are for admins." in refused.content.decode()
    let_in = client.post(login, {"username": "ada", "password": PASSWORD})
    assert let_in.status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_superuser_of_the_command_line_can_make_themselves_admin(tuesday):
    root = User.objects.create_superuser("root", password=PASSWORD)
    client = Client()
    client.force_login(root)
    address = page("user", "change", root.pk)
    data = filled_in(client.get(address), role="admin")
    assert said_by(client.post(address, data)) == []
    root.refresh_from_db()
    assert root.role == Role.ADMIN


# --- what may be read only ----------------------------------------------------------


@pytest.mark.parametrize("name", READ)
def test_what_services_write_cannot_be_added_changed_or_deleted(filled, office, name):
    pk = row_of(name).pk
    assert office.get(page(name, "add")).status_code == 403
    assert office.post(page(name, "add"), {}).status_code == 403
    assert office.post(page(name, "change", pk), {"x": 1}).status_code == 403
    assert office.post(page(name, "delete", pk), {"post": "yes"}).status_code == 403
    assert 'name="_save"' not in office.get(page(name, "change", pk)).content.decode()


def test_a_visit_cannot_be_changed(tuesday, office):
    visit = tuesday.placed()
    address = page("visit", "change", visit.pk)
    response = office.post(address, {"status": "completed", "_save": "Save"})
    assert response.status_code == 403
    visit.refresh_from_db()
    assert (visit.status, visit.version) == (VisitStatus.SCHEDULED, 1)


def test_stock_cannot_be_changed_on_the_technician_s_page(tuesday, office):
    tuesday.load(tuesday.tariq, 5)
    address = page("technician", "change", tuesday.tariq.pk)
    data = filled_in(office.get(address), **{"stock-0-on_hand": "99"})
    assert said_by(office.post(address, data)) == []
    assert tuesday.tariq.stock.get().on_hand == 5


@pytest.mark.parametrize("name", ["user", "apikey"])
def test_people_and_keys_are_never_deleted(filled, office, name):
    response = office.post(page(name, "delete", row_of(name).pk), {"post": "yes"})
    assert response.status_code == 403


def test_a_site_with_jobs_cannot_be_deleted(tuesday, office):
    tuesday.job()
    office.post(page("site", "delete", tuesday.sites[0].pk), {"post": "yes"})
    assert Site.objects.filter(pk=tuesday.sites[0].pk).exists()


# --- what is kept -------------------------------------------------------------------


def test_a_new_dispatcher_can_sign_in(tuesday, office):
    response = office.post(
        page("user", "add"),
        {
            "username": "dilys",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "usable_password": "true",
            "role": "dispatcher",
            "territories": [str(tuesday.territory.pk)],
        },
    )
    assert response.status_code == 302
    dilys = User.objects.get(username="dilys")
    assert dilys.check_password(PASSWORD)
    assert list(dilys.territories.all()) == [tuesday.territory]
    assert Client().login(username="dilys", password=PASSWORD)


def test_an_admin_gives_somebody_a_new_password(tuesday, office):
    address = reverse("admin:auth_user_password_change", args=[tuesday.dora.pk])
    new = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert said_by(office.post(address, new)) == []
    tuesday.dora.refresh_from_db()
    assert tuesday.dora.check_password(PASSWORD)


def test_an_admin_cannot_take_the_role_from_themselves(office, ada):
    address = page("user", "change", ada.pk)
    data = filled_in(office.get(address), role="technician", is_active="")
    office.post(address, data)
    ada.refresh_from_db()
    assert (ada.role, ada.is_active) == (Role.ADMIN, True)


def test_a_key_is_shown_once_opens_the_api_and_ends_when_revoked(tuesday, office):
    new = {"name": "Robot", "territories": [str(tuesday.territory.pk)]}
    response = office.post(page("apikey", "add"), new)
    secret = re.search(r'id="secret">([\w-]{43})<', response.content.decode())[1]
    assert "no-store" in response.headers["Cache-Control"]
    key = ApiKey.objects.get(name="Robot")
    assert key.key_hash == ApiKey.digest(secret)
    for address in (page("apikey"), page("apikey", "change", key.pk)):
        text = office.get(address).content.decode()
        assert secret not in text
        assert key.key_hash not in text
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/jobs", headers=bearer).status_code == 200
    chosen = {"action": "revoke", "_selected_action": [str(key.pk)]}
    assert office.post(page("apikey"), chosen).status_code == 302
    assert Client().get("/api/jobs", headers=bearer).status_code == 401
    assert Event.objects.get(kind="key.revoked").data == {"name": "Robot"}


def test_a_secret_is_neither_in_the_events_nor_in_the_history(tuesday, office):
    response = office.post(
        page("apikey", "add"),
        {"name": "Robot", "territories": [str(tuesday.territory.pk)]},
    )
    secret = re.search(r'id="secret">([\w-]{43})<', response.content.decode())[1]
    assert secret not in str(list(Event.objects.values()))
    assert secret not in str(response.cookies)


def test_every_write_is_an_event_with_who_and_which_fields(tuesday, office, ada):
    address = page("territory", "change", tuesday.territory.pk)
    data = filled_in(office.get(address), name="Casnewydd")
    assert said_by(office.post(address, data)) == []
    changed = Event.objects.get(kind="admin.changed")
    assert (changed.actor, changed.subject_id) == (ada, tuesday.territory.pk)
    assert changed.data["what"] == "Casnewydd"
    assert changed.data["message"] == [{"changed": {"fields": ["Name"]}}]
    office.post(page("part", "delete", tuesday.toner.pk), {"post": "yes"})
    assert Event.objects.get(kind="admin.deleted").data["what"] == "Toner"


def test_a_shift_is_added_on_the_technician_s_page(tuesday, office):
    address = page("technician", "change", tuesday.mei.pk)
    data = filled_in(office.get(address), **shift(tuesday, office, "2030-01-08", 8, 16))
    assert said_by(office.post(address, data)) == []
    assert Shift.objects.filter(technician=tuesday.mei).count() == 4


def test_shifts_that_overlap_are_refused_in_words(tuesday, office):
    address = page("technician", "change", tuesday.mei.pk)
    two = shift(tuesday, office, "2030-01-08", 8, 16)
    two |= shift(tuesday, office, "2030-01-08", 15, 20, place=1)
    response = office.post(address, filled_in(office.get(address), **two))
    assert response.status_code == 200
    assert "Two of these overlap." in response.content.decode()
    assert Shift.objects.filter(technician=tuesday.mei).count() == 3


def shift(world, office, day, start, end, *, place=0):
    """One more row of the inline, after those that are shown."""
    first = office.get(page("technician", "change", world.mei.pk))
    shown = next(
        f.formset
        for f in first.context["inline_admin_formsets"]
        if f.formset.prefix == "shifts"
    ).initial_form_count()
    prefix = f"shifts-{shown + place}"
    return {
        "shifts-TOTAL_FORMS": str(shown + place + 1),
        f"{prefix}-technician": str(world.mei.pk),
        f"{prefix}-starts_at_0": day,
        f"{prefix}-starts_at_1": f"{start:02}:00",
        f"{prefix}-ends_at_0": day,
        f"{prefix}-ends_at_1": f"{end:02}:00",
        f"{prefix}-break_minutes": "30",
        f"{prefix}-overtime_minutes": "30",
    }


def test_a_checklist_that_was_answered_is_kept_and_copied_instead(filled, office):
    item = ChecklistItem.objects.get()
    ChecklistAnswer.objects.create(
        visit=Visit.objects.first(),
        item=item,
        value=True,
        answered_by=filled.dora,
        answered_at=clock(9),
    )
    address = page("checklisttemplate", "change", item.template.pk)
    edited = filled_in(office.get(address), **{"items-0-label": "Other step"})
    refused = office.post(address, edited)
    assert "Visits have answered this list." in refused.content.decode()
    copy = {**edited, "version": "2", "_saveasnew": "Save as new"}
    assert said_by(office.post(address, copy)) == []
    assert list(
        ChecklistItem.objects.order_by("template__version").values_list(
            "template__version", "label"
        )
    ) == [(1, "Step 0"), (2, "Other step")]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("polygon", '{"type": "Point"}', "This is not a GeoJSON polygon."),
        ("time_zone", "Europe/Atlantis", "is not one of the available choices"),
    ],
)
def test_a_territory_that_would_stop_a_plan_is_refused(
    tuesday, office, field, value, sentence
):
    address = page("territory", "change", tuesday.territory.pk)
    data = filled_in(office.get(address), **{field: value})
    assert sentence in office.post(address, data).content.decode()


def test_a_delivery_that_was_given_up_gets_new_attempts(tuesday, office, ada):
    common = {"kind": "message.send", "next_at": clock(9), "attempts": 5}
    dead = Outbox.objects.create(key="dead", state=OutboxState.DEAD, **common)
    done = Outbox.objects.create(key="done", state=OutboxState.DONE, **common)
    chosen = {"action": "retry", "_selected_action": [str(dead.pk), str(done.pk)]}
    assert office.post(page("outbox"), chosen).status_code == 302
    dead.refresh_from_db()
    done.refresh_from_db()
    assert (dead.state, dead.attempts) == (OutboxState.WAITING, 0)
    assert dead.next_at > clock(9) - timedelta(days=1)
    assert (done.state, done.attempts) == (OutboxState.DONE, 5)
    retried = Event.objects.get(kind="outbox.retried")
    assert (retried.subject_id, retried.actor) == (dead.pk, ada)


# --- how the pages are made ---------------------------------------------------------


@pytest.mark.parametrize("name", [*KEPT, *READ])
def test_pages_hold_nothing_that_the_strict_policy_forbids(filled, office, name):
    addresses = [page(name), page(name, "change", row_of(name).pk)]
    if name in KEPT:
        addresses.append(page(name, "add"))
    for address in addresses:
        response = office.get(address)
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy
        html = response.content.decode()
        scripts = re.findall(r"<script\b([^>]*)>", html)
        assert all("src=" in told or "json" in told for told in scripts), address
        assert re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", html) == [], address


@pytest.mark.parametrize("name", [*KEPT, *READ])
def test_a_list_asks_as_much_for_fifty_rows_as_for_five(tuesday, ada, office, name):
    fill(tuesday, ada, start=0, count=5)
    office.get(page(name))
    with CaptureQueriesContext(connection) as few:
        office.get(page(name))
    fill(tuesday, ada, start=5, count=45)
    with CaptureQueriesContext(connection) as many:
        response = office.get(page(name))
    assert len(response.context["cl"].result_list) >= 50
    assert len(many) == len(few)
