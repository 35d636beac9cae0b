"""The queries of people."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import case, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm import holds
from reelm.access import Collection, Eyes, OwnEyes, Part, Sight
from reelm.accounts.errors import AccountNotFound
from reelm.accounts.foreign_store import fetch_foreign
from reelm.accounts.handles import as_stored
from reelm.accounts.model import Account, NewAccount, Person, Profile, Session, SignIn, Viewer
from reelm.accounts.tables import (
    accounts,
    awaited_handles,
    canaries,
    passkey_challenges,
    people,
    rate_limits,
    sessions,
)
from reelm.infra.db import ReadUnit, Record, Values, WriteUnit, is_among
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId, SessionId
from reelm.kernel.roles import Role

_PERSON = (accounts.c.id, accounts.c.handle, accounts.c.display_name, accounts.c.avatar_key)
_PROFILE = (*_PERSON, accounts.c.bio)
_ACCOUNT = (
    *_PROFILE,
    accounts.c.country,
    accounts.c.region,
    accounts.c.locale,
    accounts.c.role,
    accounts.c.created_at,
)
_CANARIES = select(canaries.c.account_id)
# Who lives here and is not on their way elsewhere.
_AT_REST = (accounts.c.frozen_at.is_(None), accounts.c.role == Role.VIEWER, accounts.c.id.not_in(_CANARIES))
# How many of a person's newest sign-ins are looked at together.
_NEWEST = 200

PROFILE = Collection(
    "profile",
    (
        Part(
            select(
                accounts.c.email,
                accounts.c.birth_date,
                accounts.c.country,
                accounts.c.region,
                accounts.c.locale,
                accounts.c.created_at.label("signed_up_at"),
            ),
            of=accounts.c.id,
        ),
    ),
    is_single=True,
)
SIGN_INS = Collection(
    "sign-ins",
    (
        Part(
            select(sessions.c.created_at.label("signed_in_at"), sessions.c.expires_at)
            .order_by(sessions.c.created_at.desc())
            .limit(_NEWEST),
            of=sessions.c.account_id,
        ),
    ),
)


def _person(row: Record) -> Person:
    return Person(AccountId(row.id), row.handle, row.display_name, row.avatar_key)


def _profile(row: Record) -> Profile:
    return Profile(_person(row), row.bio)


def _account(row: Record) -> Account:
    return Account(_person(row), row.bio, row.country, row.region, row.locale, Role(row.role), row.created_at)


async def insert_account(unit: WriteUnit, id: AccountId, new: NewAccount, hashed: str, at: datetime) -> bool:
    """False where the handle is taken, or kept free for somebody on their way here."""
    await _hold_handle(unit, new.handle)
    if await unit.scalar(select(literal(True)).where(awaited_handles.c.handle == new.handle)):
        return False
    statement = upsert(accounts).values(_values(id, new, hashed, at))
    if await unit.write(statement.on_conflict_do_nothing(index_elements=[accounts.c.handle])) != 1:
        return False
    await unit.write(insert(people).values(id=id, account_id=id))
    return True


def _values(id: AccountId, new: NewAccount, hashed: str, at: datetime) -> Values:
    return {
        "id": id,
        "handle": new.handle,
        "password_hash": hashed,
        "display_name": new.handle,
        "bio": "",
        "email": new.email,
        "birth_date": new.birth_date,
        "country": new.country,
        "region": new.region,
        "locale": new.locale,
        "role": new.role,
        "created_at": at,
    }


async def _hold_handle(unit: WriteUnit, handle: str) -> None:
    """Whoever else wants this handle waits until the unit ends."""
    await unit.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended(handle, 0))))


async def await_handle(unit: WriteUnit, handle: str, since: datetime) -> bool:
    """Keep a handle free for somebody who is moving here; false where it is taken or kept free already."""
    await _hold_handle(unit, handle)
    if await unit.scalar(select(literal(True)).where(accounts.c.handle == handle)):
        return False
    return await unit.write(upsert(awaited_handles).values(handle=handle, since=since).on_conflict_do_nothing()) == 1


async def stop_awaiting(unit: WriteUnit, handle: str) -> None:
    """Keep it free no longer."""
    await unit.write(delete(awaited_handles).where(awaited_handles.c.handle == handle))


async def freeze(unit: WriteUnit, id: AccountId, at: datetime) -> bool:
    """Let this person change nothing from here on; false where they may not already, or are gone."""
    statement = update(accounts).where(accounts.c.id == id, accounts.c.frozen_at.is_(None)).values(frozen_at=at)
    return await unit.write(statement) == 1


async def unfreeze(unit: WriteUnit, id: AccountId) -> None:
    """They may again."""
    await unit.write(update(accounts).where(accounts.c.id == id).values(frozen_at=None))


async def delete_account(unit: WriteUnit, id: AccountId) -> None:
    """Remove a person with every row that is theirs alone."""
    await unit.write(delete(accounts).where(accounts.c.id == id))


async def note_own(unit: WriteUnit, id: AccountId) -> None:
    """Somebody who has come with an account is known here."""
    await unit.write(insert(people).values(id=id, account_id=id))


async def list_residences(unit: ReadUnit) -> list[tuple[AccountId, str, str | None]]:
    """Everybody here who is not moving, with their country and region: which realm is theirs follows from it.

    Without staff, who may live elsewhere.
    """
    statement = select(accounts.c.id, accounts.c.country, accounts.c.region).where(*_AT_REST)
    return [(AccountId(row.id), row.country, row.region) for row in await unit.all(statement.order_by(accounts.c.id))]


async def count_residents(unit: ReadUnit) -> dict[tuple[str, str | None], int]:
    """How many of them live where: country, and region where it was asked for."""
    lives = accounts.c.country, accounts.c.region
    counted = select(*lives, func.count().label("people")).where(*_AT_REST).group_by(*lives)
    return {(row.country, row.region): row.people for row in await unit.all(counted)}


async def find_residence(unit: ReadUnit, id: AccountId) -> tuple[str, str | None] | None:
    """Where somebody lives; `None` while they move, and for whoever is not here."""
    lives = select(accounts.c.country, accounts.c.region)
    row = await unit.first(lives.where(accounts.c.id == id, accounts.c.frozen_at.is_(None)))
    return (row.country, row.region) if row else None


async def fetch_residence(unit: ReadUnit, id: AccountId) -> tuple[str, str | None]:
    """Where somebody lives, moving or not. Raises `AccountNotFound`."""
    row = await unit.first(select(accounts.c.country, accounts.c.region).where(accounts.c.id == id))
    if row is None:
        raise AccountNotFound
    return row.country, row.region


async def fetch_birth_dates(unit: ReadUnit, ids: Iterable[AccountId]) -> dict[AccountId, date]:
    """When people of ours were born: what a minor does stays home."""
    rows = await unit.all(select(accounts.c.id, accounts.c.birth_date).where(is_among(accounts.c.id, ids)))
    return {AccountId(row.id): row.birth_date for row in rows}


async def fetch_profile(unit: ReadUnit, id: AccountId) -> Profile:
    """Raises `AccountNotFound`."""
    row = await unit.first(select(*_PROFILE).where(accounts.c.id == id))
    if row is None:
        raise AccountNotFound
    return _profile(row)


async def fetch_by_handle(unit: ReadUnit, handle: str) -> Profile:
    """Raises `AccountNotFound`, also for a canary: nobody finds one by its handle."""
    named = select(*_PROFILE).where(accounts.c.handle == as_stored(handle), accounts.c.id.not_in(_CANARIES))
    row = await unit.first(named)
    if row is None:
        raise AccountNotFound
    return _profile(row)


async def fetch_canary(unit: ReadUnit, handle: str) -> Profile:
    """The canary of this handle. Raises `AccountNotFound`."""
    named = select(*_PROFILE).where(accounts.c.handle == handle, accounts.c.id.in_(_CANARIES))
    row = await unit.first(named)
    if row is None:
        raise AccountNotFound
    return _profile(row)


async def hold_canaries(unit: WriteUnit, handle: str) -> dict[AccountId, str]:
    """Every canary with its handle; whoever else would make some waits until the unit ends."""
    await _hold_handle(unit, handle)
    rows = await unit.all(select(accounts.c.id, accounts.c.handle).where(accounts.c.id.in_(_CANARIES)))
    return {AccountId(row.id): row.handle for row in rows}


async def insert_canary(unit: WriteUnit, id: AccountId, new: NewAccount, hashed: str, at: datetime) -> None:
    """An account without a row in `people`: nothing here can follow, like or answer it."""
    await unit.write(insert(accounts).values(_values(id, new, hashed, at)))
    await unit.write(insert(canaries).values(account_id=id, made_at=at))


async def fetch_own_account(eyes: OwnEyes) -> Account:
    """One's own account, whole. Raises `AccountNotFound` where it is gone meanwhile."""
    rows = await eyes.all(select(*_ACCOUNT), accounts.c.id)
    if not rows:
        raise AccountNotFound
    return _account(rows[0])


