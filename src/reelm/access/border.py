"""When does showing data to staff mean that it leaves the realm? When they are where another realm serves people.

Remote display is a transfer, wherever the disk is (EDPB guidelines 05/2021): the same policies decide as about any
other crossing, and the same entry stands in the log before anything is read.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from reelm import gateway
from reelm.access.store import Collection, Narrowed
from reelm.gateway import CrossingRefused, Kind, Message
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import AccountId, RealmCode
from reelm.ledger import Draft


@dataclass(frozen=True)
class Border:
    """`realm_of` tells which realm serves a country, `is_minor` whether somebody of ours is below 18."""

    realm: RealmCode
    rulebook: gateway.Rulebook
    realm_of: Callable[[str], RealmCode | None]
    is_minor: Callable[[ReadUnit, AccountId, datetime], Awaitable[bool]]

    async def decide(
        self,
        unit: ReadUnit,
        *,
        country: str,
        subject: AccountId,
        collection: Collection,
        narrowed: Narrowed,
        at: datetime,
    ) -> tuple[Draft | None, CrossingRefused | None]:
        """The entry of a look from `country`, where it is one across the border, and the refusal if it is refused."""
        to = self.realm_of(country)
        if to is None or to == self.realm:
            return None, None
        columns = sorted({name for part in narrowed.fields for name, _ in part})
        message = Message(
            Kind.LOOK,
            {"collection": collection.name, "columns": columns},
            person=subject,
            minor=await self.is_minor(unit, subject, at),
            classes=tuple(narrowed.classes),
        )
        rules = self.rulebook.rules
        decision = rules.decide(message, from_=self.realm, to=to, today=at.date())
        if not decision.allowed:
            refused = CrossingRefused(realm=to, rule=decision.rules[0])
            return gateway.draft_refusal(message, decision, rules, to=to, at=at), refused
        salt = gateway.new_salt()
        return gateway.draft_crossing(message, decision, rules, to=to, salt=salt, at=at), None
