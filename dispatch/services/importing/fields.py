"""What a row may say, and which column of the file says it."""

from dataclasses import dataclass, field

from dispatch.errors import InvalidInput

# The longest text of each field; the models state the same.
LONGEST = {
    "external_ref": 60,
    "territory": 50,
    "work_type": 80,
    "customer": 120,
    "site": 120,
    "street": 120,
    "postcode": 12,
    "city": 60,
    "latitude": 40,
    "longitude": 40,
    "title": 120,
    "description": 10_000,
    "priority": 40,
    "duration_minutes": 40,
    "received_at": 40,
    "earliest_start": 40,
    "latest_end": 40,
    "window_start": 40,
    "window_end": 40,
    "window_kind": 40,
    "promise_start": 40,
    "promise_end": 40,
}
FIELDS = tuple(LONGEST)
NEEDED = ("external_ref", "territory", "work_type", "earliest_start", "latest_end")
DATE_ORDERS = ("dmy", "mdy")
ANY_VALUE = "*"
LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Mapping:
    """How the file's own words become ours; keys are names of fields."""

    columns: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    # field -> the file's word in lower case, or ANY_VALUE -> our word
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    date_order: str = ""
    delimiter: str = ","

    def __post_init__(self) -> None:
        for name in (*self.columns, *self.defaults, *self.values):
            if name not in FIELDS:
                raise InvalidInput(
                    f"There is no field {shown(name)}. Fields: {', '.join(FIELDS)}.",
                    field="mapping",
                )


@dataclass(frozen=True)
class Header:
    """The first row, understood: where each field of a row stands."""

    width: int
    places: dict[str, int]
    mapping: Mapping

    def values(self, cells: list[str]) -> dict[str, str]:
        """What a row says for every field: trimmed, translated, filled up."""
        return {name: self._value(name, cells) for name in FIELDS}

    def _value(self, name: str, cells: list[str]) -> str:
        place = self.places.get(name)
        told = "" if place is None else cells[place].strip()
        words = self.mapping.values.get(name)
        if words and told:
            told = words.get(told.casefold(), words.get(ANY_VALUE, told))
        return told or self.mapping.defaults.get(name, "")


def understand(cells: list[str], mapping: Mapping) -> Header:
    """Find the columns. Raises InvalidInput that says which are missing."""
    names = [cell.strip() for cell in cells]
    if any("\x00" in name for name in names):
        raise InvalidInput(
            "The file holds NUL bytes, so it is not UTF-8 text. "
            "Save it as “CSV UTF-8”, then try again.",
            field="file",
        )
    _refuse_other_delimiter(names, mapping.delimiter)
    folded = [name.casefold() for name in names]
    places = {}
    for field_name in FIELDS:
        column = mapping.columns.get(field_name, field_name).strip()
        found = folded.count(column.casefold())
        if found > 1:
            raise InvalidInput(
                f"The column {shown(column)} is in the header {found} times.",
                field="file",
            )
        if found:
            places[field_name] = folded.index(column.casefold())
    _refuse_missing(names, places, mapping)
    return Header(len(names), places, mapping)


def shown(text: str) -> str:
    """A value of the file in quotes, short, and harmless to a terminal."""
    short = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    printable = [
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in short
    ]
    return f"'{''.join(printable)}'"


def _refuse_other_delimiter(names: list[str], delimiter: str) -> None:
    if len(names) > 1:
        return
    for other, word in ((",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "|")):
        if other != delimiter and other in names[0]:
            raise InvalidInput(
                f"The header is one single column, but holds “{word}” characters: "
                f"try --delimiter {word}.",
                field="file",
            )


def _refuse_missing(names: list[str], places: dict[str, int], mapping: Mapping) -> None:
    given = {*places, *(name for name, value in mapping.defaults.items() if value)}
    missing = [name for name in NEEDED if name not in given]
    if "site" not in given and not {"latitude", "longitude", "customer"} <= given:
        missing.append("site (or latitude, longitude and customer)")
    lost = [
        f"{shown(column)} (for {name})"
        for name, column in mapping.columns.items()
        if name not in places
    ]
    columns = ", ".join(shown(name) for name in names)
    if lost:
        raise InvalidInput(
            f"The file has no column {', '.join(lost)}. Its columns: {columns}.",
            field="file",
        )
    if missing:
        raise InvalidInput(
            f"The file does not say: {', '.join(missing)}. Name a column for each "
            f"with --map, or a value with --default. Its columns: {columns}.",
            field="file",
        )
