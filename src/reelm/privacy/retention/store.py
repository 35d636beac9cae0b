"""The queries of the night: what is over its time, by what the data map says of each table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, delete, false, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm import holds
from reelm.infra.db import ReadUnit, WriteUnit, metadata
from reelm.privacy.retention.rules import RetentionRule
from reelm.privacy.retention.tables import retention_nights

_N = retention_nights.c


@dataclass(frozen=True)
class Night:
    """What one night found in one table."""

    day: date
    table: str
    deleted: int
    held: int
    left_over: int
    at: datetime


def _over(rule: RetentionRule, at: datetime) -> ColumnElement[bool]:
    return metadata.tables[rule.table].c[rule.since] <= at - rule.at_most


def _stays(rule: RetentionRule, at: datetime) -> ColumnElement[bool]:
    """What has to stay for a case."""
    if rule.account is None:
        return false()
    return holds.is_held(metadata.tables[rule.table].c[rule.account], rule.classes, at)


async def delete_over(unit: WriteUnit, rule: RetentionRule, at: datetime) -> int:
    """Returns how many rows went."""
    return await unit.write(delete(metadata.tables[rule.table]).where(_over(rule, at), ~_stays(rule, at)))


async def count_over(unit: ReadUnit, rule: RetentionRule, at: datetime) -> tuple[int, int]:
    """How many rows are over their time: those that stay for a case, and the others."""
    table = metadata.tables[rule.table]
    counted = select(func.count()).select_from(table)
    stays = await unit.scalar(counted.where(and_(_over(rule, at), _stays(rule, at))))
    return stays, await unit.scalar(counted.where(and_(_over(rule, at), ~_stays(rule, at))))


async def put_night(unit: WriteUnit, night: Night) -> None:
    """Twice on one day: the later, with what both deleted."""
    statement = upsert(retention_nights).values(
        day=night.day,
        table_name=night.table,
        deleted=night.deleted,
        held=night.held,
        left_over=night.left_over,
        at=night.at,
    )
    told = {name: statement.excluded[name] for name in ("held", "left_over", "at")}
    again = told | {"deleted": _N.deleted + statement.excluded.deleted}
    await unit.write(statement.on_conflict_do_update(index_elements=["day", "table_name"], set_=again))


async def find_last_night(unit: ReadUnit) -> Sequence[Night]:
    """What the newest night found, by table; nothing before there was one."""
    newest = select(func.max(_N.day)).scalar_subquery()
    rows = await unit.all(select(retention_nights).where(_N.day == newest).order_by(_N.table_name))
    return [Night(row.day, row.table_name, row.deleted, row.held, row.left_over, row.at) for row in rows]
