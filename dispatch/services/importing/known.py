"""What the database knows already: asked for in bulk, never row by row."""

from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.errors import InvalidInput
from dispatch.models import Customer, Job, Site, Territory, WorkType
from dispatch.services.importing import places
from dispatch.services.importing.places import Point, Ring

REFS_AT_ONCE = 5_000


def refs_here(refs: Iterable[str]) -> set[str]:
    """Which of these references belong to a job already."""
    # The database cannot even be asked for a text with a NUL byte.
    wanted = [ref for ref in refs if ref and "\x00" not in ref]
    found: set[str] = set()
    for start in range(0, len(wanted), REFS_AT_ONCE):
        some = wanted[start : start + REFS_AT_ONCE]
        rows = Job.objects.filter(external_ref__in=some)
        found.update(rows.values_list("external_ref", flat=True))
    return found


def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Raises InvalidInput when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"There is no time zone {name!r}.") from error


class Known:
    """Territories, work types, customers and sites by the words a file may use."""

    def __init__(self) -> None:
        self.territories = {row.code.casefold(): row for row in Territory.objects.all()}
        types = list(WorkType.objects.all())
        self.work_types = {row.name.casefold(): row for row in types}
        self.work_types |= {row.code.casefold(): row for row in types}
        self.work_type_codes = sorted(row.code for row in types)
        self._customers: defaultdict[str, list[Customer]] = defaultdict(list)
        for customer in Customer.objects.select_related("sla"):
            self._customers[customer.name.casefold()].append(customer)
        self._sites: dict[str, defaultdict[str, list[Site]]] = {}
        self._areas: dict[str, list[list[Ring]] | None] = {}

    def customers(self, name: str) -> list[Customer]:
        """Every customer of that name."""
        return self._customers.get(name.casefold(), [])

    def sites(self, territory: Territory, word: str) -> list[Site]:
        """Sites of a territory by their name, else by their source."""
        words = self._words(territory)
        return words.get(word.casefold()) or words.get(_source(word), [])

    def add(self, site: Site) -> None:
        """A new site that later rows of the file may name too."""
        self._words(site.territory)[site.name.casefold()].append(site)

    def area(self, territory: Territory) -> list[list[Ring]] | None:
        """The territory's polygons, or None when it has no area."""
        if territory.code not in self._areas:
            held = territory.polygon
            self._areas[territory.code] = places.polygons(held) if held else None
        return self._areas[territory.code]

    def _words(self, territory: Territory) -> defaultdict[str, list[Site]]:
        if territory.code not in self._sites:
            words: defaultdict[str, list[Site]] = defaultdict(list)
            rows = Site.objects.filter(territory=territory)
            for site in rows.select_related("customer__sla", "territory"):
                words[site.name.casefold()].append(site)
                if site.source:
                    words[_source(site.source)].append(site)
            self._sites[territory.code] = words
        return self._sites[territory.code]


def near(sites: list[Site], point: Point) -> list[Site]:
    """Those of the sites that are the place at `point`, the nearest first."""
    far = {site.pk: places.km(point, (site.lat, site.lon)) for site in sites}
    same = [site for site in sites if far[site.pk] <= places.SAME_PLACE_KM]
    return sorted(same, key=lambda site: far[site.pk])


def _source(word: str) -> str:
    # A name cannot hold a NUL, so sources and names cannot be taken for each other.
    return f"\x00{word.casefold()}"
