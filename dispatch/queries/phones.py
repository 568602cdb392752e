"""Phone numbers as people type them: the same number in every spelling."""

import re

from django.conf import settings

SHORTEST = 4
PUNCTUATION = re.compile(r"[\s()./\-–]")


def looks_like(text: str) -> bool:
    """Whether this is a number, or the beginning of one, and no name or address."""
    bare = PUNCTUATION.sub("", text)
    return re.fullmatch(rf"\+?[0-9]{{{SHORTEST},}}", bare) is not None


def significant(text: str) -> str:
    """The digits that every spelling shares: no prefix, no country code of ours.

    `+44 (0)1633 555 123`, `0044 1633 555123` and `01633 555123` all become
    `1633555123`; a number of another country keeps its code.
    """
    bare = PUNCTUATION.sub("", text)
    digits = re.sub(r"[^0-9]", "", bare)
    is_international = bare.startswith(("+", "00"))
    digits = digits.lstrip("0")
    code: str = settings.PHONE_COUNTRY_CODE
    if is_international and digits.startswith(code):
        digits = digits[len(code) :].lstrip("0")
    return digits
