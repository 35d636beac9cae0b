"""The plain data of legal holds."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId


@dataclass(frozen=True)
class Hold:
    """Data of `people`, of these classes, stays until `until`, or until it is ended. `case` names it for people."""

    id: UUID
    case: str
    reason: str
    people: frozenset[AccountId]
    classes: frozenset[DataClass]
    began_at: datetime
    until: datetime
    ended_at: datetime | None = None
