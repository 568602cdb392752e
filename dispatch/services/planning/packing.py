"""Problems and blocks as they are kept in rows.

Travel times grow with the square of the places: a large problem is kept without them,
and they are worked out again from the coordinates.
"""

import json
import zlib
from typing import Any

from dispatch.models import Plan
from dispatch.services.planning.problem import travel
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
    places = [Location(**place) for place in found["locations"]]
    return read_problem(found, {"default": travel(places)})


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
