"""Bytes as files below MEDIA_ROOT: no address leads there, only our doors read them."""

import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings


class FileStore:
    """A media store on a file system that web server and workers share."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes under a name: wholly, or not at all."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: the same part may arrive twice at once.
        draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.draft")
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def get(self, name: str) -> bytes | None:
        """The bytes, or None when there are none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def sizes(self, folder: str) -> dict[str, int]:
        """Names and sizes of what lies directly in a folder."""
        path = self._path(folder)
        if not path.is_dir():
            return {}
        return {
            file.name: file.stat().st_size
            for file in path.iterdir()
            if file.is_file() and file.suffix != ".draft"
        }

    def drop(self, folder: str) -> None:
        """Forget a folder and all that is in it."""
        shutil.rmtree(self._path(folder), ignore_errors=True)

    def free(self) -> int:
        """How many more bytes there is room for."""
        root = Path(settings.MEDIA_ROOT)
        root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(root).free

    def _path(self, name: str) -> Path:
        root = Path(settings.MEDIA_ROOT).resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise ValueError(f"{name!r} leads out of the media folder.")
        return path
