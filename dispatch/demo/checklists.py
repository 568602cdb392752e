"""The lists of the demo's three trades, as an admin would have written them."""

from datetime import datetime
from typing import NamedTuple

from dispatch.models import (
    ChecklistItem,
    ChecklistSection,
    ChecklistTemplate,
    User,
)
from dispatch.services import templates


class Section(NamedTuple):
    """A heading over items."""

    key: str
    title: str
    hint: str = ""
    opens_after: tuple[str, ...] = ()
    in_order: bool = False
    waits: bool = True


class Item(NamedTuple):
    """A line of a checklist."""

    key: str
    label: str
    kind: str = "tick"
    gate: str = "complete"
    safety: bool = False
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    options: tuple[str, ...] = ()
    hint: str = ""
    section: str = ""
    normal: tuple[float | None, float | None] = (None, None)
    opens_after: tuple[str, ...] = ()
    wait: int | None = None
    refers_to: str = ""
    only_if: tuple[str, str] = ("", "")
    clinical: bool = False
    witness: bool = False


def within(section: str, *items: Item) -> list[Item]:
    """The items as lines of that section."""
    return [item._replace(section=section) for item in items]


SWAP_SECTIONS = [
    Section("before", "Before you touch it", waits=False),
    Section("swap", "The swap"),
    Section("old", "The old device", "What leaves the site, and in whose hands"),
    Section("proof", "Proof that it works", opens_after=("swap",)),
]
SWAP = [
    *within(
        "before",
        Item("backup", "Configuration backed up", "yes_no", "work"),
        Item("firmware-before", "Firmware before", "text", "work",
             hint="As the device shows it, for example 17.9.4"),
    ),
    *within(
        "swap",
        Item("serial-out", "Serial of the device taken out", "scan"),
        Item("serial-in", "Serial of the device built in", "scan",
             refers_to="serial-out"),
        Item("firmware-after", "Firmware after", "text"),
        Item("config", "Configuration restored", "yes_no"),
        Item("rack", "The rack as you leave it", "photo", ""),
    ),
    *within(
        "old",
        Item("data", "Does the old device hold data?", "yes_no"),
        Item("wiped", "Sanitised by", "choice", only_if=("data", "yes"),
             options=("Clear", "Purge", "Destroy", "Not here: leaves sealed"),
             hint="NIST SP 800-88"),
        Item("certificate", "Certificate or seal number", "text",
             only_if=("data", "yes")),
        Item("custody", "Who hands it over", "signature", only_if=("data", "yes"),
             hint="Without this signature it does not leave the site"),
        Item("rma", "RMA number", "text", ""),
        Item("rma-due", "Back at the maker by", "date", ""),
    ),
    *within(
        "proof",
        Item("links", "Uplinks up", "number", unit="links", lower=1, upper=48),
        Item("result", "Test result", "choice", options=("Pass", "Fail")),
    ),
]  # fmt: skip

LOTO_SECTIONS = [
    Section("papers", "Permit and protection", waits=False),
    Section("lockout", "Isolate and lock", "In this order, before anything else"),
    Section("verify", "Verify zero energy", "Try to start it, then measure."),
    Section("work", "Work on the machine"),
    Section("restore", "Clear, remove locks, restore", in_order=True, waits=False),
    Section("close", "What was wrong", waits=False),
]
LOTO = [
    *within(
        "papers",
        Item("permit", "Permit number", "text", "start"),
        Item("permit-to", "Permit valid until", "valid_to", "start"),
        Item("ppe", "Protection on", gate="start",
             hint="Gloves, glasses, arc shield where the permit asks for it"),
    ),
    *within(
        "lockout",
        Item("prepare", "Energy sources identified", gate="start", safety=True,
             hint="Electrical, compressed air, gravity"),
        Item("notify", "People at the line told", gate="start", safety=True),
        Item("shut-down", "Machine shut down", gate="start", safety=True),
        Item("isolate", "Every source isolated", gate="start", safety=True,
             hint="Isolator open, valve closed, take-up propped"),
        Item("lock-electric", "Lock on the isolator", "lock", "start", True),
        Item("lock-air", "Lock on the air valve", "lock", "start", True),
        Item("release", "Stored energy released", gate="start", safety=True),
    ),
    *within(
        "verify",
        Item("try", "Start button tried: nothing moves", "yes_no", "start", True),
        Item("electric", "Electrical, 415 V", "reading", "start", True, "V", 0, 2),
        Item("air", "Compressed air, 7 bar", "reading", "start", True, "bar", 0, 0.1),
    ),
    *within(
        "work",
        Item("found", "What was found", "text", ""),
        Item("torque", "Fixing bolts, torque", "number", unit="Nm", lower=38,
             upper=46, normal=(40, 44)),
        Item("meter", "Hour meter", "number", "", unit="h"),
        Item("repair", "The repair", "photo", ""),
    ),
    *within(
        "restore",
        Item("inspect", "Tools out, guards on", safety=True),
        Item("clear", "People clear and told", safety=True),
        Item("off-electric", "Lock off the isolator", "unlock", safety=True,
             refers_to="lock-electric"),
        Item("off-air", "Lock off the air valve", "unlock", safety=True,
             refers_to="lock-air"),
        Item("runs", "Runs again", "yes_no"),
    ),
    *within(
        "close",
        Item("stopped", "Line stopped at", "time", ""),
        Item("running", "Line running again at", "time", "", refers_to="stopped"),
        Item("mode", "How it failed", "choice",
             options=("Tripped", "Jammed", "Broke", "Leaked", "Drifted")),
        Item("cause", "Cause of the failure", "choice",
             options=("Wear", "Overload", "Setting", "Foreign body", "Unknown")),
        Item("remedy", "What was done", "text"),
        Item("left", "How the machine is left", "choice", "leave",
             options=("Back in service", "Locked out, my lock stays on",
                      "As found, not isolated")),
    ),
]  # fmt: skip

