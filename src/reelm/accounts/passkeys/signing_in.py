"""How does a passkey open a session? It says by itself whose it is; no handle is asked for."""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reelm.accounts.limits import Limit, count_try
from reelm.accounts.model import Caller, Session
from reelm.accounts.passkeys import ceremonies, store
from reelm.accounts.passkeys.ceremonies import Site
from reelm.accounts.passkeys.errors import PasskeyUnknown
from reelm.accounts.passkeys.keeping import ask, take
from reelm.accounts.sessions import open_session
from reelm.infra.db import Database

# What limits here is how many challenges are kept, not guessing: signatures are not guessed.
_ASKED = Limit("passkey", 0, timedelta(minutes=15))


async def ask_any(database: Database, site: Site, *, at: datetime, caller: Caller) -> Mapping[str, Any]:
    """WebAuthn's request options. Raises `TooManyTries` after `caller.limit` from one address within 15 minutes."""
    limit = replace(_ASKED, hits=caller.limit)
    async with database.write() as unit:
        await count_try(unit, limit, limit.key(caller.secret, caller.address), at)
        challenge = await ask(unit, None, at=at)
    return ceremonies.any_options(site, challenge)


async def sign_in(
    database: Database, answer: Mapping[str, Any], site: Site, *, at: datetime, device: str = ""
) -> Session:
    """Open a session. Raises `PasskeyNotTaken`, `PasskeyTooLate`, `PasskeyUnknown`."""
    challenge, (credential_id, called) = ceremonies.challenge_in(answer), ceremonies.named_in(answer)
    await take(database, challenge, None, at=at)
    async with database.read() as unit:
        held = await store.find_held(unit, credential_id)
    if held is None or not hmac.compare_digest(called, held.user_handle):
        raise PasskeyUnknown
    uses = ceremonies.check(site, challenge, held.credential, answer)
    async with database.write() as unit:
        if not await store.note_use(unit, held, uses, at):
            raise PasskeyUnknown
        return await open_session(unit, held.account, at=at, passkey=held.id, device=device)
