"""Put names to what the engine says about ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dispatch.models import Skill, Technician
from scheduling.check import Violation
from scheduling.plan import Reason

if TYPE_CHECKING:
    from dispatch.services.planning.problem import Reading


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
    sentence = _with_skill(item.sentence, item.details, names)
    return f"{about}: {sentence}" if about else sentence


def reason_row(reason: Reason, names: Names) -> dict[str, Any]:
    """A reason as stored with the visit and shown on the board."""
    return {
        "technician_id": reason.technician,
        "technician": names.technicians.get(reason.technician or ""),
        "code": reason.code,
        "sentence": _with_skill(reason.sentence, reason.details, names),
    }


def _with_skill(sentence: str, details: Any, names: Names) -> str:
    code = details.get("skill") if details else None
    if not isinstance(code, str) or code not in names.skills:
        return sentence
    return sentence.replace(code, names.skills[code])
