"""The checklists of the three trades, step by step."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page

from dispatch.models import Visit
from dispatch.services import locks, visits
from tests.pictures.pin import LONG_MS
from tests.pictures.stage import Stage, fetched, press, walk

PAPERS = {"permit": "PTW-0917", "ppe": True}
SOURCES = {"prepare": True, "notify": True, "shut_down": True, "isolate": True}


def again(page: Page, visit: Visit) -> None:
    """What the office knows by now, on the checklist."""
    fetched(page)
    walk(page, f"visit/{visit.pk}/checklist")


def lockout(stage: Stage) -> None:
    """Locked by one, verified, worked on, and a lock of somebody who has left."""
    town, take = stage.town, stage.camera.take
    visit = town.visit(
        "Dylan",
        "line-down",
        "Acme Glass",
        minutes=-30,
        to="on_site",
        title="Conveyor C4 down",
    )
    page = stage.phone("dylan")
    walk(page, f"visit/{visit.pk}")
    take(page, "visit-gate-closed", large=True)
    walk(page, f"visit/{visit.pk}/checklist")
    take(page, "loto-papers", large=True)
    ahead = (timezone.now() + timedelta(hours=6)).isoformat()
    town.answer(visit, "Dylan", 22, **PAPERS, permit_to=ahead)
    town.answer(visit, "Dylan", 16, **SOURCES)
    again(page, visit)
    take(page, "loto-first-lock", large=True)
    town.answer(visit, "Dylan", 8, lock_electric="117")
    town.answer(visit, "Gethin", 7, lock_air="118")
    town.answer(visit, "Dylan", 6, release=True, **{"try": True}, electric=0.4)
    again(page, visit)
    page.get_by_label("Reading").fill("0.0")
    take(page, "loto-zero-energy", large=True)
    page.get_by_label("Reading").fill("0.4")
    press(page, "Verify", exact=True)
    page.get_by_text("outside its limits").first.wait_for()
    take(page, "loto-not-zero")
    page.get_by_label("Reading").fill("0.05")
    press(page, "Verify", exact=True)
    walk(page, f"visit/{visit.pk}")
    press(page, "Start work")
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)
    walk(page, f"visit/{visit.pk}/checklist")
    take(page, "loto-work", large=True)
    page.get_by_label("Reading").fill("45")
    press(page, "Save the reading")
    page.get_by_text("is not as usual").wait_for()
    take(page, "loto-torque-unusual")
    press(page, "Save it as it is")
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)
    the_lock_of_another(stage, page, visit)


def the_lock_of_another(stage: Stage, page: Page, visit: Visit) -> None:
    """Gethin's lock is on and he is gone: asked for, and released by the office."""
    town, take = stage.town, stage.camera.take
    town.answer(visit, "Dylan", 1, inspect=True)
    town.answer(visit, "Dylan", 0.5, clear=True)
    again(page, visit)
    take(page, "loto-my-lock", large=True)
    press(page, "Lock 117 is off")
    page.get_by_text("Lock 118 is").wait_for()
    take(page, "loto-lock-of-another", large=True)
    press(page, "Ask the office to release it")
    page.get_by_text("nothing opens before that").wait_for()
    page.get_by_text("All sent").wait_for(timeout=LONG_MS)
    locks.force_release(
        visit,
        item_key="off-air",
        reason="Gethin was called to the fab, seen off the line by phone",
        by=town.dora,
        at=timezone.now(),
    )
    again(page, visit)
    page.get_by_text("was released by").wait_for(timeout=LONG_MS)
    take(page, "loto-lock-released", large=True)


def a_swap(stage: Stage) -> None:
    """Serials, the old device with its data, and who hands it over."""
    town, take = stage.town, stage.camera.take
    visit = town.visit(
        "Ana", "core-swap", "Walter Hunter & Co", minutes=-30, to="on_site"
    )
    page = stage.phone("ana")
    walk(page, f"visit/{visit.pk}/checklist")
    take(page, "it-before", large=True)
    town.answer(visit, "Ana", 9, backup=True, firmware_before="17.9.4")
    visits.move(
        visit.pk, to="in_progress", by=town.person("Ana").user, at=timezone.now()
    )
    again(page, visit)
    take(page, "it-swap", large=True)
    town.answer(visit, "Ana", 5, serial_out="SW-48-1107", serial_in="SW-48-2093")
    town.answer(visit, "Ana", 2, firmware_after="17.12.1", config=True)
    again(page, visit)
    take(page, "it-photo-step")
    town.answer(visit, "Ana", 1, data=True)
    again(page, visit)
    take(page, "it-sanitised", large=True)
    press(page, "Who hands it over")
    page.get_by_text("Sign above the line").wait_for()
    take(page, "it-custody", large=True)


def a_care_visit(stage: Stage) -> None:
    """By two, medicine with a witness, and refused."""
    town, take = stage.town, stage.camera.take
    visit = town.visit(
        "Rhian",
        "double-up",
        "Mrs Sheila Marsh",
        minutes=-30,
        to="on_site",
        mate="Priya",
    )
    page = stage.phone("rhian")
    walk(page, f"visit/{visit.pk}")
    take(page, "visit-double-up", large=True)
    town.answer(visit, "Rhian", 3, identity=True)
    visits.move(
        visit.pk, to="in_progress", by=town.person("Rhian").user, at=timezone.now()
    )
    again(page, visit)
    press(page, "Given", exact=True)
    press(page, "Save what happened")
    take(page, "care-medicine-witness", large=True)
    press(page, "Refused", exact=True)
    take(page, "care-medicine-refused", large=True)


def nobody_answers(stage: Stage) -> None:
    """The steps before "no access", and what closes it."""
    town, take = stage.town, stage.camera.take
    visit = town.visit("Leah", "care-visit", "Mr Kofi Antwi", minutes=-20, to="on_site")
    page = stage.phone("leah")
    walk(page, f"visit/{visit.pk}")
    press(page, "No access", exact=True)
    take(page, "care-no-access-stopped", large=True)
    town.answer(visit, "Leah", 3, rang=True)
    again(page, visit)
    take(page, "care-no-answer", large=True)


SCENES = [lockout, a_swap, a_care_visit, nobody_answers]
