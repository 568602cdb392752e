"""What a visitor has told us so far, kept in their session until they confirm."""

from typing import Any

from django.http import HttpRequest

from dispatch.errors import InvalidInput
from dispatch.models import Visit, WorkType
from dispatch.queries import portal
from dispatch.services import geocoding
from dispatch.services.booking import Booker
from dispatch.services.geocoding import Place
from dispatch.services.offering import Wish

KEY = "booking"
STEPS = ("what", "where", "who", "when")


class Draft:
    """The answers of one visitor, step by step."""

    def __init__(self, request: HttpRequest) -> None:
        self._session = request.session
        self.answers: dict[str, Any] = dict(request.session.get(KEY, {}))

    def keep(self, step: str, answer: Any) -> None:
        """Remember the answer of one step."""
        self.answers[step] = answer
        self._session[KEY] = self.answers

    def forget(self) -> None:
        """Nothing of it is needed any more."""
        self._session.pop(KEY, None)

    def missing(self, before: str) -> str | None:
        """The first step that has to be answered before the step `before`."""
        needed = STEPS[: STEPS.index(before)]
        return next((step for step in needed if step not in self.answers), None)

    def work_type(self) -> WorkType | None:
        """What is wrong, if it is still on offer."""
        code = self.answers.get("what", {}).get("work")
        return portal.bookable().filter(code=code).first()

    def place(self) -> Place:
        """Where to come. Raises InvalidInput when nobody knows it any more."""
        return geocoding.locate(**self.answers["where"])

    def held(self) -> Visit | None:
        """The window that this visitor holds."""
        return portal.hold(self.answers.get("visit"))

    def booker(self) -> Booker:
        """Who books."""
        return Booker(**self.answers["who"])

    def wish(self) -> Wish:
        """All of it as one wish. Raises InvalidInput."""
        work_type = self.work_type()
        if work_type is None:
            raise InvalidInput("Choose what is wrong again.", field="work")
        return Wish(work_type, self.place(), self.held())
