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
WORDS = {"serial-out": "SW-48-1107", "serial-in": "SW-48-2093", "lock": "Lock 12"}


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
            _answer(visit, gate=Gate.START, by=person, at=moment)
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
    _answer(visit, gate=Gate.COMPLETE, by=by, at=before)
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


def _answer(visit: Visit, *, gate: str, by: User, at: datetime) -> None:
    template = visit.job.work_type.checklist
    if template is None:
        return
    for item in template.items.filter(gate=gate):
        value = _value(item)
        checklists.answer(visit, item_key=item.key, value=value, by=by, at=at)


def _value(item: ChecklistItem) -> Any:
    if item.kind in {ItemKind.TICK, ItemKind.YES_NO}:
        return True
    if item.kind == ItemKind.CHOICE:
        return item.options[0]
    if item.kind == ItemKind.NUMBER:
        low, high = item.lower or 0, item.upper or 100
        return round(low + (high - low) / 4, 1)
    return WORDS.get(item.key, "Done as planned")