async def fetch_private_profile(eyes: Eyes) -> Sight:
    """What only a person themselves knows of their account, as far as these eyes may look."""
    return await eyes.look(PROFILE)


async def list_sign_ins(eyes: Eyes) -> Sight:
    """A person's newest sign-ins that have not been signed out, as far as these eyes may look."""
    return await eyes.look(SIGN_INS)


async def fetch_position(unit: ReadUnit, id: AccountId) -> tuple[Role, str]:
    """What this account may do beyond watching and posting, and its country; whoever is gone may nothing."""
    row = await unit.first(select(accounts.c.role, accounts.c.country).where(accounts.c.id == id))
    return (Role(row.role), row.country) if row else (Role.VIEWER, "")


async def fetch_people(unit: ReadUnit, ids: Iterable[AccountId]) -> dict[AccountId, Person]:
    """The people behind these ids, ours or abroad; an id nobody has is left out."""
    wanted = set(ids)
    rows = await unit.all(select(*_PERSON).where(is_among(accounts.c.id, wanted)))
    known = {AccountId(row.id): _person(row) for row in rows}
    if len(known) < len(wanted):
        known |= await fetch_foreign(unit, wanted - known.keys())
    return known


async def find_credentials(unit: ReadUnit, handle: str) -> tuple[AccountId, str] | None:
    statement = select(accounts.c.id, accounts.c.password_hash).where(accounts.c.handle == as_stored(handle))
    row = await unit.first(statement.where(accounts.c.id.not_in(_CANARIES)))
    return (AccountId(row.id), row.password_hash) if row else None


