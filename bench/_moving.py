"""Somebody moves to another realm in the middle of the sweep: what is where meanwhile, and what is left behind.

On the way the realm they come to holds all of it apart, and the one they leave holds it still: both may, no third
one. Once they have arrived, nothing that was private lies in rows and files of the realm they left. PostgreSQL keeps
removed rows in its pages and its write-ahead log for a while: `_removal.py` measures how long.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import _journeys as journeys
from bench._canaries import Canaries
from bench._fleet import Realm, until
from bench._journeys import Somebody, Town, canary
from bench._places import LIVE, area_in_cell, list_files, list_tables, sample_clip
from bench._search import Net, Value
from bench.table import Cell


@dataclass(frozen=True)
class Departure:
    """Somebody who moved. `left` tells of what was private of them and lies in rows or files where they were."""

    home: str
    to: str
    private: int
    left: list[str]

    @property
    def row(self) -> dict[str, Cell]:
        return {"from": self.home, "to": self.to, "private canaries": self.private, "left behind": len(self.left)}


def move_away(
    home: Town, to: Town, canaries: Mapping[str, Canaries], note: Callable[[], None], work: Path
) -> Departure:
    """Somebody lives at `home`, moves, and signs in where they are now; each stage is noted."""
    source, target = canaries[home.realm.code], canaries[to.realm.code]
    note()
    before = set(source.where), set(target.where)
    mover, private = _live(home, to, work)
    for sample in sample_clip(home.realm, private):
        source.add("bytes of a clip that is not public", sample)
    note()
    secret = {value for value in source.where if value not in before[0] and value not in source.may_be_in}
    others = _read_of_others(home.realm, mover)
    _go(home, to, mover, note)
    copies = _let_into(source, canaries), _let_into(target, canaries)
    for value in set(source.where) - before[0] - copies[0]:
        source.let(value, {to.realm.code})
    source.type_in("password as typed", mover.password, {to.realm.code})
    handed_over = set(target.where) - before[1] - copies[1]
    journeys.sign_in(to.realm, mover.handle, mover.password, mover.email, mover.born).get("/me")
    note()
    told = {value for value in secret if home.realm.code in target.may_be_in.get(value, ())}
    secret -= others | told  # whom they follow at their old home is told there, as from anywhere
    for value in handed_over:
        target.let(value, {home.realm.code})
    return Departure(home.realm.code, to.realm.code, len(secret), sorted(_find_left(home.realm, source, secret)))


def _let_into(realm: Canaries, canaries: Mapping[str, Canaries]) -> set[Value]:
    """What others let a realm have, and so may come there at any moment: none of it was brought by whoever moves."""
    others = (one for one in canaries.values() if one is not realm)
    return {value for one in others for value, realms in one.may_be_in.items() if realm.realm in realms}


def _live(home: Town, to: Town, work: Path) -> tuple[Somebody, str]:
    """Who will move, and a clip that only they see: they post, watch, like, remark and follow, here and there."""
    code, there = home.realm.code, to.realm.code
    mover = journeys.join(home.realm, "mv", 29, work)
    clips = [
        journeys.post(mover, journeys.film(work, canary(code, "meta")), canary(code, what), visibility)
        for what, visibility in (("mvpublic", "public"), ("mvprivate", "private"))
    ]
    for clip in clips:
        journeys.wait_for_clip(home.realm, mover, clip)
    for clip, told in ((home.public, None), (to.public, there)):
        mover.get(f"/videos/{clip}" + (f"?home={told}" if told else ""))
        journeys.watch(mover, clip)
        mover.put(f"/videos/{clip}/like")
        mover.post(f"/videos/{clip}/comments", {"text": f"Farewell {canary(code, 'bye')}", "told": told})
    mover.put(f"/accounts/{home.author.handle}/follow")
    mover.put(f"/accounts/{to.author.handle}@{there}/follow?told={there}")
    home.viewer.put(f"/accounts/{mover.handle}/follow")
    home.viewer.post(f"/videos/{clips[0]}/comments", {"text": f"Stay {canary(code, 'stay')}"})
    mover.get("/notifications")
    return mover, clips[1]


def _read_of_others(realm: Realm, mover: Somebody) -> set[Value]:
    """What those who stay keep of their own: what they were told of, and since when they follow whom."""
    query = """
        WITH mover AS (SELECT id FROM accounts WHERE handle = %s)
        SELECT id, at FROM notifications WHERE account_id NOT IN (SELECT id FROM mover)
        UNION ALL SELECT NULL, at FROM follows WHERE follower_id NOT IN (SELECT id FROM mover)
    """
    with realm.database() as database:
        rows = database.execute(query, (mover.handle,)).fetchall()
    return {value for row in rows for value in row if value is not None}


def _go(home: Town, to: Town, mover: Somebody, note: Callable[[], None]) -> None:
    """The move, held where all has come and where all is handed over: what stands apart then came from home."""
    country, region = journeys.HOMES[to.realm.code]
    form = {"to": to.realm.code, "told": to.realm.code, "password": mover.password}
    with _held(to.realm.role("worker")):
        mover.post("/me/move", form | {"country": country, "region": region})
        _wait_for(to.realm, "side = 'arriving' AND step = 'copied'", mover.handle)
        note()
    with _held(home.realm.role("worker")):
        _wait_for(to.realm, "side = 'arriving' AND step = 'verified'", mover.handle)
    with _held(to.realm.role("worker")):
        _wait_for(to.realm, "side = 'arriving' AND told ? 'names'", mover.handle)
        note()
    _wait_for(home.realm, "side = 'leaving' AND step = 'done'", "")


@contextmanager
def _held(process: psutil.Process) -> Generator[None]:
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def _wait_for(realm: Realm, condition: str, handle: str) -> None:
    """Until the last move of this name stands there. Who has left has none."""
    query = f"SELECT {condition} FROM moves WHERE handle = %s ORDER BY asked_at DESC LIMIT 1"

    def look() -> bool:
        with realm.database() as database:
            return database.execute(query.encode(), (handle,)).fetchone() == (True,)

    until(look, f"no move of {realm.code} comes to {condition}")


def _find_left(realm: Realm, source: Canaries, secret: set[Value]) -> set[str]:
    """What of these lies in rows and files of the realm: the columns it was in, and where it is."""
    values = sorted(secret, key=str)
    net = Net(values)
    return {
        f"{', '.join(sorted(source.where[values[number]]))} in {place.name}"
        for place in (*list_files(realm.folder, area_in_cell), *list_tables(realm))
        if place.area in LIVE
        for number in net.find(place.pieces())
    }
