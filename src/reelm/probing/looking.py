"""Does a look at somebody's private data leave all of its entries in the log? One at a canary, as staff look.

Every step is the one that staff take: asked for, agreed to by another, opened, each collection read, ended. Nothing
in that path knows of probes but the mark on the row; the entries look like any others, until the result names them.
"""

import random
from collections import Counter

from reelm import access, accounts, ledger
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AccountId, SessionId, new_uuid, public_id
from reelm.kernel.roles import Role
from reelm.probing.model import Cast
from reelm.probing.prober import Prober
from reelm.probing.waiting import find_in_time

_choice = random.SystemRandom()


async def probe_looking(prober: Prober) -> tuple[str, Counter[str], Counter[str]]:
    """Look at a canary: the access as entries name it, the entries expected, and those found in the served log.

    Raises `LedgerNotAnswering` where a step was refused because it could not be logged, and what is wrong with the
    log's files before anything is done.
    """
    people = await accounts.make_canaries(prober.database, prober.home, at=prober.clock.now())
    cast = Cast(*_choice.sample(people, 3))
    asked = await prober.trust()
    known = await ledger.fetch_head(prober.served, asked)
    request, expected = await _look(prober, cast)
    async with prober.database.read() as unit:
        keys = {person: await ledger.fetch_key(unit, person) for person in vars(cast).values()}

    async def look() -> Counter[str]:
        entries = await ledger.read_since(prober.served, asked, known)
        return Counter(_name(one) for one in entries if _is_of(one, request, cast, keys))

    return request, expected, await find_in_time(look, expected)


async def _look(prober: Prober, cast: Cast) -> tuple[str, Counter[str]]:
    """All steps of an access; how entries call it, and which there should be."""
    desk = _desk(prober, cast)
    asker, approver = (access.Caller(id, SessionId(new_uuid())) for id in (cast.asker, cast.approver))
    request = await access.ask(
        desk,
        asker,
        subject=cast.subject,
        reason=ledger.Reason.FAULT_DIAGNOSIS,
        classes=access.CLASSES,
        minutes=access.MIN_MINUTES,
    )
    await access.approve(desk, approver, request.id)
    await access.open_access(desk, asker, request.id)
    eyes = await access.staff_eyes(desk, asker, request.id)
    for read in prober.readers.values():
        await read(eyes)
    await access.end(desk, asker, request.id)
    steps = (ledger.AccessRequested, ledger.AccessApproved, ledger.AccessOpened, ledger.AccessEnded)
    reads = (f"{ledger.AccessRead.kind} {name}" for name in prober.readers)
    return public_id(request.id), Counter([*(step.kind for step in steps), *reads])


def _desk(prober: Prober, cast: Cast) -> access.Desk:
    """Where canaries play staff, and nobody else has a role. In no table has a canary one."""
    roles = {cast.asker: Role.MODERATOR, cast.approver: Role.OPERATOR}

    async def position_of(unit: ReadUnit, id: AccountId) -> tuple[Role, str]:
        del unit
        return roles.get(id, Role.VIEWER), prober.home.country

    return access.Desk(prober.database, prober.durability, prober.clock, prober.realm, position_of, is_probe=True)


def _name(entry: ledger.Entry) -> str:
    """Its kind and, of a look, the collection."""
    collection = entry.fact.get("collection")
    return f"{entry.kind} {collection}" if collection else entry.kind


def _is_of(entry: ledger.Entry, request: str, cast: Cast, keys: dict[AccountId, bytes]) -> bool:
    """Whether an entry is of this access, and by and about whom it should be."""
    if entry.fact.get("request") != request or entry.subject is None or entry.actor is None:
        return False
    by = cast.approver if entry.kind == ledger.AccessApproved.kind else cast.asker
    return ledger.may_open(entry.subject, keys[cast.subject], "subject", entry.id, cast.subject) and ledger.may_open(
        entry.actor, keys[by], "actor", entry.id, by
    )
