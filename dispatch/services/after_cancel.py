"""Work that was done on a visit which the office had called off meanwhile.

Neither side wins silently: the last step becomes a case, and only the office's decision
makes the visit count as done.
"""

from datetime import datetime

from dispatch.errors import InvalidInput
from dispatch.models import CaseAnswer, ReviewCase, User, Visit, VisitStatus
from dispatch.services import acts, reviews, visits

S = VisitStatus
WITH_THE_END = "Counted with the end of the visit."
ENDS = frozenset({S.COMPLETED, S.CANNOT_COMPLETE, S.NO_ACCESS})


def is_the_end(kind: str, visit: Visit | None) -> bool:
    """Whether this act ends a visit that is cancelled."""
    if visit is None or visit.status != S.CANCELLED:
        return False
    return acts.STATUS_OF.get(kind) in ENDS


def is_one(act: acts.Act) -> bool:
    """Whether the office has just decided about such an act."""
    return act.decided and is_the_end(act.kind, act.visit)


def count_it(case: ReviewCase, act: acts.Act, *, by: User, at: datetime) -> None:
    """The visit was done after all; the steps before its end give their times.

    Raises InvalidInput when nobody holds the visit any more, GateClosed.
    """
    visit = visits.locked(act.visit)
    if visit.technician is None:
        raise InvalidInput(
            "Nobody has this visit any more, so nobody can have done it by the plan. "
            "Keep it as a note, and open a job for the work.",
            field="decision",
        )
    steps = _steps_before(case, act)
    for step in steps:
        _stamp(visit, step)
    visit.save(update_fields=["en_route_at", "actual_start", "start_received_at"])
    visits.move(
        visit,
        to=acts.STATUS_OF[act.kind],
        by=act.by,
        at=act.at,
        received_at=act.received_at,
        outcome_code=act.args.get("reason", ""),
        note=act.args.get("note", ""),
        data={"command": str(act.command_id)},
        decided=True,
    )
    for step in steps:
        reviews.close(
            step, answer=CaseAnswer.APPLY, decision=WITH_THE_END, by=by, at=at
        )


def _steps_before(case: ReviewCase, act: acts.Act) -> list[ReviewCase]:
    """The same person's earlier steps on this visit that wait for the office, too."""
    found = ReviewCase.objects.filter(
        visit=act.visit,
        technician=case.technician,
        decided_at=None,
        kind__in=list(acts.STATUS_OF),
    )
    rows = found.exclude(pk=case.pk).select_for_update(of=("self",)).order_by("pk")
    earlier = [row for row in rows if _at(row) <= act.at]
    return sorted(earlier, key=_at)


def _at(case: ReviewCase) -> datetime:
    return datetime.fromisoformat(case.payload["at"])


def _stamp(visit: Visit, step: ReviewCase) -> None:
    to = acts.STATUS_OF[step.kind]
    if to == S.EN_ROUTE:
        visit.en_route_at = _at(step)
    elif to == S.ON_SITE:
        visit.actual_start = _at(step)
        visit.start_received_at = step.created_at
