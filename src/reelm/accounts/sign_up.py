"""How does somebody become a person here?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reelm import ledger
from reelm.accounts.errors import HandleTaken, LocaleNotOffered
from reelm.accounts.handles import check_password, clean_email, clean_handle
from reelm.accounts.limits import Limit, count_try
from reelm.accounts.model import LOCALES, NewAccount, Person
from reelm.accounts.passwords import hash_password
from reelm.accounts.store import insert_account
from reelm.infra.db import Database
from reelm.kernel.ids import AccountId, new_uuid
from reelm.kernel.roles import Role
from reelm.realms import Atlas, check_age, place


@dataclass(frozen=True)
class Caller:
    """Who is calling, for rate limits only: `address` is hashed with `secret` before anything is stored."""

    address: str
    secret: bytes
    limit: int


async def sign_up(
    database: Database, new: NewAccount, *, atlas: Atlas, at: datetime, caller: Caller | None = None
) -> Person:
    """Create an account in this realm, and the key of its commitments in the log.

    `atlas` knows who belongs here; whoever works here may live elsewhere. `caller` is `None` for an operator's own
    commands.

    Raises `HandleNotAllowed`, `PasswordTooWeak`, `LocaleNotOffered`, `EmailNotTaken`, the refusals of
    `Atlas.admit` and `TooYoung`; `HandleTaken`, also for the second of two at the same time; `TooManyTries`.
    """
    residence = (
        atlas.admit(new.country, new.region) if new.role is Role.VIEWER else place(atlas.map, new.country, new.region)
    )
    handle = clean_handle(new.handle)
    check_password(new.password, handle)
    if new.locale not in LOCALES:
        raise LocaleNotOffered(offered=", ".join(LOCALES))
    email = clean_email(new.email) if new.email else None
    check_age(residence, new.birth_date, at.date())
    if caller:
        limit = Limit("sign-up", caller.limit, timedelta(hours=1))
        async with database.write() as unit:
            await count_try(unit, limit, limit.key(caller.secret, caller.address), at)
    hashed = await hash_password(new.password)
    account = AccountId(new_uuid())
    async with database.write() as unit:
        checked = replace(new, handle=handle, email=email)
        if not await insert_account(unit, account, checked, hashed, at):
            raise HandleTaken
        await ledger.make_key(unit, account, at=at)
    return Person(account, handle, handle, None)
