"""The pictures that go into a printed report: small enough for a mail."""

import logging
import uuid
from typing import Any

from dispatch.services import media, pictures

log = logging.getLogger(__name__)
# Half a page wide at 200 dots an inch; many of them, or those nobody asked for, less.
WANTED, MANY, BESIDE = 640, 480, 320
FEW = 12


def files(content: dict[str, Any]) -> dict[str, bytes]:
    """The bytes of every picture that the report names, by file name.

    One whose bytes cannot be had is said in its place: `content` is told.
    """
    named = [x for x in [*content["photos"], *content["later"]] if x["file"]]
    is_few = sum(x["wanted"] for x in named) <= FEW
    found: dict[str, bytes] = {}
    for photo in named:
        longest = (WANTED if is_few else MANY) if photo["wanted"] else BESIDE
        data = _picture(photo["id"], longest)
        if data is None:
            photo.update(file="", state="The picture is missing at the office.")
        else:
            found[photo["file"]] = data
    return found


def _picture(photo_id: str, longest: int) -> bytes | None:
    data = media.store().get(media.kept(uuid.UUID(photo_id), media.FULL))
    if data is None:
        return None
    try:
        return pictures.shrink(data, longest=longest)
    except pictures.NotAPictureError:
        log.exception("Photo %s is stored and cannot be read.", photo_id)
        return None
