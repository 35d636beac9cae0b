"""How does somebody become a person here?"""

from dataclasses import replace
from datetime import datetime, timedelta

from reelm import ledger
from reelm.accounts.age_gate import check_not_refused, note_refused
from reelm.accounts.errors import HandleTaken, LocaleNotOffered
from reelm.accounts.handles import check_password, clean_email, clean_handle
from reelm.accounts.limits import Limit, count_try
from reelm.accounts.model import LOCALES, Caller, NewAccount, Person
from reelm.accounts.passwords import hash_password
from reelm.accounts.store import insert_account
from reelm.infra.db import Database
from reelm.kernel.ids import AccountId, new_uuid
from reelm.kernel.roles import Role
from reelm.realms import Atlas, Residence, TooYoung, check_age, place


async def sign_up(
    database: Database, new: NewAccount, *, atlas: Atlas, at: datetime, caller: Caller | None = None
) -> Person:
    """Create an account in this realm, and the key of its commitments in the log.

    `atlas` knows who belongs here; whoever works here may live elsewhere. `caller` is `None` for an operator's own
    commands.

    Raises `HandleNotAllowed`, `PasswordTooWeak`, `LocaleNotOffered`, `EmailNotTaken`, the refusals of
    `Atlas.admit` and `TooYoung`; `AgeAlreadySaid` for whoever was too young a short while ago; `HandleTaken`, also
    for the second of two at the same time; `TooManyTries`.
    """
    residence = (
        atlas.admit(new.country, new.region) if new.role is Role.VIEWER else place(atlas.map, new.country, new.region)
    )
    handle = clean_handle(new.handle)
    check_password(new.password, handle)
    if new.locale not in LOCALES:
        raise LocaleNotOffered(offered=", ".join(LOCALES))
    email = clean_email(new.email) if new.email else None
    await _check_age(database, residence, replace(new, handle=handle), caller, at)
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


async def _check_age(
    database: Database, residence: Residence, new: NewAccount, caller: Caller | None, at: datetime
) -> None:
    """Raises `TooYoung`, and `AgeAlreadySaid` for another date after that."""
    if caller:
        async with database.read() as unit:
            await check_not_refused(unit, caller, new.handle, at)
    try:
        check_age(residence, new.birth_date, at.date())
    except TooYoung:
        if caller and new.birth_date <= at.date():  # nobody is not born yet: a slip, and no age
            async with database.write() as unit:
                await note_refused(unit, caller, new.handle, at)
        raise
