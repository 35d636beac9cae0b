"""The queries of legal holds."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, any_, delete, exists, func, insert, or_, select, update

from reelm.holds.model import Hold
from reelm.holds.tables import legal_hold_people, legal_holds
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId

_H, _P = legal_holds.c, legal_hold_people.c


def _in_force(at: datetime) -> ColumnElement[bool]:
    return _H.ended_at.is_(None) & (_H.began_at <= at) & (_H.until > at)


def is_held(account: ColumnElement[UUID], classes: Iterable[DataClass], at: datetime) -> ColumnElement[bool]:
    """Whether a row of this account, which holds data of these classes, has to stay at `at`: for a WHERE."""
    covered = or_(*(any_(_H.classes) == str(one) for one in sorted(classes)))
    return exists().where(_P.account_id == account, _P.hold_id == _H.id, _in_force(at), covered)


async def hold_holds(unit: WriteUnit) -> None:
    """Whoever else begins or ends one waits until the unit ends."""
    await unit.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended("legal-holds", 0))))


async def insert_hold(unit: WriteUnit, hold: Hold) -> None:
    await unit.write(
        insert(legal_holds).values(
            id=hold.id,
            case=hold.case,
            reason=hold.reason,
            classes=sorted(map(str, hold.classes)),
            began_at=hold.began_at,
            until=hold.until,
        )
    )
    await unit.write(
        insert(legal_hold_people), [{"hold_id": hold.id, "account_id": one} for one in sorted(hold.people)]
    )


async def end_hold(unit: WriteUnit, id: UUID, at: datetime) -> None:
    """It is over, and names nobody from here on."""
    await unit.write(update(legal_holds).where(_H.id == id).values(ended_at=at))
    await unit.write(delete(legal_hold_people).where(_P.hold_id == id))


async def list_holds(unit: ReadUnit, *, open_only: bool = False) -> list[Hold]:
    """The newest first; those that are over name nobody."""
    found = select(legal_holds).order_by(_H.began_at.desc(), _H.id)
    rows = await unit.all(found.where(_H.ended_at.is_(None)) if open_only else found)
    people: dict[UUID, set[AccountId]] = {row.id: set() for row in rows}
    for row in await unit.all(select(legal_hold_people).where(is_among(_P.hold_id, people))):
        people[row.hold_id].add(AccountId(row.account_id))
    return [_hold(row, people[row.id]) for row in rows]


async def find_longest(unit: ReadUnit, person: AccountId, at: datetime) -> datetime | None:
    """Until when data of this person has to stay, at the longest; `None` where none has to."""
    found = select(func.max(_H.until)).join(legal_hold_people, _P.hold_id == _H.id)
    return await unit.scalar(found.where(_P.account_id == person, _in_force(at)))


def _hold(row: Record, people: Iterable[AccountId]) -> Hold:
    return Hold(
        id=row.id,
        case=row.case,
        reason=row.reason,
        people=frozenset(people),
        classes=frozenset(map(DataClass, row.classes)),
        began_at=row.began_at,
        until=row.until,
        ended_at=row.ended_at,
    )
