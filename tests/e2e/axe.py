"""axe-core on a page: what it finds that keeps people from using it."""

from typing import Any

from playwright.sync_api import Page

from tests.e2e.processes import ROOT

SOURCE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
# Everything once; in the dark what looks at colours.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
THEMES = {"light": {}, "dark": {"runOnly": COLOURS}}


def violations(page: Page) -> list[str]:
    """Serious and critical findings in both themes, a line for each element.

    The program is evaluated, not added as a script: the policy of the pages forbids
    scripts from elsewhere.
    """
    if page.evaluate("() => !('axe' in window)"):
        page.evaluate(SOURCE.read_text())
    lines = []
    for theme, options in THEMES.items():
        page.emulate_media(color_scheme=theme)
        # What glides or fades has neither its place nor its colours yet.
        page.evaluate(
            """() => Promise.all(
                document.getAnimations().map((one) => one.finished.catch(() => null))
            )"""
        )
        found: dict[str, Any] = page.evaluate("(it) => axe.run(it)", options)
        # A page of pictures has no text whose colours could be looked at in the dark.
        assert found["passes"] or options, f"axe checked nothing: {page.url}"
        lines += [
            f"{theme}: {rule['id']} ({rule['impact']}): {node['html'][:160]}"
            f" {node['failureSummary'].splitlines()[-1].strip()}"
            for rule in found["violations"]
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]
    return lines


def assert_accessible(page: Page) -> None:
    """No serious or critical finding on the page as it stands."""
    found = violations(page)
    assert not found, "\n".join([page.url, *found])