async def fetch_password_hash(unit: ReadUnit, id: AccountId) -> str:
    return await unit.scalar(select(accounts.c.password_hash).where(accounts.c.id == id))


async def update_account(unit: WriteUnit, id: AccountId, **values: str | None) -> None:
    await unit.write(update(accounts).where(accounts.c.id == id).values(**values))


async def list_avatar_keys(unit: ReadUnit) -> set[str]:
    """Every blob key an account points to."""
    return set(await unit.scalars(select(accounts.c.avatar_key).where(accounts.c.avatar_key.is_not(None))))


async def insert_session(unit: WriteUnit, session: Session, hashed: bytes, at: datetime) -> None:
    await unit.write(
        insert(sessions).values(
            id=session.id,
            account_id=session.account,
            token_hash=hashed,
            created_at=at,
            expires_at=session.expires_at,
            passkey_id=session.passkey,
            device=session.device,
        )
    )


async def list_sessions_of(eyes: OwnEyes, at: datetime) -> list[SignIn]:
    """Somebody's own sessions that have not ended, the newest first."""
    c = sessions.c
    held = select(c.id, c.device, c.created_at, c.expires_at, c.passkey_id).where(c.expires_at > at)
    rows = await eyes.all(held.order_by(c.created_at.desc(), c.id.desc()).limit(_NEWEST), c.account_id)
    return [
        SignIn(
            SessionId(row.id), row.device, row.created_at, row.expires_at, row.passkey_id is not None, is_this=False
        )
        for row in rows
    ]


