"""What does a probe work with? Its realm's database and log, what staff can read, and the way to other realms."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from reelm import access, accounts, gateway, ledger
from reelm.infra.db import Database
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock

Reader = Callable[[access.Eyes], Awaitable[access.Sight]]


@dataclass(frozen=True)
class Prober:
    """`readers` read each collection that staff can be given to see; `served` is the log as everybody reads it."""

    database: Database
    durability: ledger.Durability
    clock: Clock
    realm: RealmCode
    home: accounts.Home
    readers: Mapping[str, Reader]
    served: ledger.Source
    abroad: gateway.Abroad

    async def trust(self) -> ledger.Asked:
        """By whose key the log has to be signed. Raises `FileMissing` where it has not been opened."""
        async with self.database.read() as unit:
            state = await ledger.find_state(unit)
        if state is None:
            raise ledger.FileMissing(path="checkpoint")
        return ledger.Asked(keys=(ledger.VerifierKey.parse(state.vkey),))
