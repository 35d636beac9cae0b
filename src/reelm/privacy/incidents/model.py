"""The plain data of incidents. What is asked of each: CQLR c. A-2.1, r. 3.1, s. 7; GDPR Art. 33(3) and 33(5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import EntryId


@dataclass(frozen=True)
class Facts:
    """What is known of an incident, whole each time it is told.

    `information`: which classes of data; empty only with `information_unknown`, which says why that is not known.
    `people` counts them by the place where they live, as `CA-QC` or `FR`. `is_serious` is the conclusion whether
    there is a real risk of harm to them, and `risk` what it rests on; `None` while that is not decided.
    """

    information: tuple[DataClass, ...]
    circumstances: str
    began_on: date
    ended_on: date | None
    noticed_at: datetime
    people: Mapping[str, int]
    risk: str
    measures: str
    information_unknown: str = ""
    is_serious: bool | None = None


class Kind(StrEnum):
    """What one line of the register says."""

    RECORDED = "recorded"
    AMENDED = "amended"
    AUTHORITY_TOLD = "authority-told"
    PEOPLE_TOLD = "people-told"


@dataclass(frozen=True)
class Step:
    """One line of the register. `at` is when it was done, `law` under which an authority was told.

    Who wrote it, `entry` says in the log.
    """

    kind: Kind
    at: datetime
    written_at: datetime
    entry: EntryId
    facts: Facts | None = None
    law: str | None = None


@dataclass(frozen=True)
class Incident:
    """Everything the register says of one, the oldest line first. `code` is how people call it: `INC-2026-3`."""

    id: UUID
    code: str
    steps: tuple[Step, ...]

    @property
    def facts(self) -> Facts:
        """As they are known now."""
        return [step.facts for step in self.steps if step.facts is not None][-1]

    @property
    def people_told_at(self) -> datetime | None:
        """When those concerned were told."""
        return next((step.at for step in self.steps if step.kind is Kind.PEOPLE_TOLD), None)

    def told_at(self, law: str) -> datetime | None:
        """When the authority of this law was told."""
        told = (step.at for step in self.steps if step.kind is Kind.AUTHORITY_TOLD and step.law == law)
        return next(told, None)
