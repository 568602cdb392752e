"""Check a whole file, then open its jobs in one transaction: all of them or none."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from dispatch.errors import DomainError, InvalidInput
from dispatch.models import Site, User
from dispatch.services import jobs
from dispatch.services.importing.fields import Header, Mapping, shown, understand
from dispatch.services.importing.judging import Draft, judge
from dispatch.services.importing.known import Known, refs_here
from dispatch.services.importing.reading import Record, records
from dispatch.services.importing.row import Problem, Row

ROWS_AT_ONCE = 1_000
JOBS_AT_ONCE = 500
# Any number, the same for every import: a second one waits for the first.
LOCK = 5_731_022
Say = Callable[[str, int], None]


@dataclass
class Checked:
    """What a file would do; it can be loaded when there are no problems."""

    name: str
    rows: int = 0
    drafts: list[Draft] = field(default_factory=list)
    already: list[tuple[int, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def bad_lines(self) -> int:
        """How many rows have a problem, however many each has."""
        return len({problem.line for problem in self.problems})

    @property
    def new_sites(self) -> list[Site]:
        """The sites that loading will make."""
        return [draft.site for draft in self.drafts if draft.is_new_site]

    def reasons(self) -> list[tuple[str, int]]:
        """How often each reason occurs, the most frequent first."""
        return Counter(problem.reason for problem in self.problems).most_common()


def check(
    path: Path, *, mapping: Mapping, at: datetime, say: Say = lambda what, count: None
) -> Checked:
    """Judge every row and change nothing. Raises InvalidInput when it is no CSV file.

    No transaction is open meanwhile; questions to the database are asked for
    ROWS_AT_ONCE rows together.
    """
    lines = records(path, delimiter=mapping.delimiter)
    first = next(lines, None)
    if first is None:
        raise InvalidInput("The file is empty.", field="file")
    header = understand(first.cells, mapping)
    checked = Checked(path.name)
    known = Known()
    seen: dict[str, int] = {}
    while some := list(islice(lines, ROWS_AT_ONCE)):
        _check_some(some, header, known=known, seen=seen, checked=checked, at=at)
        say("rows read", checked.rows)
    checked.problems.sort(key=lambda problem: problem.line)
    return checked


def load(
    checked: Checked,
    *,
    by: User | None,
    at: datetime,
    say: Say = lambda what, count: None,
) -> int:
    """Open a job for every draft; how many. Raises InvalidInput and loads nothing."""
    if checked.problems:
        raise InvalidInput("The file has bad rows.", field="file")
    label = f"import of {shown(checked.name)}"
    try:
        with transaction.atomic():
            _refuse_loaded_meanwhile(checked)
            Site.objects.bulk_create(checked.new_sites, batch_size=ROWS_AT_ONCE)
            numbers = jobs.take_numbers(len(checked.drafts))
            numbered = zip(numbers, checked.drafts, strict=True)
            for count, (number, draft) in enumerate(numbered, start=1):
                _open(draft, number=number, by=by, label=label)
                if count % JOBS_AT_ONCE == 0:
                    say("jobs opened", count)
    except IntegrityError as error:
        raise InvalidInput(
            "Something that the file names was deleted meanwhile. "
            "Run the import again.",
            field="file",
        ) from error
    return len(checked.drafts)


def _check_some(
    some: list[Record],
    header: Header,
    *,
    known: Known,
    seen: dict[str, int],
    checked: Checked,
    at: datetime,
) -> None:
    whole = list(_whole_rows(some, header, checked))
    here = refs_here({values["external_ref"] for _, values in whole})
    for line, values in whole:
        ref = values["external_ref"]
        if ref and ref in here and ref not in seen:
            seen[ref] = line
            checked.already.append((line, ref))
            continue
        row = Row(line, values, known, header.mapping.date_order, at)
        if ref and ref in seen:
            message = f"{shown(ref)} is in line {seen[ref]} already."
            row.refuse("external_ref", "twice in the file", message)
        seen.setdefault(ref, line)
        draft = judge(row)
        if draft is not None:
            checked.drafts.append(draft)
        checked.problems += row.problems


def _whole_rows(
    some: list[Record], header: Header, checked: Checked
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are as wide as the header, by field."""
    for record in some:
        checked.rows += 1
        if len(record.cells) == header.width:
            yield record.line, header.values(record.cells)
            continue
        message = f"{len(record.cells)} cells; the header has {header.width}."
        checked.problems.append(Problem(record.line, "row", "wrong width", message))


def _refuse_loaded_meanwhile(checked: Checked) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    here = refs_here(draft.ref for draft in checked.drafts)
    if here:
        raise InvalidInput(
            f"{len(here)} of these jobs were loaded meanwhile by somebody else. "
            "Run the import again.",
            field="file",
        )


def _open(draft: Draft, *, number: str, by: User | None, label: str) -> None:
    try:
        jobs.open_job(
            number=number,
            site=draft.site,
            external_ref=draft.ref,
            by=by,
            label=label,
            at=draft.at,
            **draft.arguments,
        )
    except DomainError as error:
        message = f"Line {draft.line}: {error.message}"
        raise InvalidInput(message, field="file") from error
