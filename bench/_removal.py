"""After somebody removes a clip at home: where does what others had of it still lie, and what makes it go?

The copies must be gone from rows and files at once. PostgreSQL leaves removed rows in its pages until they are
vacuumed, and in its write-ahead log until a segment is written over: that is measured, not promised.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench._fleet import Realm, until
from bench._journeys import Town, is_shown
from bench._places import LIVE, area_in_cell, list_files, list_tables, sample_clip
from bench._search import Net
from bench.table import Cell

DISK = ("statistics", "postgres/base", "postgres/pg_wal")


@dataclass
class Removal:
    """`left` is how many canaries lie where they must be gone; the rows tell of all places."""

    left: int = 0
    rows: list[dict[str, Cell]] = field(default_factory=list[dict[str, Cell]])


def follow_removal(towns: Sequence[Town]) -> Removal:
    """Remove the first town's public clip, and look into the others for its caption and its bytes."""
    home, *others = towns
    caption = str(home.author.get(f"/videos/{home.public}")["caption"])
    net = Net([caption, *sample_clip(home.realm, home.public)])
    found = Removal()
    for town in others:
        _tell(found, town.realm, "before", net)
    home.author.session.delete(f"/videos/{home.public}").raise_for_status()
    began, after = time.perf_counter(), dict[str, float]()
    for town in others:
        until(lambda t=town: not is_shown(t, home.public), "a removed clip is still shown elsewhere")
        after[town.realm.code] = time.perf_counter() - began
    for town in others:
        found.left += _tell(found, town.realm, f"gone after {after[town.realm.code]:.1f} s", net)
        _clean(town.realm)
        found.left += _tell(found, town.realm, "VACUUM FULL ANALYZE, checkpoint, next segment of the log", net)
        _clean(town.realm, recycle=False)
        found.left += _tell(found, town.realm, "the same, with wal_recycle = off", net)
    return found


def _tell(found: Removal, realm: Realm, step: str, net: Net) -> int:
    counted = dict.fromkeys((*LIVE, *DISK, "others"), 0)
    for place in (*list_files(realm.folder, area_in_cell), *list_tables(realm)):
        hits = len(net.find(place.pieces()))
        counted[place.area if place.area in counted else "others"] += hits
    live = sum(counted[area] for area in LIVE)
    row: dict[str, Cell] = {"realm": realm.code, "step": step, "rows and files": live}
    found.rows.append(row | {area: counted[area] for area in (*DISK, "others")})
    return live


def _clean(realm: Realm, *, recycle: bool = True) -> None:
    """What makes PostgreSQL let go: pages written anew, and segments of its log that are not kept."""
    with realm.database() as database:
        if not recycle:
            database.execute("ALTER SYSTEM SET wal_recycle = off")
            database.execute("ALTER SYSTEM SET min_wal_size = '32MB'")
            database.execute("SELECT pg_reload_conf()")
        database.execute("VACUUM FULL ANALYZE")
        for _ in range(3):
            database.execute("SELECT pg_switch_wal()")
            database.execute("CHECKPOINT")
