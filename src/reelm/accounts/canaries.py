"""Whose accounts are nobody's? The realm's own canaries, made up so that probes can look at somebody.

No list, page, sign-in or count has them, and no row of `people` is theirs. The hidden ones have names that only the
realm's database knows; the one named `CANARY` may be asked for by other realms, across the border.
"""

import random
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reelm import ledger
from reelm.accounts.handles import CANARY
from reelm.accounts.model import NewAccount
from reelm.accounts.passwords import hash_password
from reelm.accounts.store import hold_canaries, insert_canary
from reelm.infra.db import Database
from reelm.kernel.ids import AccountId, new_uuid

HIDDEN = 3
_ELDEST, _DAYS = date(1960, 1, 1), 40 * 365
_choice = random.SystemRandom()


@dataclass(frozen=True)
class Home:
    """A place that the realm serves, where its canaries live."""

    country: str
    region: str | None = None


async def make_canaries(database: Database, home: Home, *, at: datetime) -> tuple[AccountId, ...]:
    """The hidden canaries; what is missing of them, and of the one that may be asked for, is made first.

    Nobody knows their passwords: each is 256 random bits of which only the hash is kept.
    """
    hashed = await hash_password(secrets.token_urlsafe(32))
    async with database.write() as unit:
        known = await hold_canaries(unit, CANARY)
        hidden = sorted(id for id, handle in known.items() if handle != CANARY)
        missing = [_make_up() for _ in range(HIDDEN - len(hidden))]
        for handle in missing if CANARY in known.values() else [*missing, CANARY]:
            id = AccountId(new_uuid())
            await insert_canary(unit, id, _describe(handle, home), hashed, at)
            await ledger.make_key(unit, id, at=at)
            if handle != CANARY:
                hidden.append(id)
    return tuple(hidden)


def _make_up() -> str:
    return f"c{secrets.token_hex(10)}"


def _describe(handle: str, home: Home) -> NewAccount:
    """Somebody of age who does not exist. RFC 2606 keeps `.invalid` free of addresses."""
    born = _ELDEST + timedelta(days=_choice.randrange(_DAYS))
    return NewAccount(handle, "", born, home.country, home.region, "en", email=f"{_make_up()}@canary.invalid")
