"""What an imported row may name: two cities, three customers, two kinds of work."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dispatch.models import Customer, Site, Sla, Territory, WorkType
from dispatch.services.importing.fields import Mapping
from dispatch.services.importing.loading import Checked, check, load

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEADER = "external_ref,territory,work_type,customer,site,earliest_start,latest_end"
GOOD = "A1,newport,printer,Acme Glass,Acme Glass,2026-11-24,2026-11-25"
# Of the city, roughly; longitude first, as GeoJSON has it.
NYC_AREA = {
    "type": "Polygon",
    "coordinates": [[[-74.3, 40.4], [-73.6, 40.4], [-73.6, 41.0], [-74.3, 41.0]]],
}
NYC_SHAPE = Path(__file__).parent / "nyc_shape.csv"
NYC_REAL = (
    Path(__file__).parents[3].parent / "shared/data/requests/nyc311_2000.csv"
).resolve()
# What the documentation shows for the city's file, option by option.
NYC_OPTIONS = [
    *("--territory", "nyc"),
    *("--map", "external_ref=Unique Key"),
    *("--map", "work_type=Complaint Type"),
    *("--map-value", "work_type:Street Light Condition=lamp-repair"),
    *("--map-value", "work_type:*=inspection"),
    *("--map", "title=Complaint Type"),
    *("--map", "description=Descriptor"),
    *("--default", "customer=City of New York"),
    *("--map", "site=Incident Address"),
    *("--map", "postcode=Incident Zip"),
    *("--map", "received_at=Created Date"),
    *("--map", "earliest_start=Created Date"),
    *("--map", "latest_end=Due Date"),
    *("--default", "latest_end=+14d"),
    *("--date-order", "mdy"),
]


@dataclass
class World:
    """Where files are written and checked."""

    folder: Path
    acme: Site

    def file(self, *lines: str, data: bytes | None = None) -> Path:
        """A file of these lines, or of these bytes."""
        path = self.folder / "jobs.csv"
        path.write_bytes("\n".join(lines).encode() if data is None else data)
        return path

    def check(self, *lines: str, data: bytes | None = None, **mapping) -> Checked:
        """What the judge says of the lines."""
        return check(self.file(*lines, data=data), mapping=Mapping(**mapping), at=AT)

    def load(self, *lines: str, **mapping) -> int:
        """Check the lines and load them."""
        return load(self.check(*lines, **mapping), by=None, at=AT)


def build(folder: Path) -> World:
    """The records; no job yet."""
    newport = Territory.objects.create(code="newport", name="Newport")
    Territory.objects.create(
        code="nyc",
        name="New York",
        time_zone="America/New_York",
        polygon=NYC_AREA,
    )
    WorkType.objects.create(
        code="printer", name="Printer repair", service_line="it", duration_minutes=45
    )
    for code in ("lamp-repair", "inspection"):
        WorkType.objects.create(
            code=code, name=code.title(), service_line="mfg", duration_minutes=60
        )
    WorkType.objects.create(
        code="double-up",
        name="Double-up",
        service_line="care",
        duration_minutes=30,
        crew_size=2,
    )
    Customer.objects.create(name="City of New York")
    sla = Sla.objects.create(name="Four hours", onsite_minutes=240)
    acme = Customer.objects.create(name="Acme Glass", sla=sla)
    site = Site.objects.create(
        customer=acme,
        territory=newport,
        name="Acme Glass",
        lat=51.5876,
        lon=-2.9895,
        source="node/4711",
    )
    return World(folder, site)


def row(**changes: object) -> tuple[str, str]:
    """A good row, as two lines of a file, with these fields changed or added."""
    values = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | changes
    quoted = ['"' + str(value).replace('"', '""') + '"' for value in values.values()]
    return ",".join(values), ",".join(quoted)


def problems(checked: Checked) -> list[tuple[int, str, str]]:
    """Line, field and reason of each problem."""
    return [(p.line, p.field, p.reason) for p in checked.problems]
