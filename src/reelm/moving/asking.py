"""How does somebody ask to move, see how far it is, and call it off? While they move they can change nothing."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from reelm import accounts, gateway, holds
from reelm.gateway import Abroad, Kind, Message
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccountId, MoveId, RealmCode, new_uuid
from reelm.moving.errors import MoveNotFound, MoveTooLate, MoveUnderWay, RealmNotTheirs
from reelm.moving.model import MAY_CANCEL, UNDER_WAY, Move, Side, Step
from reelm.moving.mover import go_on, make_room
from reelm.moving.store import find_move, find_newest, hold_move, insert_move, update_move

# The realm that a country and region belong to.
HomeOf = Callable[[str, str | None], RealmCode]
# What is told to the other realm of somebody who moves, as their screen says it.
FIELDS = ("move", "part", "parts", "table", "rows", "digest", "file", "bytes")


async def ask(
    unit: WriteUnit,
    abroad: Abroad,
    *,
    person: AccountId,
    to: RealmCode,
    told: str | None,
    residence: tuple[str, str | None],
    handle: str | None = None,
    home_of: HomeOf,
    announced: MoveId | None = None,
    at: datetime,
) -> Move:
    """Begin to move somebody to another realm, once they were `told` which. From here on they can change nothing.

    `announced` is the row of a move that a decision brings.
    Raises `HeldForCase`, `CrossingNotTold`, `CrossingRefused`, `RealmUnknown`, `MoveUnderWay`, `RealmNotTheirs`,
    `HandleNotAllowed`, and the refusals of `home_of`.
    Whether the handle is free there, and whether they may live there at their age, is answered by that realm.
    """
    abroad.cards.fetch(to)
    await holds.check_free(unit, person, at)
    minor = await accounts.is_minor(unit, person, at.date())
    abroad.check_told(told, to, Message(Kind.RELOCATION, dict.fromkeys(FIELDS)))
    country, region = residence
    home = home_of(country, region)
    if home != to:
        raise RealmNotTheirs(realm=home)
    wanted = accounts.clean_handle(handle or (await accounts.fetch_profile(unit, person)).person.handle)
    if not await accounts.freeze(unit, person, at):
        raise MoveUnderWay
    id = announced or MoveId(new_uuid())
    place_facts: dict[str, Any] = {"handle": wanted, "country": country, "region": region}
    if announced:
        await update_move(unit, id, step=Step.ASKED, asked_at=at, step_at=at, **place_facts)
    else:
        await insert_move(unit, id, Side.LEAVING, to, step=Step.ASKED, at=at, account=person, **place_facts)
    born = (await accounts.fetch_birth_dates(unit, [person]))[person]
    rows = [place_facts | {"birth_date": born.isoformat()}]
    fields = {"move": str(id), "table": "offer", "rows": rows}
    await abroad.act(unit, to, Message(Kind.RELOCATION, fields, person=person, minor=minor, told=True))
    made = await find_move(unit, id)
    assert made is not None
    return made


async def fetch_own(unit: ReadUnit, person: AccountId) -> Move:
    """Somebody's last move. Raises `MoveNotFound`."""
    found = await find_newest(unit, person)
    if found is None:
        raise MoveNotFound
    return found


async def cancel(unit: WriteUnit, abroad: Abroad, *, person: AccountId, at: datetime) -> Move:
    """Call a move off. Raises `MoveNotFound`, `MoveTooLate` once they have been handed over."""
    newest = await fetch_own(unit, person)
    move = await hold_move(unit, newest.id)
    if move is None or move.side is not Side.LEAVING or move.step not in UNDER_WAY:
        raise MoveNotFound
    if move.step not in MAY_CANCEL:
        raise MoveTooLate
    await gateway.withdraw(unit, person, Kind.RELOCATION)
    await update_move(unit, move.id, step=Step.CANCELLED, step_at=at)
    await make_room(unit, move.told)
    await accounts.unfreeze(unit, person)
    fields = {"move": str(move.id), "table": "cancelled"}
    await abroad.take_back(unit, move.realm, Message(Kind.RELOCATION, fields, person=person, told=True))
    return await fetch_own(unit, person)


async def list_movers(unit: ReadUnit, to: RealmCode, home_of: HomeOf) -> list[tuple[AccountId, str, str | None]]:
    """Everybody here whose country belongs to `to`, with country and region; not staff, who may live elsewhere."""
    residents = await accounts.list_residences(unit)
    return [one for one in residents if find_home(home_of, one[1], one[2]) == to]


def find_home(home_of: HomeOf, country: str, region: str | None) -> RealmCode | None:
    """The realm that somebody's country and region belong to; `None` where these do not tell."""
    try:
        return home_of(country, region)
    except Problem:
        return None


async def wake(unit: WriteUnit, moves: Iterable[MoveId]) -> None:
    """Queue the next step of moves that may have come to a halt."""
    for move in moves:
        await go_on(unit, move)
