"""What does every act on behalf of an organisation need? Its transaction, the realm, the time, and who acts."""

from dataclasses import dataclass
from datetime import datetime

from reelm import ledger
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId, EntryId


@dataclass(frozen=True)
class Actor:
    """Somebody signed in; whether with a passkey decides what they may do for organisations that ask for one."""

    account: AccountId
    by_passkey: bool = False


@dataclass(frozen=True)
class Act:
    """Something that is done now, all in one transaction. With no `actor` the realm itself does it, by its clock."""

    unit: WriteUnit
    realm: str
    at: datetime
    actor: Actor | None = None

    @property
    def by(self) -> AccountId | None:
        """Whose act it is."""
        return self.actor.account if self.actor else None

    async def log(self, fact: ledger.Fact) -> EntryId:
        """Write what was done into the log, with whoever did it. Raises `LedgerBusy`, `PersonHasNoKey`."""
        return await ledger.append(self.unit, fact, realm=self.realm, at=self.at, actor=self.by)
