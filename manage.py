#!/usr/bin/env python
"""Django's commands. Without DATABASE_URL they use the trial run's database."""

import os
import sys

NEEDS_NO_DATABASE = {"help", "version", "--help", "--version"}


def main() -> None:
    """Find or start the database, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
    if "DATABASE_URL" in os.environ or not NEEDS_NO_DATABASE.isdisjoint(sys.argv):
        run()
    else:
        run_on_the_trial_data()


def run() -> None:
    """Hand over to Django."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def run_on_the_trial_data() -> None:
    """Use the servers of a trial run, or start them for this command alone."""
    from dispatch.config import embedded
    from dispatch.config.trial import HOME, environment

    running = embedded.read_state(HOME / "servers.json")
    if running is not None:
        os.environ.update(environment(HOME, **running))
        return run()
    try:
        servers = embedded.start(HOME, durable=True)
    except embedded.ServerError as error:
        sys.exit(str(error))
    urls = {"database_url": servers.database_url, "broker_url": servers.broker_url}
    os.environ.update(environment(HOME, **urls))
    try:
        run()
    finally:
        servers.stop()


if __name__ == "__main__":
    main()
