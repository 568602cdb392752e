"""Measuring: this engine and others on the same problems, one core, the same run."""

from scheduling.bench.cases import Case, best_known, files, generated
from scheduling.bench.runs import OURS, Result, bench
from scheduling.bench.summary import summary

__all__ = [
    "OURS",
    "Case",
    "Result",
    "bench",
    "best_known",
    "files",
    "generated",
    "summary",
]
