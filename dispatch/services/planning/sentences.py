"""Put names to what the engine says about ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispatch.models import Skill, Technician
from scheduling.check import Violation
from scheduling.plan import Reason

if TYPE_CHECKING:
    from dispatch.services.planning.problem import Reading

SKILL_CODE = re.compile(r"\bskill ([\w-]+)")


@dataclass(frozen=True)
class Names:
    """Names of people, sites and skills by the engine's ids."""

    technicians: dict[str, str]
    visits: dict[str, str]
    skills: dict[str, str]

    @classmethod
    def of(cls, found: Reading, *, extra: Technician | None = None) -> Names:
        """The names that a reading needs, in two queries."""
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
        return cls(people, sites, dict(Skill.objects.values_list("code", "name")))


def sentence_for(item: Violation, names: Names) -> str:
    """A violation as a dispatcher reads it."""
    who = names.technicians.get(item.technician or "", "")
    where = ", ".join(names.visits[key] for key in item.visits if key in names.visits)
    about = " · ".join(part for part in (who, where) if part)
    sentence = _with_skill(item.sentence, names)
    return f"{about}: {sentence}" if about else sentence


def reason_sentence(reason: Reason, names: Names) -> str:
    """A reason in words, with the skill's name instead of its code."""
    return _with_skill(reason.sentence, names)


def reason_row(reason: Reason, names: Names) -> dict[str, Any]:
    """A reason as stored with the visit and shown on the board."""
    return {
        "technician_id": reason.technician,
        "technician": names.technicians.get(reason.technician or ""),
        "code": reason.code,
        "sentence": reason_sentence(reason, names),
    }


def _with_skill(sentence: str, names: Names) -> str:
    """Say the skill's name where the engine could only say its code."""
    return SKILL_CODE.sub(
        lambda found: f"skill {names.skills.get(found[1], found[1])}", sentence
    )
