"""What does staff access need of its realm? Its database, its log, its clock, and who plays which role."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reelm import ledger
from reelm.access.model import Staff
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import AccountId, SessionId
from reelm.kernel.roles import Role
from reelm.kernel.time import Clock

RoleOf = Callable[[ReadUnit, AccountId], Awaitable[Role]]


@dataclass(frozen=True)
class Caller:
    """Somebody signed in who wants to do something here; their role is looked up at that moment."""

    id: AccountId
    session: SessionId


@dataclass(frozen=True)
class Desk:
    """Where staff ask. `role_of` tells an account's role as it is now; accounts lie above this package."""

    database: Database
    durability: ledger.Durability
    clock: Clock
    realm: str
    role_of: RoleOf

    async def recognise(self, unit: ReadUnit, caller: Caller) -> Staff:
        """The caller with their role as it is now."""
        return Staff(caller.id, await self.role_of(unit, caller.id), caller.session)
