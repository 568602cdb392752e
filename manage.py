#!/usr/bin/env python
"""Django's commands. Without DATABASE_URL they use the trial run's database."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NEEDS_NO_DATABASE = {"help", "version", "--help", "--version", "--config-only"}


def main() -> None:
    """Find or start the database, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
    servers = None
    if "DATABASE_URL" not in os.environ and NEEDS_NO_DATABASE.isdisjoint(sys.argv):
        from dispatch.config import embedded
        from dispatch.config.trial import environment

        home = ROOT / ".demo"
        state = embedded.read_state(home / "servers.json")
        if state is None:
            servers = embedded.start(home, durable=True)
            state = {
                "database_url": servers.database_url,
                "broker_url": servers.broker_url,
            }
        os.environ.update(environment(home, **state))
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    finally:
        if servers is not None:
            servers.stop()


if __name__ == "__main__":
    main()
