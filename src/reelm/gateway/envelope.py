"""In what does a message travel? In an envelope that its realm signs, for one realm, of now, with an id of its own.

Pure. The bytes are JSON; the signature (Ed25519) is over `reelm-gateway/1`, a line feed and these bytes.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from reelm.gateway.cards import Card
from reelm.gateway.errors import (
    EnvelopeForAnother,
    EnvelopeMalformed,
    EnvelopeNotOfNow,
    EnvelopeNotSigned,
    EnvelopeReplayed,
)
from reelm.gateway.identity import Identity
from reelm.kernel.ids import RealmCode

LIMIT_BYTES = 4 * 1024 * 1024
SKEW = timedelta(seconds=120)
_SIGNED = b"reelm-gateway/1\n"

What = Literal["ask", "answer", "deliver", "receipt", "media"]


class Envelope(BaseModel):
    """One envelope. `id` is random; `reply_to` the id of the envelope it answers."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    v: Literal[1] = 1
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
    from_: Annotated[str, Field(alias="from", max_length=8)]
    to: Annotated[str, Field(max_length=8)]
    at: datetime
    what: What
    reply_to: str | None = None
    body: dict[str, Any]


@dataclass(frozen=True)
class Sealed:
    """An envelope as it travels: its bytes, and the signature as a header holds it."""

    content: bytes
    signature: str
    id: str


def seal(
    identity: Identity, to: RealmCode, what: What, body: dict[str, Any], at: datetime, *, reply_to: str | None = None
) -> Sealed:
    """Close and sign an envelope."""
    id = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
    content = orjson.dumps(
        {
            "v": 1,
            "id": id,
            "from": identity.realm,
            "to": to,
            "at": at,
            "what": what,
            "reply_to": reply_to,
            "body": body,
        }
    )
    return Sealed(content, base64.b64encode(identity.sign(_SIGNED + content)).decode(), id)


def open_envelope(
    content: bytes, signature: str, *, what: What, me: RealmCode, cards: dict[RealmCode, Card], now: datetime
) -> Envelope:
    """Read an envelope and check that it is from whom it says, for us, and of now.

    Raises `EnvelopeMalformed`, `EnvelopeNotSigned`, `EnvelopeForAnother`, `EnvelopeNotOfNow`.
    """
    if len(content) > LIMIT_BYTES:
        raise EnvelopeMalformed
    try:
        envelope = Envelope.model_validate_json(content)
        signed = base64.b64decode(signature, validate=True)
    except (ValidationError, ValueError):
        raise EnvelopeMalformed from None
    card = cards.get(RealmCode(envelope.from_))
    if card is None or envelope.from_ == me or not card.has_signed(_SIGNED + content, signed):
        raise EnvelopeNotSigned
    if envelope.to != me:
        raise EnvelopeForAnother
    if envelope.what != what:
        raise EnvelopeMalformed
    if envelope.at.tzinfo is None or abs(envelope.at - now) > SKEW:
        raise EnvelopeNotOfNow
    return envelope


class ReplayWindow:
    """The envelopes that came lately. Each is taken once.

    Kept in memory: after a start nothing older than the start is taken, so that a replay can't use the gap.
    """

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._seen: dict[str, datetime] = {}
        self._cleared_at = started_at

    def take(self, envelope: Envelope, now: datetime) -> None:
        """Raises `EnvelopeReplayed`, and `EnvelopeNotOfNow` for one from before we started."""
        if envelope.at < self._started_at:
            raise EnvelopeNotOfNow
        if envelope.id in self._seen:
            raise EnvelopeReplayed
        self._seen[envelope.id] = envelope.at
        if now - self._cleared_at > SKEW:
            self._cleared_at = now
            self._seen = {id: at for id, at in self._seen.items() if now - at <= 2 * SKEW}
