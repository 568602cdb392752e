"""Let the day happen up to a moment: sent, driven to, worked on, signed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from dispatch.demo import base, pictures
from dispatch.models import ChecklistItem, Gate, ItemKind, User, Visit, VisitStatus
from dispatch.services import checklists, parts, signoffs, visits

S = VisitStatus
TOLD_AHEAD = timedelta(hours=2)
SIGNERS = ("Pat Lewis", "J. Thomas", "M. Khan", "S. Price")
WORDS: dict[str, Any] = {
    "serial-out": "SW-48-1107",
    "serial-in": "SW-48-2093",
    "device": "UDI-09-4471",
    "firmware-before": "17.9.4",
    "firmware-after": "17.12.1",
    "data": False,
    "rma": "RMA-20418",
    "permit": "PTW-0917",
    "lock-electric": "117",
    "lock-air": "118",
}
BEFORE = frozenset({Gate.START, Gate.WORK})
AFTER = frozenset({Gate.COMPLETE, Gate.LEAVE, Gate.NONE})


def advance(*, day: date, now: datetime) -> int:
    """Take every placed visit of the day as far as it would be at `now`."""
    dora = User.objects.get(username="dora")
    start, end = base.on(day, "00:00"), base.on(day, "23:59")
    rows = Visit.objects.filter(
        status=S.SCHEDULED,
        hold_expires_at=None,
        sched_start__gte=start,
        sched_start__lte=end,
    ).order_by("sched_start")
    told = [row for row in rows if _sent_at(row) <= now]
    for row in told:
        _live(row, now=now, dora=dora)
    return len(told)


def _live(visit: Visit, *, now: datetime, dora: User) -> None:
    """One visit, step by step, each at its time."""
    at = _sent_at(visit)
    visits.send(
        visit, by=dora, at=at, override_reason="Stock is brought from the depot"
    )
    person = _user(visit)
    for status, moment in _steps(visit):
        if moment > now:
            return
        if status == S.IN_PROGRESS:
            _answer(visit, gates=BEFORE, by=person, at=moment)
        if status == S.COMPLETED:
            visit.refresh_from_db()
            _finish(visit, by=person, at=moment)
        visits.move(visit.pk, to=status, by=person, at=moment)


def _steps(visit: Visit) -> Iterator[tuple[S, datetime]]:
    assert visit.sched_start is not None
    assert visit.sched_end is not None
    leave = visit.sched_start - timedelta(seconds=visit.travel_seconds)
    yield S.ACKNOWLEDGED, max(_sent_at(visit), leave - timedelta(minutes=40))
    yield S.EN_ROUTE, leave
    yield S.ON_SITE, visit.sched_start
    yield S.IN_PROGRESS, visit.sched_start + timedelta(minutes=4)
    yield S.COMPLETED, visit.sched_end


def _sent_at(visit: Visit) -> datetime:
    assert visit.sched_start is not None
    return visit.sched_start - TOLD_AHEAD


def _user(visit: Visit) -> User:
    assert visit.technician is not None
    assert visit.technician.user is not None
    return visit.technician.user


def _finish(visit: Visit, *, by: User, at: datetime) -> None:
    """Answers, parts and a signature, as a technician leaves them."""
    before = at - timedelta(minutes=3)
    _answer(visit, gates=AFTER, by=by, at=before)
    for line in visit.job.work_type.parts.select_related("part"):
        parts.use(visit, part=line.part, quantity=line.quantity, by=by, at=before)
    pictures.leave(visit, by=by, at=before)
    signoffs.sign(
        visit,
        signed_by=SIGNERS[visit.pk.int % len(SIGNERS)],
        method="typed",
        signature_svg="",
        content=signoffs.report(visit),
        by=by,
        at=before,
    )


def _answer(visit: Visit, *, gates: frozenset[str], by: User, at: datetime) -> None:
    """Every step that belongs to these gates and can be answered without a camera."""
    for item in checklists.items_of(visit):
        if item.gate in gates and item.kind != ItemKind.PHOTO and not item.only_if:
            value = _value(item, at=at)
            checklists.answer(visit, item_key=item.key, value=value, by=by, at=at)


def _value(item: ChecklistItem, *, at: datetime) -> Any:
    kind = ItemKind(item.kind)
    if item.key in WORDS:
        return WORDS[item.key]
    if kind in {ItemKind.TICK, ItemKind.YES_NO, ItemKind.UNLOCK}:
        return True
    if kind == ItemKind.CHOICE:
        return item.options[0]
    if kind in {ItemKind.NUMBER, ItemKind.READING}:
        return _reading(item)
    if kind == ItemKind.DATE:
        return (at + timedelta(days=360)).date().isoformat()
    if kind in {ItemKind.TIME, ItemKind.VALID_TO}:
        ahead = timedelta(hours=6 if kind == ItemKind.VALID_TO else 0)
        return (at + ahead).isoformat()
    if kind == ItemKind.MEDICINE:
        witness = {"witness": "Priya Nair"} if item.needs_witness else {}
        return {"outcome": "given", **witness}
    if kind == ItemKind.SIGNATURE:
        return {"name": SIGNERS[0], "method": "typed"}
    return "Done as planned"


def _reading(item: ChecklistItem) -> float:
    low = item.normal_lower if item.normal_lower is not None else item.lower or 0
    high = item.normal_upper if item.normal_upper is not None else item.upper or 100
    return round(low + (high - low) / 4, 2)
