"""What may a person change about themselves?"""

from datetime import datetime

from reelm import access
from reelm.accounts.errors import LocaleNotOffered, PasswordWrong
from reelm.accounts.handles import BIO_MAX, check_password, clean_display_name, clean_text
from reelm.accounts.model import LOCALES, Profile, Viewer
from reelm.accounts.passwords import hash_password, is_password
from reelm.accounts.store import delete_sessions, fetch_password_hash, fetch_profile, update_account
from reelm.infra.db import Database, WriteUnit
from reelm.kernel.ids import AccountId


async def edit_profile(
    unit: WriteUnit,
    account: AccountId,
    *,
    display_name: str | None = None,
    bio: str | None = None,
    locale: str | None = None,
) -> Profile:
    """Change what is given. Raises `DisplayNameNotTaken`, `TextTooLong`, `LocaleNotOffered`."""
    values: dict[str, str | None] = {}
    if display_name is not None:
        values["display_name"] = clean_display_name(display_name)
    if bio is not None:
        values["bio"] = clean_text(bio, BIO_MAX)
    if locale is not None:
        if locale not in LOCALES:
            raise LocaleNotOffered(offered=", ".join(LOCALES))
        values["locale"] = locale
    if values:
        await update_account(unit, account, **values)
    return await fetch_profile(unit, account)


async def set_avatar(unit: WriteUnit, account: AccountId, key: str) -> str | None:
    """Point the profile at a new picture; returns the key of the one before, which is now nobody's."""
    before = (await fetch_profile(unit, account)).person.avatar_key
    await update_account(unit, account, avatar_key=key)
    return before


async def clear_avatar(unit: WriteUnit, account: AccountId) -> str | None:
    """Remove the picture from the profile; returns the key it had."""
    before = (await fetch_profile(unit, account)).person.avatar_key
    await update_account(unit, account, avatar_key=None)
    return before


async def confirm_password(database: Database, viewer: Viewer, password: str) -> None:
    """Make sure that it is they who ask. Raises `PasswordWrong`."""
    async with database.read() as unit:
        hashed = await fetch_password_hash(unit, viewer.id)
    if not await is_password(password, hashed):
        raise PasswordWrong


async def change_password(
    database: Database, viewer: Viewer, *, current: str, new: str, realm: str, at: datetime
) -> None:
    """Change the password and end every other session. Raises `PasswordWrong`, `PasswordTooWeak`."""
    async with database.read() as unit:
        account = await fetch_profile(unit, viewer.id)
    await confirm_password(database, viewer, current)
    check_password(new, account.person.handle)
    new_hash = await hash_password(new)
    async with database.write() as unit:
        await update_account(unit, viewer.id, password_hash=new_hash)
        await delete_sessions(unit, viewer.id, but=viewer.session)
        await access.end_with_sessions(unit, viewer.id, but=viewer.session, realm=realm, at=at)
