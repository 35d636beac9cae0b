"""The queries of passkeys."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.access import OwnEyes
from reelm.accounts.passkeys.model import Asked, Credential, Held, Passkey
from reelm.accounts.tables import passkey_challenges, passkeys, sessions
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, PasskeyId, SessionId


async def insert_challenge(unit: WriteUnit, asked: Asked) -> None:
    values = {
        "digest": asked.digest,
        "account_id": asked.account,
        "user_handle": asked.user_handle,
        "ends_at": asked.ends_at,
    }
    await unit.write(insert(passkey_challenges).values(values))


async def take_challenge(unit: WriteUnit, digest: bytes, account: AccountId | None, at: datetime) -> Asked | None:
    """What was asked of this account, or of nobody in particular; it is not any more."""
    this = passkey_challenges.c.digest == digest, passkey_challenges.c.account_id.is_not_distinct_from(account)
    told = passkey_challenges.c.user_handle, passkey_challenges.c.ends_at
    row = await unit.first(delete(passkey_challenges).where(*this).returning(*told))
    return Asked(digest, account, row.user_handle, row.ends_at) if row and row.ends_at > at else None


async def find_handle(unit: ReadUnit, account: AccountId) -> bytes | None:
    """What passkeys call this person, where they have one."""
    return await unit.scalar(select(passkeys.c.user_handle).where(passkeys.c.account_id == account).limit(1))


async def list_credential_ids(unit: ReadUnit, account: AccountId) -> list[bytes]:
    rows = await unit.all(select(passkeys.c.credential_id).where(passkeys.c.account_id == account))
    return [row.credential_id for row in rows]


async def list_passkeys(eyes: OwnEyes) -> list[Passkey]:
    """The person's own, oldest first."""
    columns = passkeys.c.id, passkeys.c.name, passkeys.c.made_at, passkeys.c.used_at
    rows = await eyes.all(select(*columns).order_by(passkeys.c.id), passkeys.c.account_id)
    return [Passkey(PasskeyId(row.id), row.name, row.made_at, row.used_at) for row in rows]


async def count_held(unit: WriteUnit, account: AccountId) -> int:
    """How many passkeys somebody has; whoever else would add one for them waits until the unit ends."""
    await unit.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended(f"passkeys {account}", 0))))
    return await unit.scalar(select(func.count()).select_from(passkeys).where(passkeys.c.account_id == account)) or 0


async def insert_passkey(unit: WriteUnit, held: Held, name: str, at: datetime) -> bool:
    """False where it is somebody's already."""
    values = {
        "id": held.id,
        "account_id": held.account,
        "credential_id": held.credential.id,
        "user_handle": held.user_handle,
        "credential": held.credential.data,
        "uses": held.credential.uses,
        "name": name,
        "made_at": at,
    }
    return await unit.write(upsert(passkeys).values(values).on_conflict_do_nothing()) == 1


async def find_held(unit: ReadUnit, credential_id: bytes) -> Held | None:
    columns = passkeys.c.id, passkeys.c.account_id, passkeys.c.user_handle, passkeys.c.credential, passkeys.c.uses
    row = await unit.first(select(*columns).where(passkeys.c.credential_id == credential_id))
    if row is None:
        return None
    credential = Credential(credential_id, row.credential, row.uses)
    return Held(PasskeyId(row.id), AccountId(row.account_id), row.user_handle, credential)


async def note_use(unit: WriteUnit, held: Held, uses: int, at: datetime) -> bool:
    """False where it was used meanwhile, or removed."""
    this = passkeys.c.id == held.id, passkeys.c.uses == held.credential.uses
    return await unit.write(update(passkeys).where(*this).values(uses=uses, used_at=at)) == 1


async def list_sessions(unit: ReadUnit, id: PasskeyId) -> list[SessionId]:
    """Which sessions it opened."""
    return [SessionId(row.id) for row in await unit.all(select(sessions.c.id).where(sessions.c.passkey_id == id))]


async def delete_passkey(unit: WriteUnit, account: AccountId, id: PasskeyId) -> bool:
    """With the sessions that it opened."""
    this = passkeys.c.id == id, passkeys.c.account_id == account
    return await unit.write(delete(passkeys).where(*this)) == 1