CARE_SECTIONS = [
    Section("care", "The visit", waits=False),
    Section("door", "If nobody answers", "Only when you cannot get in", waits=False),
]
REFUSALS = ("Asleep", "Felt sick", "Did not want it", "Not in the house")
CARE = [
    *within(
        "care",
        Item("identity", "Person greeted by name, identity checked", gate="start"),
        Item("medicine", "Medicine from the chart", "medicine", options=REFUSALS,
             clinical=True),
        Item("skin", "Skin looked at, no new marks", "yes_no", clinical=True),
        Item("temperature", "Temperature", "reading", "", unit="°C", lower=30,
             upper=43, normal=(36, 37.8), clinical=True),
        Item("fluids", "Fluids taken", "number", "", unit="ml", lower=0, upper=2000),
        Item("wellbeing", "How the person is", "text", ""),
        Item("confirmed", "Who confirms the visit", "signature", "",
             hint="The person, or family who is there"),
    ),
    *within(
        "door",
        Item("rang", "Rang and knocked", gate="no_access"),
        Item("called", "Called the person, then the next of kin", gate="no_access",
             opens_after=("rang",)),
        Item("looked", "Looked through window and letter box", gate="no_access",
             opens_after=("rang",)),
        Item("waited", "Rang once more, ten minutes later", gate="no_access",
             opens_after=("rang",), wait=10),
        Item("told", "Office told, somebody looks further", gate="no_access",
             opens_after=("called", "looked", "waited")),
    ),
]  # fmt: skip

CHECKLISTS: dict[str, tuple[str, list[Section], list[Item]]] = {
    "it-swap": ("Switch swap", SWAP_SECTIONS, SWAP),
    "support": ("Fault and repair", [], [
        Item("found", "What was found", "text"),
        Item("remedy", "What was done", "choice",
             options=("Repaired", "Part swapped", "Set up anew", "No fault found")),
        Item("result", "Test result", "choice", options=("Pass", "Fail")),
    ]),
    "loto": ("Lockout–tagout", LOTO_SECTIONS, LOTO),
    "pm": ("Preventive maintenance", [], [
        Item("guards", "Guards in place", "yes_no", safety=True),
        Item("bearing", "Bearing temperature", "reading", unit="°C", lower=10,
             upper=70, normal=(15, 55)),
        Item("lubricated", "Lubricated by the plan"),
        Item("meter", "Hour meter", "number", "", unit="h"),
        Item("calibration", "Next calibration due", "date", ""),
    ]),
    "care": ("Care visit", CARE_SECTIONS, CARE),
    "care-double": ("Care visit by two", CARE_SECTIONS, [
        item._replace(witness=True) if item.key == "medicine" else item
        for item in CARE
    ]),
    "device": ("Electrical safety test", [], [
        Item("clean", "Decontamination confirmed", "yes_no", "start", True),
        Item("device", "Device number, UDI or serial", "scan"),
        Item("earth", "Protective earth resistance", "reading", unit="Ω", lower=0,
             upper=0.3, normal=(None, 0.2)),
        Item("insulation", "Insulation resistance", "reading", "", unit="MΩ",
             lower=2),
        Item("leakage", "Leakage current", "reading", unit="µA", lower=0, upper=500,
             normal=(None, 100)),
        Item("function", "Function test", "choice", options=("Pass", "Fail")),
        Item("next", "Next test due", "date", ""),
    ]),
}  # fmt: skip


def write(code: str, *, by: User, at: datetime) -> ChecklistTemplate:
    """One list, written and published."""
    name, sections, items = CHECKLISTS[code]
    template = ChecklistTemplate.objects.create(code=code, name=name)
    for place, section in enumerate(sections, start=1):
        ChecklistSection.objects.create(
            template=template,
            position=place,
            key=section.key,
            title=section.title,
            hint=section.hint,
            opens_after=list(section.opens_after),
            in_order=section.in_order,
            waits_for_safety=section.waits,
        )
    for place, item in enumerate(items, start=1):
        _line(template, place, item)
    templates.publish(template, by=by, at=at)
    return template


def _line(template: ChecklistTemplate, place: int, item: Item) -> None:
    ChecklistItem.objects.create(
        template=template,
        position=place,
        section=item.section,
        key=item.key,
        label=item.label,
        hint=item.hint,
        kind=item.kind,
        options=list(item.options),
        unit=item.unit,
        lower=item.lower,
        upper=item.upper,
        normal_lower=item.normal[0],
        normal_upper=item.normal[1],
        gate=item.gate,
        opens_after=list(item.opens_after),
        wait_minutes=item.wait,
        refers_to=item.refers_to,
        only_if=item.only_if[0],
        only_if_is=item.only_if[1],
        is_safety=item.safety,
        is_clinical=item.clinical,
        needs_witness=item.witness,
    )
