"""How do somebody's rows travel? As JSON, each value by the type of its column, and back to the same value.

Rows are read whole, private columns among them: they go to the person's new realm and are shown to nobody.
"""

import base64
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Date, LargeBinary, Table, Uuid, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import TypeEngine

from reelm.infra.db.units import ReadUnit, Values, WriteUnit

_MOST_AT_ONCE = 500


class RowMalformed(ValueError):
    """A row has other columns than its table, or a value that its column can't hold."""


@dataclass(frozen=True)
class Belongings:
    """The rows of one table that are one person's, or that others made towards them.

    `whose` says which, given the person's id. `owners` are the columns that hold the person's id in each of them.
    `clip` names the column that points to a clip which may be somebody else's; `people` those that point to a person,
    each with what that person is known for in another realm. `fills` are columns that do not go along, with what they
    hold in the new realm; `adds` are numbers that add up with those of a row which is there already. `label` tells
    two apart that are of one table. `inferred` is what was worked out of what they did, and was not given by them.
    """

    table: Table
    whose: Callable[[UUID], ColumnElement[bool]]
    owners: tuple[str, ...] = ()
    clip: str | None = None
    people: Mapping[str, str] = field(default_factory=dict[str, str])
    fills: Mapping[str, Any] = field(default_factory=dict[str, Any])
    adds: tuple[str, ...] = ()
    label: str = ""
    inferred: bool = False

    @property
    def name(self) -> str:
        return self.label or self.table.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that go along."""
        return tuple(column.name for column in self.table.columns if column.name not in self.fills)


async def list_rows(unit: ReadUnit, what: Belongings, person: UUID) -> list[Values]:
    """The rows as JSON, in the order of their keys."""
    chosen = select(*(what.table.c[name] for name in what.columns)).where(what.whose(person))
    rows = await unit.all(chosen.order_by(*what.table.primary_key.columns))
    return [{name: _encode(row[place]) for place, name in enumerate(what.columns)} for row in rows]


async def read_pages(
    unit: ReadUnit, what: Belongings, person: UUID, *, size: int = _MOST_AT_ONCE
) -> AsyncIterator[list[Values]]:
    """All columns of the rows as JSON, in the order of their keys, so many at a time: one page is in memory."""
    keys, names = list(what.table.primary_key.columns), [column.name for column in what.table.columns]
    chosen = select(what.table).where(what.whose(person)).order_by(*keys).limit(size)
    after = None
    while True:
        page = chosen if after is None else chosen.where(tuple_(*keys) > tuple_(*after))
        rows = await unit.all(page)
        yield [{name: _encode(row[place]) for place, name in enumerate(names)} for row in rows]
        if len(rows) < size:
            return
        after = [literal(rows[-1][names.index(key.name)], key.type) for key in keys]


async def count_rows(unit: ReadUnit, what: Belongings, person: UUID) -> int:
    """How many there are."""
    return await unit.scalar(select(func.count()).select_from(what.table).where(what.whose(person)))


async def insert_rows(unit: WriteUnit, what: Belongings, rows: Iterable[Mapping[str, Any]]) -> int:
    """Put rows into their table; returns how many were not there yet. Raises `RowMalformed`."""
    decoded = [read_row(what, row) for row in rows]
    made = 0
    for first in range(0, len(decoded), _MOST_AT_ONCE):
        made += await _insert(unit, what, decoded[first : first + _MOST_AT_ONCE])
    return made


async def _insert(unit: WriteUnit, what: Belongings, rows: Sequence[Values]) -> int:
    statement = upsert(what.table).values([{**row, **what.fills} for row in rows])
    if not what.adds:
        return await unit.write(statement.on_conflict_do_nothing())
    sums = {name: what.table.c[name] + statement.excluded[name] for name in what.adds}
    keys = list(what.table.primary_key.columns)
    return await unit.write(statement.on_conflict_do_update(index_elements=keys, set_=sums))


def read_row(what: Belongings, row: Mapping[str, Any]) -> Values:
    """One row, as its table takes it. Raises `RowMalformed`.

    A column that may be empty may be missing: a realm a version behind does not have it.
    """
    missing = set(what.columns) - set(row)
    if not set(row) <= set(what.columns) or not all(what.table.c[name].nullable for name in missing):
        raise RowMalformed(what.name)
    row = dict.fromkeys(missing) | dict(row)
    try:
        return {name: _decode(what.table.c[name].type, value) for name, value in row.items()}
    except (ValueError, TypeError, AttributeError):
        raise RowMalformed(what.name) from None


def _encode(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _decode(kind: TypeEngine[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, TIMESTAMP):
        return _moment(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    wanted = cast("type", _python_type(kind))
    if wanted in (str, int, bool) and type(value) is not wanted:
        raise ValueError(value)
    return value


def _moment(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(value)
    return at


def _python_type(kind: TypeEngine[Any]) -> type | None:
    try:
        return kind.python_type
    except NotImplementedError:
        return None
