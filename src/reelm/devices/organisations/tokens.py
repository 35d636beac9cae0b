"""How do an organisation's own systems speak to us? By a bearer token (RFC 6750) of which only a digest is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from reelm.devices.organisations import token_store
from reelm.devices.organisations.errors import TokenLastsTooLong, TokenNotFound, TokenRefused
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import OrganisationId

TOKEN_LASTS_AT_MOST = timedelta(days=366)


class TokenPurpose(StrEnum):
    """What a token is for. It opens nothing else."""

    DIRECTORY = "directory"
    ZONES = "zones"


@dataclass(frozen=True)
class Token:
    """What may be told of a token: all but the token. `id` is a part of its digest."""

    id: str
    purpose: TokenPurpose
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True)
class Presented:
    """The organisation whose token was shown."""

    organisation: OrganisationId
    code: str


async def make_token(
    unit: WriteUnit, organisation: OrganisationId, purpose: TokenPurpose, *, lasts: timedelta, at: datetime
) -> str:
    """A new token of 256 random bits, told this once. Raises `TokenLastsTooLong`."""
    if not timedelta(0) < lasts <= TOKEN_LASTS_AT_MOST:
        raise TokenLastsTooLong(longest_days=TOKEN_LASTS_AT_MOST.days)
    token = secrets.token_urlsafe(32)
    values = {"purpose": purpose, "made_at": at, "expires_at": at + lasts}
    await token_store.insert_token(unit, organisation, _digest(token), values)
    return token


async def recognise_token(unit: ReadUnit, token: str, purpose: TokenPurpose, *, at: datetime) -> Presented:
    """Whose token this is. Raises `TokenRefused`, whether it is unknown, for something else, expired or revoked."""
    found = await token_store.find_token(unit, _digest(token), purpose, at)
    if found is None:
        raise TokenRefused
    return Presented(OrganisationId(found.id), found.code)


@dataclass(frozen=True)
class Holder:
    """A token that holds, and whose it is. `digest` is all that is known of it."""

    id: str
    organisation: OrganisationId
    code: str
    digest: bytes
    until: datetime


async def list_holders(
    unit: ReadUnit, purpose: TokenPurpose, at: datetime, organisation: OrganisationId | None = None
) -> list[Holder]:
    """All tokens of a purpose that hold, or those of one organisation."""
    return [
        Holder(row.called, OrganisationId(row.id), row.code, row.token_hash, row.expires_at)
        for row in await token_store.list_holders(unit, purpose, at, organisation)
    ]


async def list_tokens(unit: ReadUnit, organisation: OrganisationId) -> list[Token]:
    """An organisation's tokens, the newest first; those that hold no longer too, until they are swept."""
    rows = await token_store.list_tokens(unit, organisation)
    return [Token(row.id, TokenPurpose(row.purpose), row.made_at, row.expires_at, row.revoked_at) for row in rows]


async def revoke_token(unit: WriteUnit, organisation: OrganisationId, id: str, *, at: datetime) -> None:
    """From now on it opens nothing. Revoking twice changes nothing. Raises `TokenNotFound`."""
    if not await token_store.update_revoked(unit, organisation, id, at):
        raise TokenNotFound


async def sweep_tokens(unit: WriteUnit, *, at: datetime) -> None:
    """Forget tokens that have expired, revoked or not: nothing of a token is kept for longer than it could hold."""
    await token_store.delete_expired(unit, at)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
