"""What the invariants look at: what each device says, beside what the server holds."""

from dataclasses import dataclass, field
from typing import Any

Rows = dict[str, dict[str, Any]]


@dataclass
class Pocket:
    """One device at the end of a walk, whoever played it: a model or a real browser."""

    user: Any
    # Every act that was shown as saved, as it goes over the wire, in its order.
    saved: list[dict[str, Any]] = field(default_factory=list)
    # Ids of the acts whose payload the device still keeps.
    kept: set[str] = field(default_factory=set)
    # Ids that still wait to be sent.
    waiting: list[str] = field(default_factory=list)
    # The receipt that the device was given for each act.
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Its copy of the server, and what a new device of this person would get.
    held: Rows = field(default_factory=dict)
    fresh: Rows = field(default_factory=dict)
    # Each (device, cursor) and (device, last_seq) in the order that it saw them.
    cursors: list[tuple[str, int]] = field(default_factory=list)
    last_seqs: list[tuple[str, int]] = field(default_factory=list)
    # Each (device, seq) under which it was given a receipt.
    answered: set[tuple[str, int]] = field(default_factory=set)
    # What pulls showed: (device's last_seq of that answer, its copy after it).
    shown: list[tuple[str, int, Rows]] = field(default_factory=list)
    # Words on a screen beside what the store says: (what is shown, what is true).
    words: list[tuple[str, str]] = field(default_factory=list)
    # Statuses of calls that this device made with somebody else's sign-in.
    strange: list[int] = field(default_factory=list)


@dataclass
class Walk:
    """All devices of a walk, and what was seen on the way and may not change."""

    pockets: list[Pocket]
    # Part code → how many the vans held before the walk, by technician.
    stock: dict[Any, int] = field(default_factory=dict)
    part: Any = None
    # {"command:…" | "signoff:…": what it was when first seen}
    first_seen: dict[str, Any] = field(default_factory=dict)

    @property
    def acts(self) -> dict[str, dict[str, Any]]:
        """Every saved act once: a cloned device holds acts of its original."""
        return {act["id"]: act for pocket in self.pockets for act in pocket.saved}
