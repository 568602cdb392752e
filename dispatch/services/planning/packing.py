"""Problems and blocks as they are kept in rows.

Travel times grow with the square of the places: a large problem is kept without them,
and they lie beside it as packed numbers. What a run saw must not change under it, as
the roads may meanwhile.
"""

import io
import json
import zlib
from typing import Any

import numpy as np

from dispatch.models import Plan, PlanWays
from dispatch.services.planning.problem import matrix, points
from dispatch.services.roads import ways
from scheduling import Plan as EnginePlan
from scheduling import Problem
from scheduling.blocks import Block
from scheduling.problem import Location
from scheduling.problem_json import read_problem, write_problem
from scheduling.rounds import Heat
from scheduling.team import Job


def without_travel(problem: Problem) -> dict[str, Any]:
    """The document of a problem without its tables."""
    return write_problem(problem, travel=False)


def document(plan: Plan) -> dict[str, Any] | None:
    """The whole problem of a run, as the engine reads it."""
    return plan.problem if is_whole(plan) else problem_of(plan).to_json()


def is_whole(plan: Plan) -> bool:
    """Are the tables with the problem, or is there none yet?"""
    return plan.problem is None or bool(plan.problem["travel"])


def problem_of(plan: Plan) -> Problem:
    """The problem of a run."""
    found = plan.problem or {}
    if is_whole(plan):
        return Problem.from_json(found)
    return read_problem(found, {"default": matrix(ways_of(plan))})


def keep_ways(plan: Plan, table: ways.Table) -> None:
    """Keep the tables that a large run was given."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        seconds=table.seconds.astype(np.int32),
        metres=table.metres.astype(np.int32),
        estimated=np.packbits(table.estimated),
        origin=np.array([table.engine, table.version]),
    )
    PlanWays.objects.update_or_create(plan=plan, defaults={"cells": file.getvalue()})


def ways_of(plan: Plan) -> ways.Table:
    """The tables that a large run was given; worked out anew for one that kept none."""
    row = PlanWays.objects.filter(plan=plan).first()
    if row is None:
        places = [Location(**place) for place in (plan.problem or {})["locations"]]
        return ways.table(plan.territory, points(places))
    with np.load(io.BytesIO(bytes(row.cells)), allow_pickle=False) as kept:
        seconds = kept["seconds"].astype(np.int64)
        marks = np.unpackbits(kept["estimated"], count=seconds.size)
        engine, version = (str(word) for word in kept["origin"])
        return ways.Table(
            seconds,
            kept["metres"].astype(np.int64),
            marks.reshape(seconds.shape).astype(np.bool_),
            engine,
            version,
        )


def pack(job: Job) -> bytes:
    """A search as bytes, to be carried out anywhere."""
    data = {
        "problem": job.block.problem.to_json(),
        "plan": job.block.plan.to_json(),
        "seed": job.seed,
        "heat": [job.heat.hot, job.heat.cold],
    }
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 1)


def unpack(task: bytes) -> Job:
    """The search that was packed."""
    data = json.loads(zlib.decompress(task))
    problem = Problem.from_json(data["problem"])
    block = Block.of(problem, EnginePlan.from_json(data["plan"]))
    return Job(block, data["seed"], Heat(*data["heat"]))
