"""A model of the phone: its outbox and its copy, without a browser around them."""

import copy
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch.models import Technician
from dispatch.queries import field
from tests.field_app.world import Phone, new_id
from tests.proof.evidence import Pocket

JSON = "application/json"


class Handset(Phone):
    """A phone that keeps what it does until it is told how each act ended."""

    def __init__(self, technician: Technician, *, is_old: bool = False) -> None:
        super().__init__(technician)
        self.client.raise_request_exception = False
        self.technician = technician
        self.user = technician.user
        # How far its clock is wrong, and what it believes about that.
        self.clock = timedelta()
        self.offset_ms: int | None = 0
        # An app of the version before: it writes acts in their older shape.
        self.is_old = is_old
        self.pocket = Pocket(self.user)

    # --- on the phone ------------------------------------------------------------

    def do(self, kind: str, visit: Any, **args: Any) -> dict[str, Any]:
        """Keep an act; from here on it may not be lost."""
        self.seq += 1
        act = {
            "id": new_id(),
            "seq": self.seq,
            "kind": kind,
            "v": 1 if self.is_old or kind != "note.add" else 2,
            "visit": str(visit),
            "deps": [],
            "occurred_at": self._now().isoformat(),
            "offset_ms": self.offset_ms,
            "args": args,
        }
        if kind == "note.add" and self.is_old:
            act["args"] = {"text": args["body"]}
        self.pocket.saved.append(act)
        return act

    def waiting(self) -> list[dict[str, Any]]:
        """What has no receipt yet, in order."""
        return [act for act in self.pocket.saved if act["id"] not in self.pocket.told]

    def clone(self) -> "Handset":
        """The same storage in a second hand: same device, same numbers."""
        twin = copy.copy(self)
        twin.client = copy.copy(self.client)
        twin.held = copy.deepcopy(self.held)
        twin.pocket = copy.deepcopy(self.pocket)
        twin.pocket.user = self.user
        return twin

    # --- over the network ----------------------------------------------------------

    def send(self, batch: list[dict[str, Any]], *, hear: bool = True) -> Any:
        """Push these acts; `hear` is false when the answer is lost on its way."""
        response = self.push(*batch[:50], sent_at=self._now().isoformat())
        if hear:
            self._hear(response)
        return response

    def _hear(self, response: Any) -> None:
        if response.status_code == 401:
            self.client.force_login(self.user)
        elif response.status_code == 409:
            self.enrol()
        elif response.status_code == 200:
            answer = response.json()
            self.pocket.last_seqs.append((self.device, answer["last_seq"]))
            for receipt in answer["receipts"]:
                self.settle(receipt)
            if answer["stopped"] == "fork":
                self.enrol()

    def settle(self, receipt: dict[str, Any]) -> None:
        """Only the first receipt of an act counts."""
        self.pocket.told.setdefault(receipt["id"], receipt)
        self.pocket.answered.add((self.device, receipt["seq"]))

    def enrol(self) -> None:
        """A new device id; what waits gets new numbers in the old order."""
        answer = self.client.post("/field/api/devices", {"name": "P"}, JSON).json()
        self.device, self.epoch = answer["device"], answer["epoch"]
        self.cursor, self.seq = 0, 0
        renewed = {}
        for act in self.waiting():
            self.seq += 1
            renewed[act["id"]] = act | {"seq": self.seq}
        saved = self.pocket.saved
        self.pocket.saved = [renewed.get(act["id"], act) for act in saved]

    def fetch(self, *, hear: bool = True, schema: int = 1) -> int:
        """Pull until there is no more; the last status."""
        query = f"device={self.device}&epoch={self.epoch}&schema_version={schema}"
        while True:
            path = f"/field/api/sync/pull?{query}&cursor={self.cursor}"
            response = self.client.get(path)
            if response.status_code != 200 or not hear:
                if hear and response.status_code in (401, 409):
                    self._hear(response)
                return int(response.status_code)
            answer = response.json()
            self._store(answer)
            self._remember(answer)
            if not answer["more"]:
                return 200

    def _remember(self, answer: dict[str, Any]) -> None:
        self.pocket.cursors.append((self.device, answer["cursor"]))
        self.pocket.last_seqs.append((self.device, answer["last_seq"]))
        if not answer["more"]:
            rows = {key: doc for key, doc in self.held.items() if key[:5] == "visit"}
            # Patches change a document in place: keep it as it was shown.
            shown = copy.deepcopy(rows)
            self.pocket.shown.append((self.device, answer["last_seq"], shown))

    def settle_down(self, *, tries: int = 12) -> None:
        """A quiet network: push until nothing waits, then pull."""
        for _ in range(tries):
            waiting = self.waiting()
            if not waiting:
                break
            self.send(waiting)
        for _ in range(2):
            if self.fetch() == 200:
                break

    def say(self) -> Pocket:
        """What this device has to say now."""
        pocket = self.pocket
        pocket.waiting = [act["id"] for act in self.waiting()]
        # A phone keeps the payload until the act has a receipt.
        pocket.kept = set(pocket.waiting)
        pocket.held = self.held
        rows = field.rows_for(self.user, at=datetime.now(UTC))
        pocket.fresh = json.loads(json.dumps(rows))
        return pocket

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.clock


def short_id() -> str:
    """A word that stands in no other act of a walk."""
    return uuid.uuid4().hex[:12]
