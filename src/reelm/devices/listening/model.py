"""The plain data of whom we listen to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from reelm.devices.signal_keys import SignalKey
from reelm.kernel.ids import OrganisationId


@dataclass(frozen=True)
class Issuer:
    """A system whose signals about its devices an organisation has us believe, and how it goes with it.

    `method` is RFC 8935's or RFC 8936's; `endpoint` is where we poll. `poll_token` is there when it is to be sent.
    """

    id: UUID
    organisation: OrganisationId
    organisation_code: str
    issuer: str
    keys: Sequence[SignalKey]
    method: str
    made_at: datetime
    endpoint: str | None = None
    poll_token: str | None = field(default=None, repr=False)
    heard_at: datetime | None = None
    verified_at: datetime | None = None
    verified_state: str | None = None
    stream_status: str | None = None
    failures: int = 0
    fault: str | None = None