async def delete_own_session(unit: WriteUnit, account: AccountId, id: SessionId) -> bool:
    """False where it is nobody's any more, or somebody else's."""
    return await unit.write(delete(sessions).where(sessions.c.id == id, sessions.c.account_id == account)) == 1


async def find_viewer(unit: ReadUnit, hashed: bytes, at: datetime) -> Viewer | None:
    row = await unit.first(
        select(sessions.c.id, sessions.c.account_id, sessions.c.passkey_id, accounts.c.frozen_at)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(sessions.c.token_hash == hashed, sessions.c.expires_at > at)
    )
    if row is None:
        return None
    account, session = AccountId(row.account_id), SessionId(row.id)
    return Viewer(account, session, is_moving=row.frozen_at is not None, by_passkey=row.passkey_id is not None)


async def delete_session(unit: WriteUnit, id: SessionId) -> None:
    await unit.write(delete(sessions).where(sessions.c.id == id))


async def find_sessions(unit: ReadUnit, hashes: Iterable[bytes]) -> list[tuple[SessionId, AccountId]]:
    """The sessions with these hashes of tokens, and whose each is."""
    these = select(sessions.c.id, sessions.c.account_id).where(is_among(sessions.c.token_hash, hashes))
    return [(SessionId(row.id), AccountId(row.account_id)) for row in await unit.all(these)]


async def delete_sessions(unit: WriteUnit, account: AccountId, *, but: SessionId | None = None) -> None:
    statement = delete(sessions).where(sessions.c.account_id == account)
    await unit.write(statement if but is None else statement.where(sessions.c.id != but))


async def count_hit(unit: WriteUnit, key: bytes, at: datetime, ends_at: datetime) -> tuple[int, datetime]:
    """Count one hit in the key's window, opening a new one when it has ended: (hits so far, its end)."""
    fresh = upsert(rate_limits).values(key=key, hits=1, ends_at=ends_at)
    over = rate_limits.c.ends_at <= at
    row = await unit.first(
        fresh.on_conflict_do_update(
            index_elements=[rate_limits.c.key],
            set_={
                "hits": case((over, 1), else_=rate_limits.c.hits + 1),
                "ends_at": case((over, ends_at), else_=rate_limits.c.ends_at),
            },
        ).returning(rate_limits.c.hits, rate_limits.c.ends_at)
    )
    assert row is not None
    return row.hits, row.ends_at


async def find_hits(unit: ReadUnit, key: bytes, at: datetime) -> int:
    """How many there are in the key's window, if it has not ended."""
    counted = select(rate_limits.c.hits).where(rate_limits.c.key == key, rate_limits.c.ends_at > at)
    return await unit.scalar(counted) or 0


async def delete_hits(unit: WriteUnit, key: bytes) -> None:
    await unit.write(delete(rate_limits).where(rate_limits.c.key == key))


async def delete_ended(unit: WriteUnit, at: datetime) -> None:
    """Remove sessions, windows and challenges that are over; what has to stay for a case stays."""
    stays = holds.is_held(sessions.c.account_id, (DataClass.BEHAVIOR,), at)
    await unit.write(delete(sessions).where(sessions.c.expires_at <= at, ~stays))
    await unit.write(delete(rate_limits).where(rate_limits.c.ends_at <= at))
    await unit.write(delete(passkey_challenges).where(passkey_challenges.c.ends_at <= at))
