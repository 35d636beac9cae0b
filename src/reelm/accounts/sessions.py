"""Who is calling? Sessions are kept here, by the hash of their token; the token itself only the caller has."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from reelm import access
from reelm.accounts.errors import SessionEnded, SessionNotFound, SignInFailed
from reelm.accounts.limits import Limit, count_try
from reelm.accounts.model import Caller, Session, SignIn, Viewer
from reelm.accounts.passwords import is_password
from reelm.accounts.store import (
    delete_hits,
    delete_own_session,
    delete_session,
    delete_sessions,
    find_credentials,
    find_sessions,
    find_viewer,
    insert_session,
    list_sessions_of,
)
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, PasskeyId, SessionId, new_uuid

SESSION_LASTS = timedelta(days=60)


def token_hash(token: str) -> bytes:
    """What is stored of a token: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(database: Database, handle: str, password: str, *, at: datetime, caller: Caller) -> Session:
    """Open a session.

    Raises `SignInFailed`, the same and after the same work whether the handle or the password is wrong, and
    `TooManyTries` after `caller.limit` failures for one handle from one address within 15 minutes.
    """
    handle = handle.removeprefix("@").lower()
    limit = Limit("sign-in", caller.limit, timedelta(minutes=15))
    key = limit.key(caller.secret, handle, caller.address)
    async with database.write() as unit:
        await count_try(unit, limit, key, at)
    async with database.read() as unit:
        found = await find_credentials(unit, handle)
    if not await is_password(password, found[1] if found else None) or found is None:
        raise SignInFailed
    async with database.write() as unit:
        await delete_hits(unit, key)
        return await open_session(unit, found[0], at=at, device=caller.device)


async def open_session(
    unit: WriteUnit, account: AccountId, *, at: datetime, passkey: PasskeyId | None = None, device: str = ""
) -> Session:
    """Let somebody in who has shown that they are this person: with their password, or with `passkey`."""
    token, ends_at = secrets.token_urlsafe(32), at + SESSION_LASTS
    session = Session(SessionId(new_uuid()), account, token, ends_at, passkey, device)
    await insert_session(unit, session, token_hash(session.token), at)
    return session


async def recognise(unit: ReadUnit, token: str, *, at: datetime) -> Viewer:
    """Who presents this token. Raises `SessionEnded`."""
    viewer = await find_viewer(unit, token_hash(token), at)
    if viewer is None:
        raise SessionEnded
    return viewer


async def sign_out(unit: WriteUnit, viewer: Viewer, *, realm: str, at: datetime) -> None:
    """End this session, and what staff access was open in it."""
    await delete_session(unit, viewer.session)
    await access.end_with_sessions(unit, viewer.id, session=viewer.session, realm=realm, at=at)


async def list_own_sessions(eyes: access.OwnEyes, viewer: Viewer, at: datetime) -> list[SignIn]:
    """Where somebody is signed in, the newest first."""
    return [replace(one, is_this=one.id == viewer.session) for one in await list_sessions_of(eyes, at)]


async def sign_out_there(unit: WriteUnit, viewer: Viewer, id: SessionId, *, realm: str, at: datetime) -> None:
    """End another session of theirs, and what staff access was open in it. Raises `SessionNotFound`."""
    if not await delete_own_session(unit, viewer.id, id):
        raise SessionNotFound
    await access.end_with_sessions(unit, viewer.id, session=id, realm=realm, at=at)


async def sign_out_everywhere(unit: WriteUnit, viewer: Viewer, *, realm: str, at: datetime) -> None:
    """End every session of this person, this one too, and what staff access was open in them."""
    await delete_sessions(unit, viewer.id)
    await access.end_with_sessions(unit, viewer.id, realm=realm, at=at)


async def end_sessions(unit: WriteUnit, hashes: Collection[bytes], *, realm: str, at: datetime) -> None:
    """End the sessions with these hashes of tokens, whosever they are, and what staff access was open in them."""
    for session, account in await find_sessions(unit, hashes):
        await delete_session(unit, session)
        await access.end_with_sessions(unit, account, session=session, realm=realm, at=at)


def own_eyes(unit: ReadUnit, viewer: Viewer) -> access.OwnEyes:
    """The eyes with which somebody signed in looks at their own data."""
    return access.own_eyes(unit, viewer.id)
