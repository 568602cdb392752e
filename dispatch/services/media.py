"""Where bytes are kept: one small interface, and the names under which they lie."""

import uuid
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

FULL, THUMB = "full", "thumb"
SIZES = (FULL, THUMB)


class MediaStore(Protocol):
    """What a store does; `MEDIA_STORE` names one by its dotted path."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name: wholly, or not at all."""

    def get(self, name: str) -> bytes | None:
        """The bytes, or None when there are none."""

    def sizes(self, folder: str) -> dict[str, int]:
        """Names and sizes of what lies directly in a folder."""

    def drop(self, folder: str) -> None:
        """Forget a folder and all that is in it."""

    def free(self) -> int:
        """How many more bytes there is room for."""


def store() -> MediaStore:
    """The store of this installation."""
    made: MediaStore = import_string(settings.MEDIA_STORE)()
    return made


def incoming(photo_id: uuid.UUID) -> str:
    """The folder of parts that have arrived, one file each."""
    return f"incoming/{photo_id}"


def kept(photo_id: uuid.UUID, size: str) -> str:
    """The name of a finished picture; spread over folders by the id's random end."""
    return f"photos/{photo_id.hex[-2:]}/{photo_id}/{size}.jpg"
