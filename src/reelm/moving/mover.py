"""What does a move work with? One realm's database, files, names and log, and the list of what goes along."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from reelm import gateway
from reelm.gateway import Kind, Message
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Belongings, Database, WriteUnit
from reelm.infra.jobs import JobSpec, enqueue
from reelm.kernel.ids import AccountId, MoveId, RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Durability
from reelm.realms import Residence

ADVANCE = "moving.advance"
RESIDENTS = "moving.residents"
DECISION = "decision"
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Mover:
    """One realm, as moves from it and to it see it.

    `own` is what is a person's own, in the order in which rows may be put in, and `towards` what others did to them.
    `folder` is where files of people on their way here lie; `secret` makes the hashes of old addresses. `admit` says
    which rules hold for who lives in a country and region, and raises where they can't belong here.
    """

    database: Database
    blobs: FileBlobs
    folder: Path
    naming: gateway.Naming
    rulebook: gateway.Rulebook
    cards: gateway.Cards
    durability: Durability
    clock: Clock
    realm: RealmCode
    secret: bytes
    own: Sequence[Belongings]
    towards: Sequence[Belongings]
    admit: Callable[[str, str | None], Residence]

    @property
    def collections(self) -> Iterator[Belongings]:
        return chain(self.own, self.towards)

    def folder_of(self, move: MoveId) -> Path:
        """Where files of one move lie until the person has arrived."""
        return self.folder / str(move)


async def tell(
    mover: Mover,
    unit: WriteUnit,
    to: RealmCode,
    move: MoveId,
    *,
    table: str,
    person: AccountId | None = None,
    minor: bool = False,
    **fields: object,
) -> None:
    """Put a message of a move into the outbox. Whoever moves was told so before anything of it is sent."""
    message = Message(
        Kind.RELOCATION,
        {"move": str(move), "table": table, **fields},
        person=person,
        minor=minor,
        told=True,
    )
    await gateway.put(unit, to, message, at=mover.clock.now())


def keep_decision(told: Mapping[str, Any]) -> dict[str, Any]:
    """By which decision somebody moves, of what is kept with their move; nothing where they asked for it."""
    return {DECISION: told[DECISION]} if DECISION in told else {}


async def make_room(unit: WriteUnit, told: Mapping[str, Any]) -> None:
    """One move is over, with this kept of it: if a decision began it, the next one may begin."""
    if DECISION in told:
        await enqueue(unit, JobSpec(RESIDENTS, lock=RESIDENTS))


async def go_on(unit: WriteUnit, move: MoveId, mover: Mover | None = None) -> None:
    """Queue the next step of a move, in this transaction; with `mover`, in a moment."""
    at = mover.clock.now() + _A_MOMENT if mover else None
    await enqueue(unit, JobSpec(ADVANCE, {"move": str(move)}, lock=f"move:{move}", run_at=at))
