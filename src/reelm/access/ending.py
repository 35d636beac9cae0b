"""How does an access end? By its time, by whoever has it, by somebody who takes it back: once, with its entry."""

import logging
from datetime import datetime

from reelm import ledger
from reelm.access.errors import AccessNotFound
from reelm.access.model import EndCause, Request, State
from reelm.access.policy import is_over
from reelm.access.store import (
    list_expired,
    list_open_by,
    list_unreviewed,
    lock_request,
    update_request,
    was_called_overdue,
)
from reelm.infra.db import Database, WriteUnit
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccessId, AccountId, SessionId, public_id

_log = logging.getLogger(__name__)


async def hold_request(unit: WriteUnit, id: AccessId) -> Request:
    """The request, held until the commit. Raises `AccessNotFound`."""
    request = await lock_request(unit, id)
    if request is None:
        raise AccessNotFound
    return request


async def write_end(
    unit: WriteUnit, request: Request, cause: EndCause, *, realm: str, at: datetime, by: AccountId | None = None
) -> None:
    """End a request that is held. One whose subject is forgotten has no entry any more: nobody could tell whom."""
    entry = None
    if request.subject is not None:
        fact = ledger.AccessEnded(request=public_id(request.id), cause=cause.value, reads=request.reads)
        entry = await ledger.append(unit, fact, realm=realm, at=at, actor=by, subject=request.subject)
    values = {"state": State.ENDED, "ended_at": at, "ended_by": by, "end_cause": cause, "ended_entry": entry}
    await update_request(unit, request.id, **values)


async def write_end_if_over(unit: WriteUnit, request: Request, *, realm: str, at: datetime) -> bool:
    """Write down the end of a held request whose time has run out; whether it had."""
    if request.state not in (State.APPROVED, State.OPEN) or not is_over(request, at):
        return False
    await write_end(unit, request, EndCause.EXPIRED, realm=realm, at=at)
    return True


async def end_with_sessions(
    unit: WriteUnit,
    person: AccountId,
    *,
    realm: str,
    at: datetime,
    session: SessionId | None = None,
    but: SessionId | None = None,
) -> None:
    """Close what is open to this person in one session, in all of them, or in all `but` one: they sign out."""
    for id in await list_open_by(unit, person, session=session, but=but):
        request = await hold_request(unit, id)
        if request.state is State.OPEN:
            await write_end(unit, request, EndCause.CLOSED, realm=realm, at=at, by=person)


async def sweep(database: Database, *, realm: str, at: datetime) -> None:
    """Write down what has ended, and call out what nobody has reviewed in time. Each in a transaction of its own.

    Doing it twice, or two at the same time, writes each once.
    """
    async with database.read() as unit:
        expired, overdue = await list_expired(unit, at), await list_unreviewed(unit, at)
    for id in expired:
        try:
            async with database.write() as unit:
                await write_end_if_over(unit, await hold_request(unit, id), realm=realm, at=at)
        except Problem as problem:
            _log.error("an access could not be ended", extra={"facts": _facts(id, problem)})
    for id in overdue:
        try:
            async with database.write() as unit:
                await _call_overdue(unit, await hold_request(unit, id), realm=realm, at=at)
        except Problem as problem:
            _log.error("an overdue review could not be called out", extra={"facts": _facts(id, problem)})


async def _call_overdue(unit: WriteUnit, request: Request, *, realm: str, at: datetime) -> None:
    review_by, subject = request.review_by, request.subject
    if request.reviewed_at is not None or review_by is None or await was_called_overdue(unit, request.id):
        return
    _log.error("a break-glass access was not reviewed in time", extra={"facts": {"request": public_id(request.id)}})
    if subject is None:
        return
    fact = ledger.BreakGlassOverdue(request=public_id(request.id), review_by=ledger.as_instant(review_by))
    entry = await ledger.append(unit, fact, realm=realm, at=at, subject=subject)
    await update_request(unit, request.id, overdue_entry=entry)


def _facts(id: AccessId, problem: Problem) -> dict[str, object]:
    return {"request": public_id(id), "problem": problem.slug()}
