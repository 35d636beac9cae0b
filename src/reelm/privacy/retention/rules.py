"""Which tables say that their rows go after a time, and since when does it count? Read off the data map. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from reelm.infra.db.data_map import MappedTable
from reelm.kernel.data_classes import DataClass
from reelm.kernel.holdings import Place, Until


@dataclass(frozen=True)
class RetentionRule:
    """Rows of `table` go `at_most` after the moment in column `since`.

    `account` names the column of the person they are about, where there is one, and `classes` what they hold of them:
    by these a legal hold covers a row. `has_files`: bytes belong to the rows, and whoever owns both deletes both; the
    night only counts what is left.
    """

    table: str
    since: str
    at_most: timedelta
    account: str | None
    classes: frozenset[DataClass]
    has_files: bool


def list_rules(tables: Iterable[MappedTable]) -> tuple[RetentionRule, ...]:
    """One for each table that ends with time, by name."""
    return tuple(_rule(one) for one in tables if one.holding.keep.until is Until.TIME)


def _rule(table: MappedTable) -> RetentionRule:
    keep = table.holding.keep
    assert keep.at_most is not None
    account = next((column.name for column in table.columns if column.points_to == "accounts.id"), None)
    return RetentionRule(
        table=table.name,
        since=keep.since,
        at_most=keep.at_most,
        account=account,
        classes=frozenset(column.data_class for column in table.columns if column.data_class.is_personal),
        has_files=Place.FILES in table.holding.places,
    )
