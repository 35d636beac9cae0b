"""Does data stay in its realm? Canaries in every personal field of three realms, and a search of all of the others.

People of each realm put a canary into whatever they can write, and use everything there is; ids, keys and hashes
count as canaries as they are. Then each realm is searched whole for the canaries of the others: its files, its
database, the memory of its processes, its answers to strangers. Last, canaries are put into another realm on purpose,
one in each kind of place: a search that misses one fails the benchmark.
"""

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.devices.zones import Zones

from bench._canaries import Canaries, Whole
from bench._controls import planted, remove_shared
from bench._drive import drive
from bench._fleet import Realm, running_fleet
from bench._journeys import Town
from bench._offices import ADDRESS, name_server
from bench._places import Place, list_files, list_places
from bench._removal import follow_removal
from bench._search import Net, Value
from bench.table import Cell, Goal, Report, at_least, at_most, publish

REALMS = ("eu", "ca-qc", "us")
NO_REALM = "shared"


@dataclass
class Sweep:
    """What is looked for, and how far the looking has come."""

    whole: Whole
    values: list[Value]
    net: Net
    leaks: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    places: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    copies: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    seconds: float = 0.0

    @classmethod
    def of(cls, whole: Whole) -> "Sweep":
        values = whole.values
        return cls(whole, values, Net(values))

    def search(self, realm: str, places: Iterable[Place]) -> set[tuple[str, Value]]:
        """Look into each place; the canaries that may not be there, each with its area."""
        began, wrong = time.perf_counter(), set[tuple[str, Value]]()
        for place in places:
            self.places[realm, place.area] += 1
            for number in self.net.find(place.pieces()):
                value = self.values[number]
                if self.whole.is_leak(value, realm, place.area):
                    wrong.add((place.area, value))
                    self.leaks[realm, place.area, f"{self.whole.describe(value)} in {place.name}"] += 1
                elif realm not in {one.realm for one in self.whole.homes(value)}:
                    self.copies[realm, place.area] += 1
        self.seconds += time.perf_counter() - began
        return wrong


def measure() -> Report:
    """Three realms in a folder of their own; some minutes on two cores."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as folder:
        room = Path(folder)
        room.chmod(0o711)
        with name_server() as zones:
            told = {"REELM_NAME_SERVER": zones.server, "REELM_PUBLIC_URL": ADDRESS}
            with running_fleet(room / "var", REALMS, **told) as realms:
                return _measure(room, realms, zones)


def _measure(room: Path, realms: Sequence[Realm], zones: Zones) -> Report:
    canaries = {realm.code: Canaries(realm.code) for realm in realms}
    towns, departures = drive(room, realms, zones, canaries)
    sweep = Sweep.of(Whole(tuple(canaries.values())))
    pages = _list_pages(towns)
    for realm in realms:
        _search_realm(sweep, realm, room, pages)
    sweep.search(NO_REALM, list_files(room / "var" / "peers", lambda _: "peers"))
    leaks, rows = Counter(sweep.leaks), _rows_of_places(sweep)
    speed, searched = sweep.net.searched_bytes / sweep.seconds / 1e6, sweep.net.searched_bytes
    removal = follow_removal(towns)
    found = _check_controls(sweep, realms, room, pages)
    unswept = sorted({name for one in canaries.values() for name in (*one.unswept, *one.faults)})
    publish(Report("residency-columns", _rows_of_columns(canaries)))
    publish(Report("residency-removal", removal.rows))
    publish(Report("residency-departures", [one.row for one in departures]))
    kinds = Counter((realm, area, what.partition(" (")[0]) for realm, area, what in leaks)
    for kind, places in kinds.most_common(60):
        print("  LEAK", *kind, f"({places} places)")
    for leak, times in leaks.most_common(40):
        print("  LEAK", *leak, f"({times} times)")
    for one in departures:
        for what in one.left:
            print(f"  LEFT in {one.home}: {what}")
    for name in (*(f"MISSED: {what}" for what, there in found.items() if not there), *unswept):
        print(f"  {name}")
    goals = (
        at_most("canaries where they may not be", len(leaks), 0),
        at_most("personal columns with neither a canary nor a reason why none is possible", len(unswept), 0),
        at_least("canaries put into another realm on purpose, found", sum(found.values()), len(found)),
        at_most("canaries of a removed clip in rows and files of other realms", removal.left, 0),
        at_most(
            "private canaries of somebody who moved in rows and files of the realm they left",
            sum(len(one.left) for one in departures),
            0,
        ),
        Goal("canaries", len(sweep.values), f"{sweep.net.spellings} spellings", met=True),
        Goal("MB searched", round(searched / 1e6), f"at {speed:.0f} MB/s", met=True),
    )
    return Report("residency", rows, goals)


def _search_realm(sweep: Sweep, realm: Realm, room: Path, pages: Sequence[str]) -> set[tuple[str, Value]]:
    with realm.database() as database:
        database.execute("ANALYZE")
        database.execute("CHECKPOINT")
    return sweep.search(realm.code, list_places(realm, room / "kept" / realm.code, pages))


def _check_controls(sweep: Sweep, realms: Sequence[Realm], room: Path, pages: Sequence[str]) -> dict[str, bool]:
    """Put canaries of the first realm into the last, and search that one again: which of them are found."""
    home, other = realms[0], realms[-1]
    try:
        with planted(sweep.whole, home.code, other, room / "kept" / other.code) as controls:
            wrong = _search_realm(sweep, other, room, pages)
    finally:
        remove_shared()
    return {one.what: (one.area, one.value) in wrong for one in controls}


def _list_pages(towns: Sequence[Town]) -> list[str]:
    """What a stranger can ask every realm for, also about the others."""
    pages = ["/", "/trust", "/api/v1/trust", "/api/v1/feed?limit=50", "/api/v1/realms", "/api/v1/data-map"]
    pages += ["/api/v1/health", "/api/v1/access/terms", "/ledger/checkpoint", "/ledger/tile/entries/000"]
    pages += ["/api/v1/organisations", "/api/v1/organisations/institution", "/api/v1/register", "/register"]
    for town in towns:
        for person in (town.author, town.viewer, town.minor):
            pages += [f"/api/v1/accounts/{person.handle}@{town.realm.code}"]
            pages += [f"/api/v1/accounts/{person.handle}@{town.realm.code}/videos"]
        for clip in (town.public, town.private, town.minors_clip):
            pages += [f"/api/v1/videos/{clip}?home={town.realm.code}", f"/api/v1/videos/{clip}/comments"]
    return pages


def _rows_of_places(sweep: Sweep) -> list[Mapping[str, Cell]]:
    """How many places of each kind each realm has, what public copies lie there, and what should not."""
    return [
        {
            "realm": realm,
            "where": area,
            "places": count,
            "copies that may be there": sweep.copies[realm, area],
            "leaks": sum(times for leak, times in sweep.leaks.items() if leak[:2] == (realm, area)),
        }
        for (realm, area), count in sorted(sweep.places.items())
    ]


def _rows_of_columns(canaries: Mapping[str, Canaries]) -> list[Mapping[str, Cell]]:
    """Every personal column of the catalogue: how many canaries it had in all realms, or why it can have none."""
    columns = {name: column for one in canaries.values() for name, column in one.columns.items()}
    return [
        {
            "column": name,
            "class": column.data_class,
            "realm rule": column.rule,
            "canaries": sum(one.columns[name].canaries for one in canaries.values() if name in one.columns),
            "none, because": ", ".join({one.columns[name].reason for one in canaries.values()} - {""}) or None,
        }
        for name, column in sorted(columns.items())
    ]
