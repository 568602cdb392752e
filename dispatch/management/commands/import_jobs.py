"""Open jobs from a CSV file: every bad row is told by line, and then none is loaded."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dispatch.errors import InvalidInput
from dispatch.services.importing import loading
from dispatch.services.importing.fields import DATE_ORDERS, Mapping, shown
from dispatch.services.importing.loading import Checked

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";", "|": "|"}
# Counts are told from here on; a short file needs none.
LONG = 5_000
NOTHING = "Nothing was loaded."


class Command(BaseCommand):
    """`manage.py import_jobs jobs.csv --territory newport --dry-run`."""

    help = f"{__doc__} See docs/import.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """How the file's words become ours."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only check")
        parser.add_argument("--territory", help="code of the territory of every row")
        parser.add_argument("--map", action="append", default=[], metavar="FIELD=COL")
        parser.add_argument(
            *("--default", "-d"), action="append", default=[], metavar="FIELD=VALUE"
        )
        parser.add_argument(
            "--map-value", action="append", default=[], metavar="FIELD:THEIRS=OURS"
        )
        parser.add_argument("--date-order", choices=DATE_ORDERS, default="")
        parser.add_argument("--delimiter", choices=DELIMITERS, default="comma")
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check the file, tell what is wrong, and load it when nothing is."""
        now = timezone.now()
        try:
            mapping = _mapping(options)
            checked = loading.check(
                options["file"], mapping=mapping, at=now, say=self._progress
            )
            is_loading = not (checked.problems or options["dry_run"])
            if is_loading:
                loading.load(checked, by=None, at=now, say=self._progress)
        except InvalidInput as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": error.message, "loaded": 0}))
            raise CommandError(f"{error.message} {NOTHING}") from error
        if options["json"]:
            self.stdout.write(json.dumps(_document(checked, is_loaded=is_loading)))
        else:
            self._tell(checked, is_loaded=is_loading)
        if checked.problems:
            raise CommandError(f"{_count(checked.bad_lines, 'bad row')}. {NOTHING}")

    def _progress(self, what: str, count: int) -> None:
        if count % LONG == 0:
            self.stderr.write(f"  {count} {what}")

    def _tell(self, checked: Checked, *, is_loaded: bool) -> None:
        for problem in checked.problems:
            self.stdout.write(
                f"line {problem.line}: {problem.field}: {problem.message}"
            )
        for reason, count in checked.reasons():
            self.stdout.write(f"{count:>7} × {reason}")
        for line, ref in checked.already:
            self.stdout.write(f"line {line}: {shown(ref)} is already here: skipped")
        verb = "Loaded" if is_loaded else "Would load"
        if checked.problems:
            verb = "Without the bad rows it would load"
        self.stdout.write(
            f"{_count(checked.rows, 'row')} read. {verb} "
            f"{_count(len(checked.drafts), 'job')} "
            f"({_count(len(checked.new_sites), 'new site')}); "
            f"{len(checked.already)} already here."
        )


def _mapping(options: dict[str, Any]) -> Mapping:
    defaults = dict(_pair("--default", text) for text in options["default"])
    if options["territory"]:
        defaults["territory"] = options["territory"]
    values: dict[str, dict[str, str]] = {}
    for text in options["map_value"]:
        name, separator, words = text.partition(":")
        theirs, equals, ours = words.rpartition("=")
        if not separator or not equals:
            raise InvalidInput(f"--map-value wants FIELD:THEIRS=OURS, not {text!r}.")
        values.setdefault(name.strip(), {})[theirs.strip().casefold()] = ours.strip()
    return Mapping(
        columns=dict(_pair("--map", text) for text in options["map"]),
        defaults=defaults,
        values=values,
        date_order=options["date_order"],
        delimiter=DELIMITERS[options["delimiter"]],
    )


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(f"{option} wants FIELD=…, not {text!r}.")
    return name.strip(), value.strip()


def _document(checked: Checked, *, is_loaded: bool) -> dict[str, Any]:
    return {
        "rows": checked.rows,
        "loaded": len(checked.drafts) if is_loaded else 0,
        "would_load": len(checked.drafts),
        "new_sites": len(checked.new_sites),
        "already_here": [{"line": line, "ref": ref} for line, ref in checked.already],
        "bad_rows": checked.bad_lines,
        "reasons": dict(checked.reasons()),
        "problems": [
            {
                "line": problem.line,
                "field": problem.field,
                "reason": problem.reason,
                "message": problem.message,
            }
            for problem in checked.problems
        ],
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
