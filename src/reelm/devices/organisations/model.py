"""The plain data of organisations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network
from typing import Literal

from reelm.devices.model import Network
from reelm.devices.proving import WORD
from reelm.kernel.ids import AccountId, OrganisationId, StaffId

# A proof that is no longer found counts for so long: a name server may be down, and a holder may change.
PROOF_OUTLASTS = timedelta(days=7)
LOOKED_EVERY = timedelta(days=1)


class Duty(StrEnum):
    """What somebody may do for an organisation."""

    DECIDER = "decider"
    DEVICE_ADMIN = "device-admin"
    APPROVER = "approver"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Organisation:
    """Who manages devices here. `domain` is what its decisions say it is known by.

    `passkeys_only`: nobody acts for it in a session that a password opened.
    """

    id: OrganisationId
    code: str
    name: str
    domain: str
    registered_at: datetime
    passkeys_only: bool = False


@dataclass(frozen=True)
class Seat:
    """Somebody who acts for an organisation."""

    id: StaffId
    organisation: OrganisationId
    account: AccountId
    duties: frozenset[Duty]
    since: datetime


@dataclass(frozen=True)
class Key:
    """A key that signs an organisation's decisions. `thumbprint` is RFC 7638's, in base64url."""

    thumbprint: str
    jwk: bytes
    added_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Proof:
    """A domain or network that an organisation says is its own. `token` is what has to be found."""

    id: str
    organisation: OrganisationId
    of: Literal["domain", "network"]
    value: str
    token: str
    asked_at: datetime
    looked_at: datetime | None = None
    proven_at: datetime | None = None
    missed_at: datetime | None = None
    lost_at: datetime | None = None

    @property
    def holds(self) -> bool:
        """Whether it binds: it was found, and is not lost."""
        return self.proven_at is not None and self.lost_at is None

    @property
    def word(self) -> str:
        """What a record has to say."""
        return f"{WORD}{self.token}"

    @property
    def network(self) -> Network:
        return ip_network(self.value)
