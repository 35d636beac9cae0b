"""`reelm realm move` and `reelm realm residents`: people move to another realm, in the background, with progress."""

import argparse
import asyncio
import json
from collections.abc import Sequence

from reelm import accounts, moving
from reelm.bootstrap import make_abroad, open_atlas
from reelm.cli.cell import find_settings
from reelm.infra.db import Database
from reelm.infra.line import LocalLine
from reelm.infra.settings import Settings
from reelm.kernel.ids import AccountId, MoveId, RealmCode
from reelm.kernel.time import SystemClock
from reelm.realms import Atlas

LOOK_EVERY_S = 1.0
_Somebody = tuple[AccountId, str, str | None]


def run_moving(arguments: argparse.Namespace) -> int:
    """Begin, and say how far it is until it is over: status 1 if somebody did not move.

    What has begun goes on when this is stopped.
    """
    return asyncio.run(move_all(find_settings(arguments.data), arguments))


def split_place(text: str) -> tuple[str, str | None]:
    """
    >>> split_place("CA-QC"), split_place("CH")
    (('CA', 'QC'), ('CH', None))
    """
    country, _, region = text.partition("-")
    return country, region or None


async def move_all(settings: Settings, arguments: argparse.Namespace) -> int:
    """Do what a command says in one cell; its exit status."""
    atlas = open_atlas(settings)
    async with Database(settings.database_url, pool_size=2) as database:
        if arguments.action == "move":
            people = [await _find(database, arguments.handle, arguments.country)]
        else:
            people = await _list_residents(database, atlas, RealmCode(arguments.to), arguments.country)
        moves = [await _begin(database, settings, atlas, one, arguments) for one in people]
        counts = await _watch(database, moves, quiet=arguments.json)
    failed = counts.get(moving.Step.REFUSED, 0) + counts.get(moving.Step.CANCELLED, 0)
    if arguments.json:
        print(json.dumps({"people": len(moves), "steps": {step.value: count for step, count in counts.items()}}))
    elif failed:
        print(f"{failed} of {len(moves)} did not move: they see why under GET /api/v1/me/move.")
    else:
        print(f"{len(moves)} moved to {arguments.to}.")
    return 1 if failed else 0


async def _find(database: Database, handle: str, country: str | None) -> _Somebody:
    """Somebody by their handle, with where they live. Raises `AccountNotFound`, `MoveUnderWay`."""
    async with database.read() as unit:
        person = (await accounts.fetch_by_handle(unit, handle.removeprefix("@"))).person
        home = await accounts.find_residence(unit, person.id)
    if home is None:
        raise moving.MoveUnderWay
    return (person.id, *(split_place(country) if country else home))


async def _list_residents(
    database: Database, atlas: Atlas, to: RealmCode, countries: Sequence[str]
) -> list[_Somebody]:
    """Everybody whose place is that realm's by the map in force; of these countries only, where some are named.

    Raises `RealmNotTheirs` for a country of another realm, `CountryUnknown` for what is none.
    """
    wanted = {split_place(one) for one in countries}
    for country, region in wanted:
        home = atlas.map.places.get(country if region is None else f"{country}-{region}")
        home = home or atlas.home_of(country, region)
        if home != to:
            raise moving.RealmNotTheirs(realm=home)
    async with database.read() as unit:
        found = await moving.list_movers(unit, to, atlas.home_of)
    return [one for one in found if not wanted or one[1:] in wanted or (one[1], None) in wanted]


async def _begin(
    database: Database, settings: Settings, atlas: Atlas, somebody: _Somebody, arguments: argparse.Namespace
) -> MoveId:
    line, clock = LocalLine(settings.gateway_path), SystemClock()
    person, country, region = somebody
    async with database.write() as unit:
        move = await moving.ask(
            unit,
            make_abroad(settings, line, clock),
            person=person,
            to=RealmCode(arguments.to),
            told=arguments.to,
            residence=(country, region),
            handle=getattr(arguments, "new_handle", None),
            home_of=atlas.home_of,
            at=clock.now(),
        )
    await line.close()
    return move.id


async def _watch(database: Database, moves: Sequence[MoveId], *, quiet: bool) -> dict[moving.Step, int]:
    """How many stand at each step in the end."""
    said = ""
    while True:
        async with database.read() as unit:
            counts = await moving.count_steps(unit, moves)
        words = ", ".join(f"{count} {step}" for step, count in sorted(counts.items()))
        if words != said and not quiet:
            print(words, flush=True)
        said = words
        if not any(step in moving.UNDER_WAY for step in counts):
            return counts
        await asyncio.sleep(LOOK_EVERY_S)
