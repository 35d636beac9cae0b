"""How is a column declared? With its data class, always; `tests/house` refuses one without."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Identity, MetaData
from sqlalchemy.types import TypeEngine

from reelm.kernel.data_classes import DataClass

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(
    name: str,
    type_: TypeEngine[Any] | type[TypeEngine[Any]],
    *constraints: ForeignKey | Identity,
    data: DataClass,
    nullable: bool = False,
    **options: Any,
) -> Column[Any]:
    """A column of data class `data`; not nullable unless said."""
    return Column(name, type_, *constraints, nullable=nullable, info={"data_class": data}, **options)
