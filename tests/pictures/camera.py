"""Takes a screen in the light, in the dark and with large text, and looks it over."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.e2e.axe import violations
from tests.pictures.faults import FINGER, faults_of

SCHEMES = ("light", "dark")
# As somebody has it who sets the browser's text to 200 %.
LARGE, USUAL = 32, 16
# A page longer than this is taken whole as well.
LONGER = 1.08
MEASURE = "() => document.documentElement.scrollHeight / innerHeight"
QUIET = """() => Promise.all([
    document.fonts.ready,
    ...document.getAnimations().map((one) => one.finished.catch(() => null)),
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
])"""


@dataclass
class Camera:
    """Writes into one folder; remembers what was taken and what looked wrong."""

    folder: Path
    with_axe: bool = False
    taken: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def take(
        self, page: Page, name: str, *, large: bool = False, office: bool = False
    ) -> None:
        """The screen as it stands; `large` adds it at 200 % text."""
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            self._shoot(page, f"{name}-{scheme}")
        page.emulate_media(color_scheme="light")
        self._look(page, name, finger=24 if office else FINGER)
        if large:
            self._set_text(page, LARGE)
            self._shoot(page, f"{name}-large")
            self._look(page, f"{name}-large", finger=FINGER)
            self._set_text(page, USUAL)
        if self.with_axe:
            self.wrong += [f"{name}: axe {line}" for line in violations(page)]
            page.emulate_media(color_scheme="light")
        print(f"  {name}", flush=True)

    def _set_text(self, page: Page, size: int) -> None:
        control = page.context.new_cdp_session(page)
        control.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        control.detach()

    def _shoot(self, page: Page, name: str) -> None:
        page.evaluate(QUIET)
        self.folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.folder / f"{name}.png")
        self.taken.append(name)
        has_dialog = page.locator("dialog[open]").count()
        if page.evaluate(MEASURE) > LONGER and not has_dialog:
            page.screenshot(path=self.folder / f"{name}-whole.png", full_page=True)
            self.taken.append(f"{name}-whole")

    def _look(self, page: Page, name: str, *, finger: int) -> None:
        self.wrong += [f"{name}: {line}" for line in faults_of(page, finger=finger)]
