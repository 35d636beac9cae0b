"""What is held here? Every column of every table with its class, its realm rule, and why its table is held."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table

from reelm.infra.db.columns import metadata
from reelm.infra.db.foreign_tables import FOREIGN_TABLES, ForeignTable
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import Holding, Receiver


@dataclass(frozen=True)
class MappedColumn:
    """`receivers` are those of its table that are given this column as well.

    `points_to` is the `table.column` whose values these are, where they are another's.
    """

    name: str
    data_class: DataClass
    realm_rule: RealmRule
    receivers: tuple[Receiver, ...]
    points_to: str | None = None
    is_key: bool = False


@dataclass(frozen=True)
class MappedTable:
    """One table of this realm's database."""

    name: str
    holding: Holding
    columns: tuple[MappedColumn, ...]


def draw_data_map() -> tuple[MappedTable, ...]:
    """Every table that the running program knows, ours and others', by name.

    Which are known depends on what was imported; `bootstrap`, and so every role, imports all of them. Raises
    `ValueError` where a table or column lacks what has to be said of it.
    """
    tables = (*map(map_table, metadata.tables.values()), *map(_map_foreign, FOREIGN_TABLES))
    return tuple(sorted(tables, key=lambda table: table.name))


def map_table(table: Table) -> MappedTable:
    """One of ours. Raises `ValueError` with everything that is missing."""
    missing = list(find_unmapped((table,)))
    if missing:
        raise ValueError("; ".join(missing))
    return MappedTable(
        table.name, table.info["holding"], tuple(_map_column(one, table.info["holding"]) for one in table.columns)
    )


def find_unmapped(tables: Iterable[Table]) -> Iterator[str]:
    """Where a table does not say why it is held, or a column not what it holds and what of it may cross."""
    for table in tables:
        if not isinstance(table.info.get("holding"), Holding):
            yield f"{table.name} does not say why it is held: give it info=held(…)"
        for column in table.columns:
            if not isinstance(column.info.get("data_class"), DataClass):
                yield f"{column} has no data class: declare it with column(…, data=…)"
            if not isinstance(column.info.get("realm_rule"), RealmRule):
                yield f"{column} has no realm rule: declare it with column(…)"


def _map_column(column: Column[object], holding: Holding) -> MappedColumn:
    points_to = next((key.target_fullname for key in column.foreign_keys), None)
    data, rule = column.info["data_class"], column.info["realm_rule"]
    receivers = tuple(one for one in holding.receivers if _is_given(one, data, rule))
    return MappedColumn(column.name, data, rule, receivers, points_to, column.primary_key)


def _is_given(receiver: Receiver, data: DataClass, rule: RealmRule) -> bool:
    """Whether somebody who receives a table receives a column of this class and rule."""
    match receiver:
        case Receiver.PERSON:
            return True
        case Receiver.EVERYBODY:
            return not data.is_private
        case Receiver.REALMS:
            return rule is not RealmRule.STAYS_HOME
        case Receiver.ADDRESSED | Receiver.STAFF | Receiver.DECIDERS:
            return not data.is_secret


def _map_foreign(table: ForeignTable) -> MappedTable:
    rule, receivers = table.data_class.realm_rule, table.holding.receivers
    columns = (MappedColumn(name, table.data_class, rule, receivers) for name in table.columns)
    return MappedTable(table.name, table.holding, tuple(columns))
