"""The scheduling engine: a `Problem` in, a judged `Plan` out.

Pure Python on OR-Tools; no database, no network, no clock but the one in `stop`.
"""

from scheduling.assemble import Assignment, assemble, assignments_of
from scheduling.candidates import Candidate, Move, candidates
from scheduling.changes import (
    Absent,
    Added,
    Cancelled,
    Change,
    Changed,
    Lost,
    Overrun,
)
from scheduling.check import Report, Violation, check
from scheduling.daybook import Daybook, Standing
from scheduling.diff import Budget, Diff, VisitChange
from scheduling.errors import InputError, NotSupported, SchedulingError
from scheduling.estimate import estimate_travel
from scheduling.exact import load as _load_exact
from scheduling.explain import TechnicianWhyNot, WhyNot, explain
from scheduling.placement import Alternative, RuledOut, WhyHere, why_here
from scheduling.plan import Evidence, Plan, Reason, Rest, Route, Score, Stop, Unplaced
from scheduling.prices import RulePrice, price_of_rules, without_rule
from scheduling.problem import (
    Break,
    Cost,
    Crew,
    Due,
    HeldSkill,
    Location,
    Lock,
    NeededSkill,
    Objective,
    Overtime,
    Problem,
    Published,
    Sequence,
    Shift,
    Technician,
    Visit,
    Wishes,
)
from scheduling.progress import Progress
from scheduling.remedies import Remedies, find_remedies, remedies
from scheduling.remedy import Remedy, Useless
from scheduling.repair import Repaired, repair
from scheduling.slots import Slot, offer_slots, place, why_no_slot
from scheduling.solver import solve
from scheduling.stop import AnyOf, Cancel, Iterations, Seconds, StopRule
from scheduling.travel import TravelMatrix
from scheduling.version import ENGINE_VERSION
from scheduling.warming import warm_kernel

__all__ = [
    "ENGINE_VERSION",
    "Absent",
    "Added",
    "Alternative",
    "AnyOf",
    "Assignment",
    "Break",
    "Budget",
    "Cancel",
    "Cancelled",
    "Candidate",
    "Change",
    "Changed",
    "Cost",
    "Crew",
    "Daybook",
    "Diff",
    "Due",
    "Evidence",
    "HeldSkill",
    "InputError",
    "Iterations",
    "Location",
    "Lock",
    "Lost",
    "Move",
    "NeededSkill",
    "NotSupported",
    "Objective",
    "Overrun",
    "Overtime",
    "Plan",
    "Problem",
    "Progress",
    "Published",
    "Reason",
    "Remedies",
    "Remedy",
    "Repaired",
    "Report",
    "Rest",
    "Route",
    "RulePrice",
    "RuledOut",
    "SchedulingError",
    "Score",
    "Seconds",
    "Sequence",
    "Shift",
    "Slot",
    "Standing",
    "Stop",
    "StopRule",
    "Technician",
    "TechnicianWhyNot",
    "TravelMatrix",
    "Unplaced",
    "Useless",
    "Violation",
    "Visit",
    "VisitChange",
    "WhyHere",
    "WhyNot",
    "Wishes",
    "assemble",
    "assignments_of",
    "candidates",
    "check",
    "estimate_travel",
    "explain",
    "find_remedies",
    "offer_slots",
    "place",
    "price_of_rules",
    "remedies",
    "repair",
    "solve",
    "warm",
    "why_here",
    "why_no_slot",
    "without_rule",
]


def warm() -> None:
    """Load the solvers now, so that the first `solve` of a process starts at once.

    Once per installation this compiles for about a minute; later it takes a second.
    """
    warm_kernel()
    _load_exact()
