"""How does somebody ask for their data or their erasure, see how far it is, and call it off?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reelm import accounts, holds
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.infra.jobs import JobSpec, enqueue
from reelm.kernel.ids import AccountId, new_uuid
from reelm.law import LawBook, Right, Standing, count_to, decide_standing, due_at
from reelm.privacy.rights.errors import (
    ArchiveNotReady,
    ErasureUnderWay,
    RequestNotFound,
    TooLateToCallOff,
)
from reelm.privacy.rights.model import ERASED_AFTER, OWN_LIMIT, Request, State
from reelm.privacy.rights.store import (
    find_erasure,
    find_request,
    hold_request,
    insert_request,
    list_due,
    list_of,
    update_request,
)

RIGHTS = "privacy.rights"
_WARNED = timedelta(days=1)


@dataclass(frozen=True)
class Act:
    """One act of somebody about their own data: in which transaction, under which laws, and when."""

    unit: WriteUnit
    laws: LawBook
    by: AccountId
    at: datetime


async def ask_for_archive(act: Act) -> Request:
    """Have an archive made. Asked again while it is made, it is the same request. Raises `ErasureUnderWay`."""
    erasure = await find_erasure(act.unit, act.by)
    if erasure is not None and erasure.state is State.WORKING:
        raise ErasureUnderWay(at=erasure.starts_at)
    return await _ask(act, Right.ACCESS, starts_at=act.at)


async def ask_for_erasure(act: Act, *, wait: timedelta = ERASED_AFTER) -> Request:
    """Have everything erased, after `wait`. From here on the account changes nothing; it can be called off till then.

    Raises `HeldForCase`, and `AccountMoving` while they move to another realm.
    """
    await holds.check_free(act.unit, act.by, act.at)
    running = await find_erasure(act.unit, act.by)
    if running is not None:
        return running
    if not await accounts.freeze(act.unit, act.by, act.at):
        raise accounts.AccountMoving
    return await _ask(act, Right.ERASURE, starts_at=act.at + wait)


async def _ask(act: Act, right: Right, *, starts_at: datetime) -> Request:
    country, region = await accounts.fetch_residence(act.unit, act.by)
    law = act.laws.of(country, region)
    by_law = due_at(law, law.rights[right], act.at)
    request = Request(
        id=new_uuid(),
        account=act.by,
        right=right,
        law=law.code,
        state=State.ASKED,
        asked_at=act.at,
        starts_at=starts_at,
        due_at=min(by_law, count_to(OWN_LIMIT, act.at, law.zone)),
        by_law=by_law,
        done=0,
        total=0,
        ended_at=None,
        problem=None,
        told={},
    )
    running = await insert_request(act.unit, request)
    if running.id == request.id:
        await go_on(act.unit, request.id, at=starts_at)
    return running


async def go_on(unit: WriteUnit, request: UUID, *, at: datetime | None = None) -> None:
    """Queue the work on a request, in this transaction; at once, or at `at`."""
    await enqueue(unit, JobSpec(RIGHTS, {"request": str(request)}, lock=f"rights:{request}", run_at=at))


async def call_off(act: Act, id: UUID) -> None:
    """Stop a request whose work has not begun. Raises `RequestNotFound`, `TooLateToCallOff`."""
    request = await hold_request(act.unit, id)
    if request is None or request.account != act.by:
        raise RequestNotFound
    if request.state not in (State.ASKED, State.WAITING):
        raise TooLateToCallOff(state=request.state)
    await update_request(act.unit, id, state=State.CALLED_OFF, ended_at=act.at)
    if request.right is Right.ERASURE:
        await accounts.unfreeze(act.unit, act.by)


async def list_own(unit: ReadUnit, account: AccountId) -> list[Request]:
    """What somebody asked here, the newest first."""
    return await list_of(unit, account)


async def fetch_archive(unit: ReadUnit, account: AccountId, id: UUID, at: datetime) -> Request:
    """An archive that its person may take now. Raises `RequestNotFound`, `ArchiveNotReady`."""
    request = await find_request(unit, id)
    if request is None or request.account != account:
        raise RequestNotFound
    if request.state is not State.READY or request.ended_at is None or request.ended_at <= at:
        raise ArchiveNotReady(state=request.state)
    return request


async def list_alarms(unit: ReadUnit, now: datetime) -> list[tuple[Request, Standing]]:
    """The open requests whose last day has come, or that are overdue; the nearest first."""
    return [(one, decide_standing(one.due_at, now)) for one in await list_due(unit, now + _WARNED)]
