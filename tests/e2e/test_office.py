"""The office's side of the field app in a browser: the inbox and the devices."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from dispatch.models import (
    Certification,
    ReviewCase,
    Shift,
    Skill,
    Visit,
    VisitStatus,
    WorkType,
    WorkTypeSkill,
)
from dispatch.services import decisions, visits
from field_app.models import Device
from tests.e2e.axe import assert_accessible
from tests.e2e.patience import until
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import until_sent
from tests.field_app.world import Phone, World, build

SignIn = Callable[..., Page]


@pytest.fixture
def world(site: Site) -> World:
    return build()


def some_cases(world: World) -> Phone:
    """Done after cancelling, stock below zero, a question, two refused."""
    phone = Phone(world.tariq)
    quick = WorkType.objects.create(
        code="quick", name="Quick look", service_line="mfg", duration_minutes=30
    )
    gone, here = world.visit(work_type=quick), world.visit(hours=4)
    phone.pull()
    visits.cancel(gone, reason="Closed", by=world.dora, at=datetime.now(UTC))
    first = phone.act("visit.en_route", gone)
    end = phone.act("visit.complete", gone, deps=[first["id"]], note="All done")
    phone.push(first, end)
    phone.send("part.use", here, part=str(world.belt.pk), quantity=7)
    phone.send("visit.ask_office", here, text="Can I come at four?", topic="window")
    slow = datetime.now(UTC) - timedelta(minutes=25)
    for _ in range(2):
        phone.send("visit.complete", here, at=slow, offset_ms=900_000)
    return phone


def test_a_dispatcher_works_through_the_inbox_with_the_keyboard(
    sign_in: SignIn, world: World
):
    phone = some_cases(world)
    page = sign_in("dora", "x", "/office/reviews/")
    cases = page.get_by_label("Cases", exact=True).get_by_role("listitem")
    expect(cases).to_have_count(6)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert_accessible(page)

    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Completed the visit")).to_be_visible()
    expect(page.get_by_label("The office has")).to_contain_text("Cancelled, dora")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("The customer confirms it")
    page.get_by_role("button", name="Carry it out").press("Enter")
    # The step before the end was answered with it.
    expect(cases).to_have_count(4)
    assert ReviewCase.objects.filter(answer="apply").count() == 2

    # What comes from a phone meanwhile appears by itself, and disturbs nobody.
    phone.send("visit.complete", world.visit(hours=8))
    expect(cases).to_have_count(5)

    boxes = page.get_by_role("checkbox", name="Choose: Completed the visit")
    boxes.first.check()
    boxes.nth(1).check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Reason for all of them").fill("Pressed too early")
    page.get_by_role("button", name="Discard", exact=True).first.press("Enter")
    expect(cases).to_have_count(3)
    assert ReviewCase.objects.filter(decision="Pressed too early").count() == 2


def test_of_two_dispatchers_the_second_sees_what_the_first_one_answered(
    sign_in: SignIn, world: World
):
    some_cases(world)
    page = sign_in("dora", "x", "/office/reviews/?kind=questions")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_label("Your answer").fill("Come at four")
    case = ReviewCase.objects.get(code="question")
    decisions.decide(
        case, decision="answer", reason="No", by=world.mei.user, at=datetime.now(UTC)
    )

    expect(page.locator(".answered")).to_contain_text("“No” Mei")
    expect(page.get_by_role("button", name="Send the answer")).to_be_hidden()


def test_what_a_certificate_will_not_carry_is_given_to_somebody_else(
    sign_in: SignIn, world: World
):
    soon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    soon += timedelta(days=7)
    skill = Skill.objects.create(code="belts", name="Belts")
    WorkTypeSkill.objects.create(work_type=world.work_type, skill=skill)
    for person in (world.tariq, world.mei):
        Certification.objects.create(technician=person, skill=skill, issued=None)
        Shift.objects.create(
            technician=person,
            starts_at=soon - timedelta(hours=4),
            ends_at=soon + timedelta(hours=4),
        )
    visit = world.visit(hours=0, status=VisitStatus.SCHEDULED)
    Visit.objects.filter(pk=visit.pk).update(
        sched_start=soon,
        sched_end=soon + timedelta(hours=1),
        earliest_start=soon,
        latest_end=soon + timedelta(hours=3),
    )
    page = sign_in("dora", "x", "/office/credentials/")
    expect(page.get_by_text("No planned visit breaks")).to_be_visible()
    page.get_by_text("Withdraw a certificate").click()
    page.get_by_label("Whose").select_option(label="Tariq: Belts 1")
    page.get_by_label("Why").fill("Not his card")
    assert_accessible(page)
    page.get_by_role("button", name="Withdraw it").click()
    page.get_by_role("link", name="Who else could do it").click()
    assert_accessible(page)
    page.get_by_role("button", name="Give it to Mei").first.click()
    expect(page.get_by_text("No planned visit breaks")).to_be_visible()
    visit.refresh_from_db()
    assert visit.technician == world.mei


def test_what_was_answered_before_the_page_could_listen_shows_too(
    sign_in: SignIn, world: World
):
    some_cases(world)
    case = ReviewCase.objects.get(code="question")
    page = sign_in("dora", "x", "/office/devices/")
    mei, at = world.mei.user, datetime.now(UTC)

    def answer_first(route: Route) -> None:
        decisions.decide(case, decision="answer", reason="No", by=mei, at=at)
        route.continue_()

    page.route("**/events?**", answer_first, times=1)
    page.goto("/office/reviews/?kind=questions")

    expect(page.locator(".answered")).to_contain_text("“No” Mei")


def test_a_lost_phone_is_revoked_from_the_page_of_devices(
    sign_in: SignIn, world: World
):
    Phone(world.tariq).push(
        unsent=3,
        report={"app_version": "1.4.0", "storage_protected": False, "media_pending": 1},
    )
    Phone(world.mei)
    page = sign_in("dora", "x", "/office/devices/")
    expect(page.get_by_role("row", name="Tariq")).to_contain_text("3 acts")
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("Lost or stolen.*Tariq")).click()
    expect(page.get_by_text("3 acts and 1 photo had not been sent")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Revoke and wipe it").click()
    expect(page.get_by_role("status").first).to_contain_text("Phone is revoked")
    expect(page.get_by_role("table", name="Revoked")).to_contain_text("Tariq")
    assert Device.objects.filter(revoked_at=None).get().user == world.mei.user


def test_the_answer_of_the_office_stays_on_the_phone_until_it_was_seen(
    sign_in: SignIn, world: World
):
    visit = world.visit()
    page = sign_in("tariq", "x", "/field/", phone=True)
    expect(page.get_by_text("All sent")).to_be_visible()
    page.goto(f"/field/visit/{visit.pk}")
    page.get_by_role("button", name="Ask office").click()
    page.get_by_text("The time", exact=True).click()
    page.get_by_label("What should change?").fill("May I come at four?")
    page.get_by_role("button", name="Ask the office").click()
    until_sent(page, acts=1)
    now = datetime.now(UTC)
    case = ReviewCase.objects.get()
    assert case.payload["args"]["topic"] == "window"
    decisions.decide(case, decision="answer", reason="Yes", by=world.dora, at=now)
    page.context.set_offline(True)
    page.goto("/field/")
    page.get_by_role("button", name="I’m on the way").click()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    visits.recall(visit, reason="Wrong day", by=world.dora, at=now)
    page.context.set_offline(False)

    expect(page.get_by_text("2 to look at").first).to_be_visible()
    page.get_by_role("link", name="Sync").click()
    answer = page.get_by_role("article", name="The office answers")
    expect(answer).to_contain_text("dora, Board Mills")
    assert_accessible(page)
    answer.get_by_role("button", name="I have seen it").click()
    expect(answer).to_be_hidden()
    page.get_by_role("button", name="Discard").click()
    page.get_by_text("Pressed by mistake").click()
    assert_accessible(page)
    page.get_by_role("button", name="Discard it").click()
    until(lambda: ReviewCase.objects.filter(answer="author"))
    page.get_by_role("link", name="Journal for support").click()
    journal = page.get_by_role("region", name="The journal")
    expect(journal).to_contain_text("visit.en_route: rejected illegal_move")
    assert_accessible(page)
    refused = ReviewCase.objects.get(kind="visit.en_route")
    assert (refused.answer, refused.decision) == (
        "author",
        "discarded: Pressed by mistake",
    )
    until(lambda: Device.objects.get().unsent == 0)
    device = Device.objects.get()
    assert not device.storage_protected
    assert device.app_version


def test_a_visit_that_is_called_off_is_said_aloud_until_it_was_seen(
    sign_in: SignIn, world: World
):
    visit = world.visit()
    page = sign_in("tariq", "x", "/field/", phone=True)
    expect(page.get_by_text("All sent")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="I’m on the way").click()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    visits.cancel(visit, reason="Closed", by=world.dora, at=datetime.now(UTC))
    page.context.set_offline(False)

    banner = page.get_by_role("status").filter(has_text="cancelled by the office")
    expect(banner).to_contain_text("1 act of yours on it is not settled yet")
    assert_accessible(page)
    banner.get_by_role("button", name="I have seen it").click()
    expect(banner).to_be_hidden()
    expect(page.get_by_text("Taken from your day")).to_be_visible()
