"""The walk of a real browser: a person writes notes while everything around fails."""

import json
import os
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as BrowserError

from dispatch.models import Job, Visit
from dispatch.queries import field
from tests.e2e.patience import ACTION_MS, patient
from tests.field_app.world import World
from tests.proof import invariants, tally
from tests.proof.chaos import Chaos
from tests.proof.evidence import Pocket, Walk
from tests.proof.handset import short_id
from tests.proof.network import TEXT_EXAMPLES
from tests.proof.server import Web

READ = (Path(__file__).parent / "pocket.js").read_text(encoding="utf-8")
WIRE = ("id", "seq", "kind", "v", "visit", "args", "occurred_at", "offset_ms", "deps")
STEPS = {
    "act": 22,
    "offline": 4,
    "online": 5,
    "cut": 4,
    "drop": 3,
    "double": 3,
    "refuse": 2,
    "heal": 5,
    "kill_the_server": 2,
    "kill_the_page": 2,
    "reload": 3,
    "second_tab": 2,
    "full_disk": 1,
    "office_edits": 2,
}


class Stroll:
    """One browser profile, one proxy, one server that can be killed."""

    def __init__(
        self, browser: Browser, world: World, web: Web, chaos: Chaos, *, seed: int
    ) -> None:
        self.chance = Random(seed)
        self.world, self.web, self.chaos = world, web, chaos
        self.browser = browser
        self.visit: Visit = world.visit()
        self.context = patient(
            browser.new_context(base_url=f"http://localhost:{chaos.port}")
        )
        self.saved: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.faults = 0
        self.page = self._sign_in()

    def _sign_in(self) -> Page:
        page = self.context.new_page()
        page.goto("/login/?next=/field/")
        page.locator("[name=username]").fill("tariq")
        page.locator("[name=password]").fill("x")
        page.locator("[name=password]").press("Enter")
        expect(page.get_by_text("All sent")).to_be_visible()
        page.evaluate(
            """async () => {
                await navigator.serviceWorker.ready
                while (!navigator.serviceWorker.controller)
                    await new Promise((done) => setTimeout(done, 20))
            }"""
        )
        page.goto(self.path)
        return page

    @property
    def path(self) -> str:
        """Where the notes of the visit are written."""
        return f"/field/visit/{self.visit.pk}"

    # --- steps -------------------------------------------------------------------

    def walk(self, steps: int) -> None:
        """So many steps, then a quiet network; the promises are checked by `check`."""
        names, weights = list(STEPS), list(STEPS.values())
        for name in self.chance.choices(names, weights, k=steps):
            getattr(self, name)()
            self.faults += name not in ("act", "online", "heal", "office_edits")
        self.settle_down()

    def act(self) -> None:
        """A note, by hand; it counts as saved from when the screen says so."""
        self._write(self.page)

    def _write(self, page: Page) -> None:
        text = f"{short_id()} {self.chance.choice(TEXT_EXAMPLES)}"
        page.get_by_label("New note").fill(text)
        page.get_by_role("button", name="Add the note").click()
        expect(page.get_by_text(text, exact=True)).to_be_visible()
        self.saved.append(text)

    def offline(self) -> None:
        self.context.set_offline(True)

    def online(self) -> None:
        self.context.set_offline(False)

    def cut(self) -> None:
        self.chaos.cut()

    def drop(self) -> None:
        self.chaos.mode = "drop_replies"

    def double(self) -> None:
        self.chaos.mode = "double"

    def refuse(self) -> None:
        self.chaos.mode = "refuse"
        self.chaos.cut()

    def heal(self) -> None:
        self.chaos.mode = "pass"

    def kill_the_server(self) -> None:
        self.web.kill()
        self.web.start()

    def kill_the_page(self) -> None:
        """The renderer, by its process: no page hears of its own end."""
        session = self.browser.new_browser_cdp_session()
        known = session.send("SystemInfo.getProcessInfo")["processInfo"]
        with self.page.expect_event("crash"):
            for process in known:
                if process["type"] == "renderer":
                    with suppress(ProcessLookupError):
                        os.kill(process["id"], signal.SIGKILL)
        session.detach()
        before, self.page = self.page, self._new_page()
        before.close()
        self._open()

    def _new_page(self) -> Page:
        """The browser may offer a process that has just been killed, too, until it
        has taken note of its end."""
        deadline = time.monotonic() + ACTION_MS / 1000
        while True:
            try:
                return self.context.new_page()
            except BrowserError:
                if time.monotonic() > deadline:
                    raise

    def reload(self) -> None:
        self._open()

    def _open(self) -> None:
        """From the worker's cache, whatever the network does."""
        self.page.goto(self.path)
        expect(self.page.get_by_label("New note")).to_be_visible()

    def second_tab(self) -> None:
        tab = self.context.new_page()
        tab.goto(self.path)
        self._write(tab)
        self.page.bring_to_front()
        self._write(self.page)
        tab.close()

    def full_disk(self) -> None:
        """No room: the screen must say so, and the note is not counted as saved."""
        origin = f"http://localhost:{self.chaos.port}"
        session = self.context.new_cdp_session(self.page)
        quota = {"origin": origin, "quotaSize": 1}
        session.send("Storage.overrideQuotaForOrigin", quota)
        self.page.get_by_label("New note").fill(f"{short_id()} no room " + "x" * 3000)
        self.page.get_by_role("button", name="Add the note").click()
        expect(self.page.get_by_role("alert").first).to_contain_text("Not saved")
        session.send("Storage.overrideQuotaForOrigin", {"origin": origin})
        session.detach()
        self.page.get_by_label("New note").fill("")

    def office_edits(self) -> None:
        title = f"C4 down, {self.chance.randrange(100)}"
        Job.objects.filter(visits=self.visit.pk).update(title=title)

    # --- the end ------------------------------------------------------------------

    def settle_down(self) -> None:
        """Everything works again; the app must find that out by itself."""
        self.chaos.mode = "pass"
        self.context.set_offline(False)
        # A walk may end in a back-off of a minute: reopening the app asks at once.
        self.page.goto("/field/sync")
        done = self.page.get_by_role("heading", name="Everything is sent")
        expect(done).to_be_visible()
        expect(self.page.get_by_text("Connected").first).to_be_visible()
        self.words.append(("0 wait", f"{len(self._waiting(self._read()))} wait"))

    def _read(self) -> dict[str, Any]:
        read: dict[str, Any] = self.page.evaluate(f"({READ})()")
        return read

    def _waiting(self, read: dict[str, Any]) -> list[str]:
        return [row["id"] for row in read["outbox"] if row["state"] == "pending"]

    def check(self) -> None:
        """All promises; then the walk is counted."""
        walk = Walk([self._pocket()], {self.world.tariq: 5}, self.world.belt)
        invariants.check(walk)
        tally.note(
            tally.Line(
                "D",
                acts=len(self.saved),
                faults=self.faults,
                lost=invariants.lost(walk),
                doubled=invariants.doubled(),
                walks=1,
            )
        )

    def _pocket(self) -> Pocket:
        read, user = self._read(), self.world.tariq.user
        entries = sorted(read["outbox"], key=lambda row: row["seq"])
        bodies = [row["args"]["body"] for row in entries]
        gone = [text for text in self.saved if text not in bodies]
        invariants.hold("I1 durable", not gone, f"shown as saved, and gone: {gone}")
        meta = {row["k"]: row["v"] for row in read["meta"]}
        device = meta["device"]["device"]
        rows = {
            row["key"]: row["doc"] for row in read["rows"] if not row.get("removed")
        }
        fresh = field.rows_for(user, at=datetime.now(UTC))
        return Pocket(
            user,
            saved=[{name: row[name] for name in WIRE} for row in entries],
            kept={row["id"] for row in entries},
            waiting=self._waiting(read),
            told={row["id"]: row["receipt"] for row in entries if row["receipt"]},
            held=rows,
            fresh=json.loads(json.dumps(fresh)),
            cursors=[(device, meta["cursor"])],
            last_seqs=[(device, len(entries))],
            shown=[(device, len(entries), rows)],
            words=self.words,
        )

    def close(self) -> None:
        """The profile goes."""
        with suppress(BrowserError):
            self.context.close()
