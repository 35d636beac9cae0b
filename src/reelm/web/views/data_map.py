"""How is the data map shown? The same for everybody: it says what kinds of data there are, and nobody's data."""

from pydantic import BaseModel

from reelm.infra.db.data_map import MappedColumn, MappedTable, draw_data_map
from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, LegalBasis, Place, Receiver, Subject, Until

TAXONOMY = "fideslang 3.1.4"


class KindView(BaseModel):
    """A class of data. `own` where it is ours and not the taxonomy's; a column may narrow the realm rule."""

    key: DataClass
    own: bool
    personal: bool
    private: bool
    realm_rule: RealmRule


class KeepView(BaseModel):
    """What ends the time a row is held; `hours` is the longest, where time ends it."""

    until: Until
    hours: int | None
    words: str


class ColumnView(BaseModel):
    """`receivers` are those of its table who are given this column as well.

    `points_to` is the column whose values these are, where they are another's.
    """

    name: str
    data_class: DataClass
    realm_rule: RealmRule
    receivers: list[Receiver]
    points_to: str | None

    @classmethod
    def of(cls, column: MappedColumn) -> "ColumnView":
        return cls(
            name=column.name,
            data_class=column.data_class,
            realm_rule=column.realm_rule,
            receivers=list(column.receivers),
            points_to=column.points_to,
        )


class TableView(BaseModel):
    """What one table holds, why, on which basis, about whom, where, for how long, and who receives it."""

    name: str
    what: str
    purpose: DataUse
    legal_basis: LegalBasis
    keep: KeepView
    receivers: list[Receiver]
    subjects: list[Subject]
    places: list[Place]
    columns: list[ColumnView]

    @classmethod
    def of(cls, table: MappedTable) -> "TableView":
        holding, at_most = table.holding, table.holding.keep.at_most
        hours = None if at_most is None else round(at_most.total_seconds() / 3600)
        return cls(
            name=table.name,
            what=holding.what,
            purpose=holding.purpose,
            legal_basis=holding.legal_basis,
            keep=KeepView(until=holding.keep.until, hours=hours, words=holding.keep.words),
            receivers=list(holding.receivers),
            subjects=list(holding.subjects),
            places=list(holding.places),
            columns=[ColumnView.of(column) for column in table.columns],
        )


class DataMapView(BaseModel):
    """Everything a realm of this version keeps. Classes, purposes and subjects are keys of `taxonomy`, or ours."""

    taxonomy: str
    classes: list[KindView]
    tables: list[TableView]


def show_data_map() -> DataMapView:
    """The map of the running program."""
    kinds = [
        KindView(
            key=one, own=one.is_ours, personal=one.is_personal, private=one.is_private, realm_rule=one.realm_rule
        )
        for one in DataClass
    ]
    return DataMapView(taxonomy=TAXONOMY, classes=kinds, tables=[TableView.of(table) for table in draw_data_map()])
