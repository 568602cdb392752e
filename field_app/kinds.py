"""Command kinds: one row each, with the shape of its arguments and its older shapes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator
from pydantic import Field as Limits

from dispatch.services.acts import HANDLERS

Text = Annotated[str, StringConstraints(max_length=4000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Id = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Args(BaseModel):
    """Arguments of a command: nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    # The refused command that this one replaces.
    replaces: Id | None = None


class Place(BaseModel):
    """Where the device was, in degrees and metres."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    lat: float = Limits(ge=-90, le=90)
    lon: float = Limits(ge=-180, le=180)
    accuracy: float = Limits(default=0, ge=0, le=1e6)
    # How old the fix was when the step was taken, in seconds.
    age: int | None = Limits(default=None, ge=0, le=86_400)


class Step(Args):
    """A step of the status table."""

    place: Place | None = None
    note: Text = ""


class StepWithReason(Step):
    """A step that says why."""

    reason: Reason


class Answer(Args):
    """One answer of a checklist."""

    item: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    value: bool | int | float | Text

    @field_validator("value", mode="before")
    @classmethod
    def as_it_came(cls, value: Any) -> Any:
        """Keep 1, 1.0 and true apart: the checklist says which one it wants."""
        if not isinstance(value, bool | int | float | str):
            raise ValueError("an answer is yes or no, a number or a text")
        return value


class NoteText(Args):
    """A note."""

    body: Text


class PartUse(Args):
    """Parts from or to the van."""

    part: Id
    quantity: int = Limits(ge=1, le=999)
    serial: Annotated[str, StringConstraints(max_length=60)] = ""


class Signature(Args):
    """A signature under the report that the signer saw."""

    signed_by: Annotated[str, StringConstraints(max_length=80)]
    method: Literal["drawn", "typed"]
    svg: Annotated[str, StringConstraints(max_length=20_000)] = ""
    content: dict[str, Any]
    content_hash: Annotated[str, StringConstraints(max_length=64)] = ""


class Seen(Args):
    """A change that its technician has seen."""

    notice: Id


class Question(Args):
    """Something that only the office can change."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Discard(Args):
    """A refused act that its author lets go."""

    replaces: Id
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


@dataclass(frozen=True)
class Kind:
    """One kind: its present version, its arguments, and how older ones become it."""

    args: type[Args]
    v: int = 1
    upcasters: dict[int, Upcaster] = field(default_factory=dict)

    def upcast(self, args: dict[str, Any], *, v: int) -> dict[str, Any]:
        """Bring arguments of version `v` up to the present one, step by step."""
        for version in range(v, self.v):
            args = self.upcasters[version](args)
        return args


KINDS: dict[str, Kind] = {
    "visit.acknowledge": Kind(Step),
    "visit.en_route": Kind(Step),
    "visit.turn_back": Kind(Step),
    "visit.arrive": Kind(Step),
    "visit.start": Kind(Step),
    "visit.pause": Kind(StepWithReason),
    "visit.resume": Kind(Step),
    "visit.complete": Kind(Step),
    "visit.cannot_complete": Kind(StepWithReason),
    "visit.no_access": Kind(StepWithReason),
    "checklist.answer": Kind(Answer),
    "note.add": Kind(NoteText),
    "part.use": Kind(PartUse),
    "part.undo": Kind(PartUse),
    "signoff.sign": Kind(Signature),
    "visit.seen": Kind(Seen),
    "visit.ask_office": Kind(Question),
    "act.discard": Kind(Discard),
}
if KINDS.keys() != HANDLERS.keys():
    raise RuntimeError("Every command kind needs a handler, and the other way round.")
