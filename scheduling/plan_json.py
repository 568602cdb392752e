"""`dispatch-plan/1`: reading and writing, field by field."""

from __future__ import annotations

from typing import Any

from scheduling import plan as p
from scheduling.reading import Node, child, decode

_SCORE = (*p.PARTS, "unserved")
_OPTIONAL = "format unplaced score evidence bound gap"


def read_plan(data: str | bytes | dict[str, Any]) -> p.Plan:
    """Build a `Plan`; raise `InputError` with the path of the first wrong field."""
    node = Node(data, "") if isinstance(data, dict) else decode(data, "the plan")
    part = node.fields(required="routes", optional=_OPTIONAL)
    if "format" in part and part["format"].value != p.FORMAT:
        raise part["format"].fail(f"must be '{p.FORMAT}'")
    return p.Plan(
        routes=part["routes"].each(_route),
        unplaced=child(part, "unplaced", lambda n: n.each(_unplaced), ()),
        score=child(part, "score", _score, p.Score()),
        evidence=child(part, "evidence", _evidence, None),
        bound=child(part, "bound", Node.amount, None),
    )


def _stop(node: Node) -> p.Stop:
    part = node.fields(required="visit arrive start end", optional="travel")
    return p.Stop(
        visit=part["visit"].text(),
        arrive=part["arrive"].integer(),
        start=part["start"].integer(),
        end=part["end"].integer(),
        travel=child(part, "travel", Node.amount, 0),
    )


def _rest(node: Node) -> p.Rest:
    part = node.fields(required="start end")
    return p.Rest(part["start"].integer(), part["end"].integer())


def _route(node: Node) -> p.Route:
    part = node.fields(
        required="technician shift stops", optional="breaks travel_seconds"
    )
    return p.Route(
        technician=part["technician"].text(),
        shift=part["shift"].text(),
        stops=part["stops"].each(_stop),
        breaks=child(part, "breaks", lambda n: n.each(_rest), ()),
        travel_seconds=child(part, "travel_seconds", Node.amount, 0),
    )


def _reason(node: Node) -> p.Reason:
    part = node.fields(required="code sentence", optional="technician details")
    return p.Reason(
        code=part["code"].text(),
        sentence=part["sentence"].text(),
        technician=child(part, "technician", Node.text, None),
        details=child(part, "details", lambda n: n.mapping(lambda x: x.value), {}),
    )


def _unplaced(node: Node) -> p.Unplaced:
    part = node.fields(required="visit", optional="reasons")
    none: tuple[p.Reason, ...] = ()
    reasons = child(part, "reasons", lambda n: n.each(_reason), none)
    return p.Unplaced(part["visit"].text(), reasons)


def _score(node: Node) -> p.Score:
    part = node.fields(optional=" ".join(("scale", "total", *_SCORE)))
    if "scale" in part and part["scale"].value != p.SCALE:
        raise part["scale"].fail(f"must be {p.SCALE}")
    return p.Score(**{name: part[name].amount() for name in _SCORE if name in part})


def _evidence(node: Node) -> p.Evidence:
    names = "problem_hash seed engine_version solver seconds iterations"
    part = node.fields(required=names, optional="exact best_orders cores rounds parts")
    done, planned = part["iterations"].pair(Node.amount, Node.amount)
    return p.Evidence(
        problem_hash=part["problem_hash"].text(),
        seed=part["seed"].integer(),
        engine_version=part["engine_version"].text(),
        solver=part["solver"].text(),
        seconds=part["seconds"].number(),
        iterations=(done, planned),
        exact=child(part, "exact", Node.amount, 0),
        best_orders=child(part, "best_orders", Node.amount, 0),
        cores=child(part, "cores", Node.amount, 1),
        # Before it was noted there were always four.
        rounds=child(part, "rounds", Node.amount, 4 if "parts" in part else 0),
        parts=child(part, "parts", lambda n: n.each(_counts), ()),
    )


def _counts(node: Node) -> tuple[int, int]:
    done, planned = node.pair(Node.amount, Node.amount)
    return (done, planned)


def write_plan(plan: p.Plan) -> dict[str, Any]:
    """The document that `read_plan` turns back into an equal plan."""
    data: dict[str, Any] = {
        "format": p.FORMAT,
        "routes": [_put_route(route) for route in plan.routes],
        "unplaced": [
            {"visit": x.visit, "reasons": [put_reason(r) for r in x.reasons]}
            for x in plan.unplaced
        ],
        "score": {
            "scale": p.SCALE,
            "total": plan.score.total,
            **{name: getattr(plan.score, name) for name in _SCORE},
        },
    }
    if plan.bound is not None:
        data["bound"], data["gap"] = plan.bound, plan.gap
    if plan.evidence is not None:
        names = p.Evidence.__dataclass_fields__
        data["evidence"] = {n: getattr(plan.evidence, n) for n in names}
        data["evidence"]["iterations"] = list(plan.evidence.iterations)
        if plan.evidence.parts:
            data["evidence"]["parts"] = [list(x) for x in plan.evidence.parts]
        else:
            for name in ("parts", "cores", "rounds"):
                del data["evidence"][name]
    return data


def _put_route(route: p.Route) -> dict[str, Any]:
    return {
        "technician": route.technician,
        "shift": route.shift,
        "stops": [
            {
                "visit": stop.visit,
                "travel": stop.travel,
                "arrive": stop.arrive,
                "start": stop.start,
                "end": stop.end,
            }
            for stop in route.stops
        ],
        "breaks": [{"start": rest.start, "end": rest.end} for rest in route.breaks],
        "travel_seconds": route.travel_seconds,
    }


def put_reason(reason: p.Reason) -> dict[str, Any]:
    data: dict[str, Any] = {"code": reason.code, "sentence": reason.sentence}
    if reason.technician is not None:
        data["technician"] = reason.technician
    if reason.details:
        data["details"] = dict(reason.details)
    return data
