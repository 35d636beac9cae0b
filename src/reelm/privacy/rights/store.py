"""The queries of requests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.ids import AccountId
from reelm.law import Right
from reelm.privacy.rights.model import Request, State
from reelm.privacy.rights.tables import rights_requests

_R = rights_requests.c
_OPEN = (State.ASKED, State.WAITING, State.WORKING)


def _request(row: Record) -> Request:
    return Request(
        id=row.id,
        account=AccountId(row.account_id) if row.account_id else None,
        right=Right(row.right),
        law=row.law,
        state=State(row.state),
        asked_at=row.asked_at,
        starts_at=row.starts_at,
        due_at=row.due_at,
        by_law=row.by_law,
        done=row.done,
        total=row.total,
        ended_at=row.ended_at,
        problem=row.problem,
        told=row.told,
    )


async def insert_request(unit: WriteUnit, request: Request) -> Request:
    """Returns the one that runs already, where one of this kind does."""
    values = {
        "id": request.id,
        "account_id": request.account,
        "right": request.right,
        "law": request.law,
        "state": request.state,
        "asked_at": request.asked_at,
        "starts_at": request.starts_at,
        "due_at": request.due_at,
        "by_law": request.by_law,
        "done": request.done,
        "total": request.total,
        "told": dict(request.told),
    }
    await unit.write(upsert(rights_requests).values(values).on_conflict_do_nothing())
    found = select(rights_requests).where(
        _R.account_id == request.account, _R.right == request.right, _R.state.in_(_OPEN)
    )
    return _request(await unit.first(found))


async def hold_request(unit: WriteUnit, id: UUID) -> Request | None:
    """Nobody else goes on with it until the unit ends."""
    row = await unit.first(select(rights_requests).where(_R.id == id).with_for_update())
    return _request(row) if row else None


async def find_request(unit: ReadUnit, id: UUID) -> Request | None:
    row = await unit.first(select(rights_requests).where(_R.id == id))
    return _request(row) if row else None


async def update_request(unit: WriteUnit, id: UUID, **values: Any) -> None:
    await unit.write(update(rights_requests).where(_R.id == id).values(**values))


async def list_of(unit: ReadUnit, account: AccountId) -> list[Request]:
    """Somebody's own, the newest first."""
    found = select(rights_requests).where(_R.account_id == account)
    return [_request(row) for row in await unit.all(found.order_by(_R.asked_at.desc(), _R.id.desc()))]


async def find_erasure(unit: ReadUnit, account: AccountId) -> Request | None:
    """That somebody is to be erased."""
    found = select(rights_requests).where(_R.account_id == account, _R.right == Right.ERASURE, _R.state.in_(_OPEN))
    row = await unit.first(found)
    return _request(row) if row else None


async def list_startable(unit: ReadUnit, at: datetime) -> list[UUID]:
    """Those whose work may begin or has to go on, and archives whose days are over."""
    open_ = _R.state.in_(_OPEN) & (_R.starts_at <= at)
    over = (_R.state == State.READY) & (_R.ended_at <= at)
    return list(await unit.scalars(select(_R.id).where(or_(open_, over)).order_by(_R.asked_at)))


async def list_due(unit: ReadUnit, before: datetime) -> Sequence[Request]:
    """The open ones that have to be done before this moment, the nearest first."""
    found = select(rights_requests).where(_R.state.in_(_OPEN), _R.due_at <= before)
    return [_request(row) for row in await unit.all(found.order_by(_R.due_at))]


async def list_known(unit: ReadUnit) -> set[UUID]:
    """The requests whose archive may lie somewhere."""
    return set(await unit.scalars(select(_R.id).where(_R.state.in_((*_OPEN, State.READY)))))


async def forget_account(unit: WriteUnit, account: AccountId) -> None:
    """What was asked stays, and by whom is gone."""
    await unit.write(update(rights_requests).where(_R.account_id == account).values(account_id=None))


async def count_by(unit: ReadUnit) -> dict[tuple[Right, State], int]:
    """How many there were of each kind, by state."""
    counted = select(_R.right, _R.state, func.count().label("n")).group_by(_R.right, _R.state)
    return {(Right(row.right), State(row.state)): row.n for row in await unit.all(counted)}
