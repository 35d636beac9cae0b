"""What does every act on behalf of an organisation need? Its transaction, the realm, the time, and who acts."""

from dataclasses import dataclass
from datetime import datetime

from reelm import ledger
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, EntryId


@dataclass(frozen=True)
class Act:
    """Something that is done now, all in one transaction. With no `by` the realm itself does it, by its clock."""

    unit: WriteUnit
    realm: str
    at: datetime
    by: AccountId | None = None

    async def log(self, fact: ledger.Fact) -> EntryId:
        """Write what was done into the log, with whoever did it. Raises `LedgerBusy`, `PersonHasNoKey`."""
        return await ledger.append(self.unit, fact, realm=self.realm, at=self.at, actor=self.by)
