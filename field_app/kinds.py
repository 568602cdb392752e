"""Command kinds: one row each, with the shape of its arguments and its older shapes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    StringConstraints,
    field_validator,
)
from pydantic import Field as Limits

from dispatch.services import photos, van_acts
from dispatch.services.acts import HANDLERS

Text = Annotated[str, StringConstraints(max_length=4000)]
LONGEST_PART = 20_000
Drawing = Annotated[str, StringConstraints(max_length=LONGEST_PART)]
Word = Annotated[str, StringConstraints(max_length=20)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Id = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]
Number = Annotated[str, StringConstraints(max_length=60)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
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
    value: (
        bool | int | float | Text | Annotated[dict[Word, Drawing], Limits(max_length=5)]
    )
    # The version of the list that the person looked at.
    checklist: Id | None = None

    @field_validator("value", mode="before")
    @classmethod
    def as_it_came(cls, value: Any) -> Any:
        """Keep 1, 1.0 and true apart: the checklist says which one it wants."""
        if not isinstance(value, bool | int | float | str | dict):
            raise ValueError("an answer is yes or no, a number, a text or its parts")
        parts = value.values() if isinstance(value, dict) else ()
        if any(len(str(part)) > LONGEST_PART for part in parts):
            raise ValueError(f"one part has at most {LONGEST_PART} letters")
        return value


def with_list(args: dict[str, Any]) -> dict[str, Any]:
    """Before version 2 an answer did not say which list it was given to."""
    return {**args, "checklist": None}


class NoteText(Args):
    """A note."""

    body: Text


class PartUse(Args):
    """Parts from or to the van."""

    part: Id
    quantity: int = Limits(ge=1, le=999)
    serial: Number = ""
    lot: Number = ""


class PartTransfer(PartUse):
    """Parts to another van or a warehouse, or taken from a warehouse's shelf."""

    place: Id
    direction: Literal["send", "take"] = "send"


class PartReceive(Args):
    """How much of a transfer has come."""

    transfer: Id
    quantity: int = Limits(ge=0, le=999)


class MissingPart(Args):
    """A part that the visit needs and nobody has here."""

    part: Id | None = None
    description: Annotated[str, StringConstraints(max_length=120)] = ""
    quantity: int = Limits(ge=1, le=999)
    wanted_on: Day | None = None
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class PartReturn(PartUse):
    """A part that goes back."""

    reason: Reason
    number: Number = ""
    due_on: Day | None = None
    note: Annotated[str, StringConstraints(max_length=500)] = ""
    from_stock: bool = True


class HandIn(Args):
    """A part that goes back has left the van."""

    order: Id
    number: Number = ""
    where: Annotated[str, StringConstraints(max_length=120)] = ""


class Count(Args):
    """What lies in the van of one part."""

    part: Id
    counted: int = Limits(ge=0, le=99_999)
    lot: Number = ""
    serials: Annotated[list[Number], Limits(max_length=500)] = []
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class Picture(Args):
    """A photo: what the device knows of it before its bytes are sent."""

    media: Id
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: int = Limits(ge=1, le=photos.MOST_BYTES)
    mime: Literal["image/jpeg", "image/png", "image/webp"]
    width: int = Limits(ge=1, le=20_000)
    height: int = Limits(ge=1, le=20_000)
    # The step of the checklist that it answers.
    item: Annotated[str, StringConstraints(max_length=50)] = ""
    caption: Annotated[str, StringConstraints(max_length=200)] = ""
    label: Literal["", "before", "after"] = ""
    drawn_on: Id | None = None
    place: Place | None = None


class PictureGone(Args):
    """A photo that is no longer to be shown, or whose bytes will not come."""

    media: Id


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
    topic: Literal["other", "window", "assignee", "priority", "address", "sla"] = (
        "other"
    )


class Times(Args):
    """Other times than the ones that were tapped, and why."""

    start: AwareDatetime
    end: AwareDatetime
    reason: Reason
    resolution: Reason
    note: Annotated[str, StringConstraints(max_length=1000)] = ""


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
    "checklist.answer": Kind(Answer, v=2, upcasters={1: with_list}),
    "time.correct": Kind(Times),
    "note.add": Kind(NoteText),
    "part.use": Kind(PartUse),
    "part.undo": Kind(PartUse),
    "part.request": Kind(MissingPart),
    "part.transfer": Kind(PartTransfer),
    "part.receive": Kind(PartReceive),
    "part.return": Kind(PartReturn),
    "part.hand_in": Kind(HandIn),
    "stock.count": Kind(Count),
    "photo.add": Kind(Picture),
    "photo.remove": Kind(PictureGone),
    "photo.lost": Kind(PictureGone),
    "signoff.sign": Kind(Signature),
    "visit.seen": Kind(Seen),
    "visit.ask_office": Kind(Question),
    "act.discard": Kind(Discard),
}
if KINDS.keys() != HANDLERS.keys() | van_acts.HANDLERS.keys():
    raise RuntimeError("Every command kind needs a handler, and the other way round.")
