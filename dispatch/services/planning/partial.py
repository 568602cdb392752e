"""Accept some groups of a draft: each whole, or not at all."""

from datetime import datetime
from typing import Any

from dispatch.errors import InvalidInput
from dispatch.models import SOFT, Plan, User, Visit, VisitStatus
from dispatch.services import law, legs, visits
from dispatch.services.planning import judging, live, merging
from dispatch.services.planning import problem as reading
from dispatch.services.planning.hits import MOVABLE
from scheduling import Assignment as Placement
from scheduling import Plan as EnginePlan

S = VisitStatus
Placements = dict[str, Placement]


def chosen(plan: Plan, only: list[str] | None) -> list[list[str]]:
    """The groups that hold the visits of `only`, each of them whole."""
    groups: list[list[str]] = [group["visits"] for group in plan.groups]
    if only is None:
        return groups
    wanted = set(only)
    taken = [keys for keys in groups if wanted & set(keys)]
    if {key for keys in taken for key in keys} != wanted:
        message = "These changes hold only as whole groups of the draft."
        raise InvalidInput(message, field="groups")
    return taken


def apply(
    plan: Plan, groups: list[list[str]], *, by: User | None, at: datetime
) -> merging.Outcome:
    """Write the groups that hold beside the board as it is now; list the others."""
    left_alone = merging.settled_and_touched(plan)
    touched = {str(row.pk) for row in left_alone}
    ids = {key for keys in groups for key in keys}
    rows = merging.free_rows(ids - touched, statuses=SOFT | MOVABLE)
    outcome = merging.Outcome(kept=merging.kept_rows(left_alone))
    board = _Board(plan, rows)
    taken: list[str] = []
    for keys in groups:
        whole = [key for key in keys if key in rows] == keys
        if whole and board.take(keys):
            taken += keys
        else:
            outcome.kept += [merging.stuck_row(rows[k]) for k in keys if k in rows]
    _write(plan, board, {key: rows[key] for key in taken}, outcome, by=by, at=at)
    return outcome


class _Board:
    """The board as it stands, taking one group after the other if it holds."""

    def __init__(self, plan: Plan, rows: dict[str, Visit]) -> None:
        assert plan.result is not None
        stops = EnginePlan.from_json(plan.result).stops
        self.target = {
            key: Placement(stops[key][0].technician, stops[key][1].start)
            for key in rows
            if key in stops
        }
        hit = set(plan.cause.get("hit", []))
        self.found = reading.read(
            plan.territory, days=[plan.day], free=frozenset(hit | rows.keys())
        )
        now = live.placements(self.found)
        # Who cannot stay is in nobody's way but physically.
        self.beside = {key: place for key, place in now.items() if key in hit}
        self.placed = {key: place for key, place in now.items() if key not in hit}
        self.allowed = self._broken(self.placed, self.beside)

    def take(self, keys: list[str]) -> bool:
        """Put these visits where the draft has them, unless that breaks something."""
        known = self.found.visits
        if any(key in self.target and key not in known for key in keys):
            return False
        stay = {key: place for key, place in self.placed.items() if key not in keys}
        placed = stay | {key: self.target[key] for key in keys if key in self.target}
        beside = {key: place for key, place in self.beside.items() if key not in keys}
        if not self._broken(placed, beside) <= self.allowed:
            return False
        self.placed, self.beside = placed, beside
        return True

    def _broken(self, placed: Placements, beside: Placements) -> judging.Broken:
        return judging.broken(self.found, placed, beside=beside)


def _write(
    plan: Plan,
    board: _Board,
    rows: dict[str, Visit],
    outcome: merging.Outcome,
    *,
    by: User | None,
    at: datetime,
) -> None:
    target = board.target
    people: list[Any] = [row.technician_id for row in rows.values()]
    people += [target[key].technician for key in rows if key in target]
    law.hold_people(people)
    spots = [(row.technician_id, row.sched_start) for row in rows.values()]
    reasons = {row["visit"]: row.get("reasons", []) for row in plan.changes}
    for key, row in rows.items():
        _recall(row, plan, by=by, at=at)
        place = target.get(key)
        if merging.write(row, place, by=by, at=at, reasons=reasons.get(key)):
            outcome.changes.append(merging.applied(plan, row))
    spots += [(row.technician_id, row.sched_start) for row in rows.values()]
    legs.settle(spots)


def _recall(row: Visit, plan: Plan, *, by: User | None, at: datetime) -> None:
    """Take a visit back from the person it was told to, before it goes elsewhere."""
    if row.status in SOFT:
        return
    before = visits.facts(row)
    row.status = S.SCHEDULED
    visits.store(row)
    data = {"reason": plan.cause.get("sentence", "")}
    visits.noted(row, "visit.scheduled", by=by, at=at, before=before, data=data)
