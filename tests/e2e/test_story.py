"""The main job from end to end, once per service line, with the demo's own day.

A customer books; the dispatcher plans, accepts and sends; the technician works without
a network and comes back; the board shows it done; the customer reads the report and
rates.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from dispatch.demo import base, seeding
from dispatch.models import Feedback, Job, StockMovement, Visit, VisitStatus
from tests.e2e.patience import RUN_MS
from tests.e2e.processes import Site
from tests.e2e.test_field_offline import begin, sign_with_a_typed_name

OpenPage = Callable[..., Page]
SignIn = Callable[..., Page]
PASSWORD = "newport-demo-2026"


@dataclass(frozen=True)
class Story:
    """One service line: what the customer says, and what only this line asks."""

    line: str
    problem: str
    place: str
    part: str
    readings: dict[str, str | float]
    gate: str = ""


STORIES = [
    Story(
        "it",
        "My computer or printer does not work",
        "Corner Bakery",
        "Patch cable 2 m",
        {"What was found": "Loose cable behind the desk"},
    ),
    Story(
        "mfg",
        "A machine has stopped or runs badly",
        "Dock Street Joinery",
        "Seal kit 40 mm",
        {
            "Permit number": "PTW-0917",
            "Lock on the isolator": "117",
            "Lock on the air valve": "118",
            "Electrical, 415 V": 0.4,
            "Compressed air, 7 bar": 0.05,
            "Fixing bolts, torque": 42,
            "What was done": "Bearing seal replaced",
        },
        gate="Permit number",
    ),
    Story(
        "care",
        "Medical equipment needs a test or repair",
        "Ridgeway Practice",
        "HEPA filter",
        {
            "Device number, UDI or serial": "UDI-09-4471",
            "Protective earth resistance": 0.12,
            "Leakage current": 85,
        },
        gate="Decontamination confirmed",
    ),
]


@pytest.fixture
def newport(site: Site) -> None:
    at = timezone.now()
    today = at.astimezone(base.ZONE).date()
    assert seeding.seed(today=today, at=at, password=PASSWORD, say=lambda line: None)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.line)
def test_a_visit_from_the_customers_wish_to_the_customers_rating(
    open_page: OpenPage, sign_in: SignIn, site: Site, newport: None, story: Story
) -> None:
    customer = open_page("/book/", phone=True)
    book(customer, story)
    site.settle()
    visit = Job.objects.get(site__name=story.place).visits.get()
    assert visit.status == VisitStatus.SCHEDULED
    promise = visit.promise_start, visit.promise_end

    board = sign_in("dora", PASSWORD, "/board/")
    plan_and_send(board, visit)
    visit.refresh_from_db()
    assert visit.status == VisitStatus.DISPATCHED
    assert (visit.promise_start, visit.promise_end) == promise

    phone = sign_in(technician_of(visit), PASSWORD, "/field/", phone=True)
    begin(phone)
    phone.context.set_offline(True)
    work_offline(phone, visit, story)
    visit.refresh_from_db()
    assert visit.status == VisitStatus.DISPATCHED
    phone.context.set_offline(False)
    expect(phone.get_by_text("All sent")).to_be_visible()
    card = board.locator(f'[data-visit="{visit.pk}"]')
    expect(card).to_have_accessible_name(re.compile("Completed", re.IGNORECASE))
    assert_done(visit, story)

    rate(customer, story)
    site.settle()
    assert Feedback.objects.get(visit=visit).score == 5


def book(page: Page, story: Story) -> None:
    page.get_by_text(story.problem).click()
    page.get_by_role("button", name="Continue to the address").click()
    page.get_by_label("Name of the place").fill(story.place)
    page.get_by_label("Number and street").fill("12 Commercial Street")
    page.get_by_label("Postcode").fill("NP20 1JD")
    page.get_by_role("button", name="Continue to your details").click()
    page.get_by_label("Your name").fill("Bethan Rees")
    page.get_by_label("E-mail").fill("bethan@example.org")
    page.get_by_label("You may use these details").check()
    page.get_by_role("button", name="Show the times").click()
    # The second day of the demo: free whatever the clock says now.
    tomorrow = page.get_by_role("region", name=re.compile("tomorrow"))
    page.wait_for_load_state()
    tomorrow.get_by_role("radio").first.check()
    expect(page.get_by_text("We hold this for 10 minutes")).to_be_visible()
    page.get_by_role("button", name="Confirm this time").click()
    expect(page.get_by_text("Your visit is booked")).to_be_visible()


def plan_and_send(page: Page, visit: Visit) -> None:
    page.get_by_role("button", name="Day after").click()
    expect(page.locator(f'[data-visit="{visit.pk}"]')).to_be_visible()
    page.get_by_role("button", name="Replan").click()
    expect(page.get_by_role("heading", name="Draft plan")).to_be_visible(timeout=RUN_MS)
    page.get_by_role("button", name=re.compile("^Accept (all|the change)")).click()
    expect(page.get_by_text("Plan accepted").first).to_be_visible()
    page.locator(f'[data-visit="{visit.pk}"]').click()
    acts = page.get_by_role("group", name="What to do with this visit")
    acts.get_by_role("button", name="Send").click()
    expect(acts.get_by_role("button", name="Recall…")).to_be_visible()


def technician_of(visit: Visit) -> str:
    assert visit.technician is not None
    assert visit.technician.user is not None
    return visit.technician.user.username


def work_offline(page: Page, visit: Visit, story: Story) -> None:
    page.goto(f"/field/visit/{visit.pk}")
    page.get_by_role("button", name="I’m on the way").click()
    page.get_by_role("button", name="I’m on site").click()
    if story.gate:
        expect(page.get_by_text(story.gate)).to_be_visible()
        expect(page.get_by_text("before you can start")).to_be_visible()
        answer_the_checklist(page, visit, story, until="Ready: back to the visit")
    page.get_by_role("button", name="Start work").click()
    # What shows is on the disk; only then does the story go on.
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    answer_the_checklist(page, visit, story, until="All done: back to the visit")
    page.get_by_role("link", name="Open the parts").click()
    page.get_by_role("button", name=story.part).click()
    page.get_by_role("button", name="Use 1").click()
    page.get_by_role("link", name="Back").click()
    sign_with_a_typed_name(page)


def answer_the_checklist(page: Page, visit: Visit, story: Story, *, until: str) -> None:
    page.goto(f"/field/visit/{visit.pk}/checklist")
    back = page.get_by_role("link", name=until)
    steps = page.locator("section.now")
    while True:
        expect(steps.or_(back).first).to_be_visible()
        if back.is_visible():
            break
        title = steps.get_by_role("heading").inner_text()
        answer(steps, re.sub(r"^\d+\s*", "", title), story)
        expect(steps.get_by_role("heading", name=title)).to_have_count(0)
    back.click()


def answer(step: Locator, label: str, story: Story) -> None:
    given = story.readings.get(label)
    if label == "Permit valid until":
        step.get_by_label("Day and time").fill("2035-01-01T16:00")
        step.locator("button[type=submit]").click()
    elif given is not None:
        step.get_by_role("textbox").fill(str(given))
        step.locator("button[type=submit]").click()
    else:
        step.get_by_role("button").first.click()


def assert_done(visit: Visit, story: Story) -> None:
    visit.refresh_from_db()
    signoff = visit.signoffs.get()
    assert signoff.signed_by == "Marged Hale"
    used = StockMovement.objects.get(visit=visit)
    assert (used.part.name, used.quantity) == (story.part, -1)
    given = {row.item.label: row.value for row in visit.answers.select_related("item")}
    assert {label: given[label] for label in story.readings} == story.readings


def rate(page: Page, story: Story) -> None:
    page.reload()
    expect(page.get_by_text("How did it go?")).to_be_visible()
    page.get_by_role("link", name="Service report").click()
    expect(page.get_by_role("main")).to_contain_text("Marged Hale")
    expect(page.get_by_role("main")).to_contain_text(story.part)
    page.go_back()
    page.get_by_label("Very good").check()
    page.get_by_role("button", name="Send the rating").click()
    expect(page.get_by_text("Your rating: 5 of 5")).to_be_visible()
