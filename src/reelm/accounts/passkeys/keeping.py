"""How does somebody add a passkey, see which they have, and remove one?"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reelm import access
from reelm.accounts.model import Viewer
from reelm.accounts.passkeys import ceremonies, store
from reelm.accounts.passkeys.ceremonies import Site
from reelm.accounts.passkeys.errors import PasskeyNotFound, PasskeyNotTaken, PasskeyTooLate, TooManyPasskeys
from reelm.accounts.passkeys.model import ASKED_FOR, MOST, Asked, Held, Passkey
from reelm.accounts.profiles import confirm_password
from reelm.accounts.sessions import own_eyes
from reelm.accounts.store import fetch_profile
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, PasskeyId, new_uuid


async def ask(unit: WriteUnit, account: AccountId | None, user_handle: bytes | None = None, *, at: datetime) -> bytes:
    """A new challenge: 32 random bytes, of which the digest is kept until it is signed or five minutes are over."""
    challenge = secrets.token_bytes(32)
    await store.insert_challenge(unit, Asked(_digest(challenge), account, user_handle, at + ASKED_FOR))
    return challenge


async def take(database: Database, challenge: bytes, account: AccountId | None, *, at: datetime) -> bytes:
    """Let it be signed this once, whatever comes of it; its user handle. Raises `PasskeyTooLate`."""
    async with database.write() as unit:
        asked = await store.take_challenge(unit, _digest(challenge), account, at)
    if asked is None:
        raise PasskeyTooLate
    return asked.user_handle or b""


async def ask_new(
    database: Database, viewer: Viewer, password: str, site: Site, *, at: datetime
) -> Mapping[str, Any]:
    """WebAuthn's creation options. Raises `PasswordWrong`, `TooManyPasskeys`."""
    await confirm_password(database, viewer, password)
    async with database.write() as unit:
        known = await store.list_credential_ids(unit, viewer.id)
        if len(known) >= MOST:
            raise TooManyPasskeys(most=MOST)
        called = await store.find_handle(unit, viewer.id) or secrets.token_bytes(32)
        handle = (await fetch_profile(unit, viewer.id)).person.handle
        challenge = await ask(unit, viewer.id, called, at=at)
    return ceremonies.new_options(site, challenge, called, handle, known)


async def add(
    database: Database, viewer: Viewer, name: str, answer: Mapping[str, Any], site: Site, *, at: datetime
) -> Passkey:
    """Keep the public half of a new passkey. Raises `PasskeyNotTaken`, `PasskeyTooLate`, `TooManyPasskeys`."""
    challenge = ceremonies.challenge_in(answer)
    called = await take(database, challenge, viewer.id, at=at)
    held = Held(PasskeyId(new_uuid()), viewer.id, called, ceremonies.read_new(site, challenge, answer))
    async with database.write() as unit:
        if await store.count_held(unit, viewer.id) >= MOST:
            raise TooManyPasskeys(most=MOST)
        if not await store.insert_passkey(unit, held, name, at):
            raise PasskeyNotTaken
    return Passkey(held.id, name, at, None)


async def list_own(unit: ReadUnit, viewer: Viewer) -> list[Passkey]:
    """The caller's own, oldest first."""
    return await store.list_passkeys(own_eyes(unit, viewer))


async def remove(unit: WriteUnit, viewer: Viewer, id: PasskeyId, *, realm: str, at: datetime) -> None:
    """Let it open nothing more; the sessions that it opened end. Raises `PasskeyNotFound`."""
    opened = await store.list_sessions(unit, id)
    if not await store.delete_passkey(unit, viewer.id, id):
        raise PasskeyNotFound
    for session in opened:
        await access.end_with_sessions(unit, viewer.id, session=session, realm=realm, at=at)


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
