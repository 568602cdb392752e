"""Skills, parts and kinds of work of the demo."""

from typing import NamedTuple

SKILLS = {
    "network": "Network", "desktop": "Desktop", "wifi": "Wi-Fi",
    "electrical": "Electrical", "mechanical": "Mechanical",
    "calibration": "Calibration", "loto": "LOTO", "confined-space": "Confined space",
    "med-equipment": "Medical equipment", "nursing": "Nursing", "care": "Care",
}  # fmt: skip
CERTIFICATES = {"loto", "confined-space", "nursing", "med-equipment", "electrical"}

PARTS = {
    "switch-48": "Switch, 48 ports", "ap-6e": "Access point 6E",
    "ups-battery": "UPS battery", "patch-2m": "Patch cable 2 m",
    "seal-kit": "Seal kit 40 mm", "belt-b68": "Drive belt B68",
    "contactor": "Contactor 24 V", "dressing": "Dressing pack",
    "filter-hepa": "HEPA filter",
}  # fmt: skip


# Tracked piece by piece, and by lot.
WITH_SERIAL = {"ap-6e-spare"}
WITH_LOT = {"dressing-silver"}
PARTS |= {"ap-6e-spare": "Access point 6, spare", "dressing-silver": "Silver dressing"}


class Kind(NamedTuple):
    """A kind of work."""

    name: str
    line: str
    minutes: int
    skills: dict[str, int]
    checklist: str = ""
    parts: dict[str, int] = {}
    priority: int = 3
    crew: int = 1
    words: str = ""


KINDS = {
    "switch-swap": Kind("Switch swap", "it", 60, {"network": 2}, "it-swap",
                        {"switch-48": 1}),
    "core-swap": Kind("Core switch swap", "it", 120, {"network": 3}, "it-swap",
                      {"switch-48": 1}, 2),
    "desk": Kind("Desktop support", "it", 45, {"desktop": 1}, "support",
                 words="My computer or printer does not work"),
    "wifi": Kind("Access point swap", "it", 50, {"wifi": 1}, "it-swap", {"ap-6e": 1}),
    "wifi-fault": Kind("Network fault", "it", 60, {"network": 1}, "support",
                       words="The network or Wi-Fi is down"),
    "ups": Kind("UPS battery", "it", 40, {"desktop": 2}, "", {"ups-battery": 1}),
    "line-down": Kind("Line down", "mfg", 120, {"electrical": 2, "loto": 1}, "loto",
                      {"contactor": 1}, 1),
    "belt": Kind("Drive belt", "mfg", 75, {"mechanical": 2, "loto": 1}, "loto",
                 {"belt-b68": 1}, 2),
    "pm-mech": Kind("Mechanical PM", "mfg", 60, {"mechanical": 1}, "pm"),
    "pm-elec": Kind("Electrical PM", "mfg", 60, {"electrical": 2}, "pm"),
    "machine-fault": Kind("Machine fault", "mfg", 75, {"mechanical": 1, "loto": 1},
                          "loto",
                          words="A machine has stopped or runs badly"),
    "calibration": Kind("Calibration", "mfg", 60, {"calibration": 1}, "pm"),
    "hopper": Kind("Hopper drive trips", "mfg", 90,
                   {"electrical": 2, "confined-space": 1}, "loto", {}, 2),
    "care-visit": Kind("Care visit", "care", 30, {"care": 1}, "care"),
    "nurse-visit": Kind("Nurse visit", "care", 30, {"nursing": 1}, "care",
                        {"dressing": 1}),
    "double-up": Kind("Double-up visit", "care", 40, {"care": 1}, "care-double", {},
                      2, 2),
    "device-test": Kind("Equipment test", "care", 45, {"med-equipment": 1}, "device",
                        words="Medical equipment needs a test or repair"),
    "ventilator": Kind("Filter and safety test", "care", 60, {"med-equipment": 2},
                       "device", {"filter-hepa": 1}, 2),
}  # fmt: skip

SLAS = [
    ("4 hours on site", 30, 240, 480),
    ("Two working days", 120, 2880, None),
    ("Line down, 2 hours", 15, 120, 360),
    ("Care plan", None, None, None),
]
