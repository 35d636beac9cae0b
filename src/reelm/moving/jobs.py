"""What do workers do for moves? One job a step; each may be done again, and leaves the next."""

from collections.abc import Mapping
from uuid import UUID

from reelm.kernel.ids import MoveId
from reelm.ledger import LedgerNotAnswering
from reelm.moving.arriving import advance_arriving
from reelm.moving.asking import wake
from reelm.moving.leaving import advance_leaving, find_for
from reelm.moving.model import Side, Then
from reelm.moving.mover import Mover, go_on
from reelm.moving.staging import clear_staged
from reelm.moving.store import list_under_way

WAKE = "moving.wake"


async def advance(mover: Mover, id: MoveId) -> Then:
    """One step of one move, if there is anything to do."""
    move = await find_for(mover, id)
    if move is None:
        return Then.REST
    if move.side is Side.LEAVING:
        return await advance_leaving(mover, move)
    return await advance_arriving(mover, move)


async def run_advance(mover: Mover, args: Mapping[str, str]) -> None:
    """The job behind `ADVANCE`: as many steps as can be done now; looks again in a moment where it has to wait."""
    id = MoveId(UUID(args["move"]))
    then = Then.MORE
    while then is Then.MORE:
        try:
            then = await advance(mover, id)
        except LedgerNotAnswering:
            then = Then.LATER
    if then is Then.LATER:
        async with mover.database.write() as unit:
            await go_on(unit, id, mover)


async def run_wake(mover: Mover, args: Mapping[str, str]) -> None:
    """The job behind `WAKE`, which comes by itself: no move stays where a dead worker left it."""
    del args
    async with mover.database.write() as unit:
        under_way = await list_under_way(unit)
        await wake(unit, under_way)
    known = {str(id) for id in under_way}
    for folder in mover.folder.iterdir() if mover.folder.is_dir() else ():
        if folder.name not in known:
            clear_staged(folder)
