"""What does staff access need of its realm? Its database, its log, its clock, and who plays which role where."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reelm import ledger
from reelm.access.border import Border
from reelm.access.model import Staff
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import AccountId, SessionId
from reelm.kernel.roles import Role
from reelm.kernel.time import Clock

PositionOf = Callable[[ReadUnit, AccountId], Awaitable[tuple[Role, str]]]


@dataclass(frozen=True)
class Caller:
    """Somebody signed in who wants to do something here; their role is looked up at that moment."""

    id: AccountId
    session: SessionId


@dataclass(frozen=True)
class Desk:
    """Where staff ask. `position_of` tells an account's role and country as they are now; accounts lie above this
    package. Data is shown in `countries` only (ISO 3166-1 codes); with none named, everywhere that `border` lets it.
    What is asked for where `is_probe` is marked as the realm's own.
    """

    database: Database
    durability: ledger.Durability
    clock: Clock
    realm: str
    position_of: PositionOf
    countries: frozenset[str] = frozenset()
    border: Border | None = None
    is_probe: bool = False

    async def recognise(self, unit: ReadUnit, caller: Caller) -> Staff:
        """The caller with their role and place as they are now."""
        role, country = await self.position_of(unit, caller.id)
        is_abroad = bool(self.countries) and country not in self.countries
        return Staff(caller.id, role, caller.session, country, is_abroad)
