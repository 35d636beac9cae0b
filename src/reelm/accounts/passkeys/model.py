"""The plain data of passkeys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reelm.kernel.ids import AccountId, PasskeyId

ASKED_FOR = timedelta(minutes=5)
MOST = 20


@dataclass(frozen=True)
class Passkey:
    """What its holder is shown."""

    id: PasskeyId
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Credential:
    """The public half, as WebAuthn's attested credential data has it."""

    id: bytes
    data: bytes
    uses: int


@dataclass(frozen=True)
class Held:
    """A passkey and whose it is. `user_handle` is what it calls them: random, and the same for all of theirs."""

    id: PasskeyId
    account: AccountId
    user_handle: bytes
    credential: Credential


@dataclass(frozen=True)
class Asked:
    """A challenge that is out: to whoever signs in, or to one who adds a passkey, with what it is to call them."""

    digest: bytes
    account: AccountId | None
    user_handle: bytes | None
    ends_at: datetime
