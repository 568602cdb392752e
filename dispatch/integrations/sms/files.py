"""Text messages that leave nothing but a line: for the trial run, and to look at."""

import json
import logging
import os
from pathlib import Path

from django.conf import settings

log = logging.getLogger(__name__)


class FileSender:
    """Append each message to a file, one JSON object a line; one key is one message."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """Keep one message; the same key a second time changes nothing."""
        path = Path(settings.SMS_FILE_PATH)
        path.parent.mkdir(parents=True, exist_ok=True)
        known = path.read_text(encoding="utf-8") if path.exists() else ""
        if any(json.loads(line)["key"] == key for line in known.splitlines()):
            return
        line = json.dumps({"key": key, "to": to, "text": text}, ensure_ascii=False)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())


class ConsoleSender:
    """Write that a message went, to the log; the number only by its last digits."""

    def send(self, *, to: str, text: str, key: str) -> None:
        """One line."""
        log.warning("Text message %s to …%s: %s", key, to[-3:], text)
