"""How far are the people whose realm is another one? Over all cells of a folder, and of one for the doctor."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from reelm import moving
from reelm.bootstrap import make_abroad, open_atlas
from reelm.cli.cell import find_settings
from reelm.cli.finding import Finding
from reelm.infra.db import Database
from reelm.infra.db.schema import find_version, is_current
from reelm.infra.line import LocalLine
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock, SystemClock
from reelm.kernel.words import say

_COUNTED = ("waiting", "under_way", "moved", "refused", "cancelled")


def collect_progress(data: Path, running: Sequence[RealmCode]) -> dict[str, dict[str, Any]]:
    """For each realm that residents of the running cells in a folder move to, how many stand where, all together."""
    if not running:
        return {}
    return asyncio.run(add_up([find_settings(data / code) for code in running], SystemClock()))


async def add_up(cells: Sequence[Settings], clock: Clock) -> dict[str, dict[str, Any]]:
    """The same for these cells. `move_at` is from when on those who wait move, the earliest of several times."""
    found: dict[str, dict[str, Any]] = {}
    for settings in cells:
        for realm, told in (await _count(settings, clock)).items():
            row = found.setdefault(realm, {"move_at": None, **dict.fromkeys(_COUNTED, 0)})
            times = [at for at in (row["move_at"], told.at and told.at.isoformat()) if at]
            row["move_at"] = min(times, key=datetime.fromisoformat, default=None)
            for name in _COUNTED:
                row[name] += getattr(told, name)
    return found


async def _count(settings: Settings, clock: Clock) -> Mapping[RealmCode, moving.Progress]:
    """Nothing of a cell that is just starting or stopping, or runs another release."""
    if not await asyncio.to_thread(_is_there, settings.database_url):
        return {}
    atlas = open_atlas(settings, clock)
    async with Database(settings.database_url, pool_size=1) as database, database.read() as unit:
        return await moving.count_progress(unit, atlas)


def _is_there(database_url: str) -> bool:
    return find_version(database_url) is not None and is_current(database_url)


def say_progress(told: Mapping[str, Any]) -> str:
    """
    >>> counted = {"waiting": 3, "under_way": 1, "moved": 0, "refused": 2, "cancelled": 0}
    >>> say_progress({"move_at": None, **counted})
    'residents: 3 waiting, 1 under way, 2 refused; nobody moves by themselves'
    >>> say_progress({"move_at": "2026-12-01T08:00:00+00:00", **counted})
    'residents: 3 waiting, 1 under way, 2 refused; they move from 2026-12-01T08:00:00+00:00 on'
    """
    counts = ", ".join(f"{told[name]} {name.replace('_', ' ')}" for name in _COUNTED if told[name])
    if not told["waiting"]:
        return f"residents: {counts or 'none left'}"
    moves = f"they move from {told['move_at']} on" if told["move_at"] else "nobody moves by themselves"
    return f"residents: {counts}; {moves}"


async def look_at_residents(settings: Settings, database: Database, clock: Clock) -> Finding:
    """Whether people whose realm is another one were refused there, or can't move at all."""
    try:
        atlas = open_atlas(settings, clock)
    except Problem:
        return Finding("residents", ok=False, what="the map of realms is not understood; mend its files")
    async with database.read() as unit:
        found = await moving.count_progress(unit, atlas)
    amiss = [*_list_refused(found), *await _list_barred(settings, found, clock)]
    if amiss:
        return Finding("residents", ok=False, what="; ".join(amiss))
    waiting = sum(one.waiting for one in found.values())
    return Finding("residents", ok=True, what=f"{waiting} wait to move to another realm, nobody was refused")


def _list_refused(found: Mapping[RealmCode, moving.Progress]) -> list[str]:
    said: list[str] = []
    for realm, one in found.items():
        if one.refused:
            why = ", ".join(f"{problem} {people}" for problem, people in sorted(one.problems.items()))
            said.append(f"{one.refused} refused by {realm} ({why}); mend that, then reelm realm move")
    return said


async def _list_barred(settings: Settings, found: Mapping[RealmCode, moving.Progress], clock: Clock) -> list[str]:
    """Where people have to move by a decision, and nobody may."""
    line, said = LocalLine(settings.gateway_path), list[str]()
    for realm in (realm for realm, one in found.items() if one.at is not None and one.waiting):
        try:
            moving.check_way(make_abroad(settings, line, clock), realm, clock.now())
        except Problem as problem:
            said.append(f"nobody can move to {realm}: {say(problem.slug(), problem.facts(), 'en').detail}")
    await line.close()
    return said
