"""How are tables and columns declared? With what the data map says of them: `tests/house` refuses any without."""

from typing import Any

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Identity, MetaData
from sqlalchemy.types import TypeEngine

from reelm.kernel.data_classes import DataClass, RealmRule
from reelm.kernel.holdings import DataUse, Holding, Keep, LegalBasis, Place, Receiver, Subject

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
    realm_rule: RealmRule | None = None,
    nullable: bool = False,
    **options: Any,
) -> Column[Any]:
    """A column of data class `data`; not nullable unless said.

    `realm_rule` narrows what its class lets cross to other realms. Raises `ValueError` where it would widen it.
    """
    rule = data.realm_rule if realm_rule is None else realm_rule
    if not data.realm_rule.allows(rule):
        raise ValueError(f"{name}: {rule} lets more cross than {data} does, {data.realm_rule}")
    info = {"data_class": data, "realm_rule": rule}
    return Column(name, type_, *constraints, nullable=nullable, info=info, **options)


def kept_by_trigger(column: str, target: str) -> ForeignKeyConstraint:
    """A reference whose rows go with what they point to, as by a foreign key that cascades, but by a trigger.

    PostgreSQL checks a foreign key row by row, which costs more than all the rest of writing the row. Whoever writes
    rows of such a table holds the row pointed to, once for all of them; the migration makes the trigger.
    """
    return ForeignKeyConstraint([column], [target], ondelete="CASCADE").ddl_if(callable_=_never)


def _never(*_: object, **__: object) -> bool:
    return False


def held(
    what: str,
    *,
    purpose: DataUse,
    legal_basis: LegalBasis,
    keep: Keep,
    receivers: tuple[Receiver, ...] = (),
    subjects: tuple[Subject, ...] = (Subject.MEMBER,),
    places: tuple[Place, ...] = (Place.DATABASE,),
) -> dict[str, Holding]:
    """What a table is and why it is held: the `info` of a `Table`. `what` is one or two sentences."""
    return {"holding": Holding(what, purpose, legal_basis, keep, receivers, subjects, places)}
