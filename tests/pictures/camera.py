"""Takes a screen in the light, in the dark and with large text, and looks it over."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import CDPSession, Page

from tests.e2e.axe import violations
from tests.pictures.faults import FINGER, faults_of

SCHEMES = ("light", "dark")
# As somebody has it who sets the browser's text to 200 %.
LARGE, USUAL = 32, 16
# A page longer than this is taken whole as well.
LONGER = 1.08
MEASURE = "() => document.documentElement.scrollHeight"
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
    control: CDPSession | None = None

    def take(
        self, page: Page, name: str, *, large: bool = False, office: bool = False
    ) -> None:
        """The screen from its top; `large` adds it at 200 % text."""
        page.evaluate("scrollTo(0, 0)")
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
        # The size lasts as long as the session that set it.
        if self.control is None:
            self.control = page.context.new_cdp_session(page)
        self.control.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        if size == USUAL:
            self.control.detach()
            self.control = None

    def _shoot(self, page: Page, name: str) -> None:
        page.evaluate(QUIET)
        self.folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=self.folder / f"{name}.png")
        self.taken.append(name)
        has_dialog = page.locator("dialog[open]").count()
        size = page.viewport_size
        height = page.evaluate(MEASURE)
        if size is None or has_dialog or height < size["height"] * LONGER:
            return
        # A taller phone, not a longer picture: what is fixed stays at its edge.
        page.set_viewport_size({"width": size["width"], "height": height})
        page.evaluate(QUIET)
        page.screenshot(path=self.folder / f"{name}-whole.png")
        self.taken.append(f"{name}-whole")
        page.set_viewport_size(size)

    def _look(self, page: Page, name: str, *, finger: int) -> None:
        self.wrong += [f"{name}: {line}" for line in faults_of(page, finger=finger)]
