"""What was measured beside what was promised."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

# Above this the machine had so much else to do that times say little.
BUSY = 1.5


@dataclass(frozen=True)
class Sample:
    """One time, and what a fixed piece of work took just before and after it."""

    value: float
    work: float = 0.0


@dataclass
class Figure:
    """One line of the table; without a `budget` it is told, not judged."""

    name: str
    unit: str
    samples: list[Sample]
    budget: float | None = None
    # The share that has to keep the budget: 0.5 is the median.
    share: float = 0.5
    note: str = ""
    # What the fixed work takes when nothing disturbs it: set once all is measured.
    quiet_work: float = field(default=0.0)

    @property
    def values(self) -> list[float]:
        return [sample.value for sample in self.samples]

    @property
    def measured(self) -> float:
        """What is held against the budget."""
        return quantile(self.values, self.share)

    @property
    def busy(self) -> float:
        """How many times longer than undisturbed the fixed work took meanwhile."""
        works = [sample.work for sample in self.samples if sample.work]
        if not works or not self.quiet_work:
            return 1.0
        return statistics.median(works) / self.quiet_work

    @property
    def ok(self) -> bool:
        return self.budget is None or self.measured <= self.budget

    def shown(self) -> dict[str, Any]:
        """The line for people and programs."""
        return {
            "what": self.name,
            "unit": self.unit,
            "runs": len(self.samples),
            "p50": _short(quantile(self.values, 0.5)),
            "p95": _short(quantile(self.values, 0.95)),
            "judged": f"p{round(100 * self.share)}",
            "measured": _short(self.measured),
            "budget": self.budget,
            "ok": self.ok,
            "busy": round(self.busy, 2),
            "note": self.note,
        }


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of all keeps."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _short(value: float) -> float:
    return round(value, 3) if value < 1 else round(value, 1)


def table(figures: list[Figure]) -> str:
    """For a terminal and for Markdown alike."""
    heads = ["", "runs", "p50", "p95", "budget", "", "machine"]
    rows = [heads, ["---"] * len(heads), *map(_row, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    return "\n".join(
        "| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows
    )


def _row(figure: Figure) -> list[str]:
    line = figure.shown()
    timed = any(sample.work for sample in figure.samples)
    return [
        figure.name,
        str(line["runs"]),
        f"{line['p50']:g}",
        f"{line['p95']:g} {figure.unit}".strip(),
        _budget(figure),
        "" if figure.budget is None else "ok" if figure.ok else "MISS",
        f"{line['busy']:.1f}×" if timed else "",
    ]


def _budget(figure: Figure) -> str:
    if figure.budget is None:
        return ""
    which = f"p{round(100 * figure.share)} " if figure.share > 0.5 else ""
    return f"{which}≤ {figure.budget:g} {figure.unit}".strip()
