"""Sending: what waits, what was refused, what the office decides, and why it stops."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, Route

from dispatch.models import ReviewCase
from dispatch.services import decisions, visits
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import Stage, no_signal, press, walk


def refused_and_asked(stage: Stage) -> None:
    """Waiting, needs attention, with the office, answered."""
    town, take = stage.town, stage.camera.take
    lost = town.visit("Mei", "device-test", "Diabetes Centre", minutes=40)
    here = town.visit("Mei", "device-test", "CACI Clinic", minutes=-30, to="on_site")
    page = stage.phone("mei")
    walk(page, f"visit/{here.pk}")
    press(page, "Ask office")
    page.get_by_label("What should change?").fill("May I test the second bed as well?")
    press(page, "Ask the office", exact=True)
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)
    decisions.decide(
        ReviewCase.objects.get(code="question", visit=here),
        decision="answer",
        reason="Yes, it is on the same order",
        by=town.dora,
        at=timezone.now(),
    )
    with no_signal(page):
        walk(page, f"visit/{lost.pk}")
        press(page, "I’m on the way")
        press(page, "I’m on site")
        walk(page, f"visit/{here.pk}/checklist")
        press(page, "Yes", exact=True)
        walk(page, f"visit/{here.pk}")
        page.get_by_label("New note").fill("Mattress pump replaced last week")
        press(page, "Add the note")
        walk(page, "sync")
        page.get_by_text("4 waiting to be sent").wait_for()
        take(page, "sync-waiting", large=True)
        visits.recall(lost, reason="Leah is nearer", by=town.dora, at=timezone.now())
        town.answer(here, "Leah", 1, clean=False)
    page.get_by_text("Needs attention").wait_for(timeout=LONG_MS)
    page.get_by_text("Answers from the office").wait_for(timeout=LONG_MS)
    take(page, "sync-needs-attention", large=True)
    card = page.get_by_role("article").first
    card.get_by_role("button", name="Change and resend").click()
    take(page, "sync-change-and-resend", large=True)
    press(page, "Leave it as it is")
    card.get_by_role("button", name="Discard").click()
    take(page, "sync-discard", large=True)
    press(page, "Leave it as it is")
    walk(page, f"visit/{here.pk}/checklist")
    take(page, "checklist-two-differ", large=True)
    walk(page, "journal")
    take(page, "journal", large=True)


def why_it_does_not_send(stage: Stage) -> None:
    """Sign in again, update needed, a copy of the phone, the office not reached."""
    visit = stage.town.visit("Huw", "desk", "Storage Giant", minutes=30)
    page = stage.phone("huw")
    for name, status in (("sign-in-again", 401), ("update-needed", 426)):
        body = {"fs": 1, "code": "x", "detail": "x"}
        page.context.route("**/field/api/sync/**", refuse(status, body))
        add_a_note(page, visit.pk)
        walk(page, "sync")
        press(page, "Send")
        words = "Sign in again" if status == 401 else "Update the app"
        page.get_by_text(words).first.wait_for(timeout=LONG_MS)
        stage.camera.take(page, f"sync-{name}", large=True)
        walk(page, "")
        stage.camera.take(page, f"today-{name}")
        page.context.unroute("**/field/api/sync/**")
    fork = {"fs": 1, "stopped": "fork", "last_seq": 0, "receipts": []}
    fork["server_time"] = (timezone.now() + timedelta(seconds=1)).isoformat()
    page.context.route("**/field/api/sync/push", refuse(200, fork))
    walk(page, "sync")
    press(page, "Send")
    page.get_by_text("share one name").wait_for(timeout=LONG_MS)
    stage.camera.take(page, "sync-fork", large=True)
    page.context.unroute("**/field/api/sync/push")


def refuse(status: int, body: dict[str, object]):
    """Answers of the office that a well-meaning server cannot be made to give."""
    return lambda route: _answer(route, status, body)


def _answer(route: Route, status: int, body: dict[str, object]) -> None:
    route.fulfill(status=status, json=body)


def add_a_note(page: Page, visit: object) -> None:
    """Something to send."""
    walk(page, f"visit/{visit}")
    page.get_by_label("New note").fill("Parked behind the hall")
    press(page, "Add the note")
    page.get_by_text("waiting to be sent").first.wait_for(timeout=LONG_MS)


SCENES = [refused_and_asked, why_it_does_not_send]
