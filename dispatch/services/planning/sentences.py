"""Put names to what the engine says about ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispatch.models import Part, Skill, Technician
from scheduling.check import Violation
from scheduling.plan import Reason

if TYPE_CHECKING:
    from dispatch.services.planning.problem import Reading

# Where the engine, which knows only codes, speaks of a skill or a part.
CODE = re.compile(
    r"(\bskill |\bcertificate for |\bHolds |\bNeeds \d+ × |\bMore )([\w-]+)"
)


@dataclass(frozen=True)
class Names:
    """Names of people, sites, skills and parts by the engine's ids."""

    technicians: dict[str, str]
    visits: dict[str, str]
    things: dict[str, str]

    @classmethod
    def of(cls, found: Reading, *, extra: Technician | None = None) -> Names:
        """The names that a reading needs, in three queries."""
        ids = [person.id for person in found.problem.technicians]
        people = {
            str(pk): name
            for pk, name in Technician.objects.filter(pk__in=ids).values_list(
                "pk", "name"
            )
        }
        if extra is not None:
            people[str(extra.pk)] = extra.name
        sites = {key: visit.job.site.name for key, visit in found.visits.items()}
        things = dict(Part.objects.values_list("code", "name"))
        things |= dict(Skill.objects.values_list("code", "name"))
        return cls(people, sites, things)


def sentence_for(item: Violation, names: Names) -> str:
    """A violation as a dispatcher reads it."""
    who = names.technicians.get(item.technician or "", "")
    where = ", ".join(names.visits[key] for key in item.visits if key in names.visits)
    about = " · ".join(part for part in (who, where) if part)
    sentence = _named(item.sentence, names)
    return f"{about}: {sentence}" if about else sentence


def reason_sentence(reason: Reason, names: Names) -> str:
    """A reason in words, with names instead of codes."""
    return _named(reason.sentence, names)


def reason_row(reason: Reason, names: Names) -> dict[str, Any]:
    """A reason as stored with the visit and shown on the board."""
    return {
        "technician_id": reason.technician,
        "technician": names.technicians.get(reason.technician or ""),
        "code": reason.code,
        "sentence": reason_sentence(reason, names),
    }


def _named(sentence: str, names: Names) -> str:
    """Say the name where the engine could only say a code."""
    return CODE.sub(
        lambda found: found[1] + names.things.get(found[2], found[2]), sentence
    )
