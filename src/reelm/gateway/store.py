"""The queries of the door."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.gateway.model import Kind, Message
from reelm.gateway.tables import (
    gateway_copies,
    gateway_faults,
    gateway_logs,
    gateway_meters,
    gateway_outbox,
    gateway_peers,
    gateway_revocations,
    gateway_unproven,
)
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import AccountId, EntryId, RealmCode

# Where PostgreSQL says that something was put into the outbox, and for which realm.
OUTBOX = "gateway_outbox"
_REMEMBERED, _MARGIN = timedelta(hours=1), timedelta(seconds=5)
_NUMBER = text(
    """
    UPDATE gateway_outbox o SET seq = n.seq, entry = n.entry, salt = n.salt
    FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[]), CAST(:entries AS text[]), CAST(:salts AS text[]))
        AS n(id, seq, entry, salt)
    WHERE o.id = n.id
    """
)


class Waiting(NamedTuple):
    """One message in the outbox. `seq`, `entry` and `salt` once it has been logged."""

    id: int
    message: Message
    seq: int | None
    entry: EntryId | None
    salt: str | None


class Standing(NamedTuple):
    """How far two realms have come with each other."""

    sent_seq: int
    acked_seq: int
    next_in: int
    contact_at: datetime | None
    last_entry: int


def _waiting(row: Record) -> Waiting:
    message = Message(
        kind=Kind(row.kind),
        fields=row.fields,
        person=AccountId(row.account_id) if row.account_id else None,
        minor=row.minor,
        told=row.told,
        people=row.people,
        epsilon_micro=row.epsilon_micro,
    )
    return Waiting(row.id, message, row.seq, row.entry, row.salt)


async def insert_waiting(unit: WriteUnit, realm: RealmCode, messages: Sequence[Message], at: datetime) -> None:
    rows = [
        {
            "realm": realm,
            "kind": message.kind,
            "fields": dict(message.fields),
            "account_id": message.person,
            "minor": message.minor,
            "told": message.told,
            "people": message.people,
            "epsilon_micro": message.epsilon_micro,
            "made_at": at,
        }
        for message in messages
    ]
    await unit.write(insert(gateway_outbox), rows)
    await unit.scalar(select(func.pg_notify(OUTBOX, realm)))


async def count_waiting(unit: ReadUnit, realm: RealmCode) -> int:
    """How much has not been taken by this realm yet."""
    return await unit.scalar(select(func.count()).where(gateway_outbox.c.realm == realm)) or 0


async def is_any_unnumbered(unit: ReadUnit, realm: RealmCode) -> bool:
    """Whether something for this realm has not been decided about."""
    waits = gateway_outbox.c.realm == realm, gateway_outbox.c.seq.is_(None)
    return bool(await unit.scalar(select(literal(True)).where(*waits).limit(1)))


async def list_unnumbered(unit: WriteUnit, realm: RealmCode, limit: int) -> list[Waiting]:
    """The oldest messages that have not been decided about."""
    statement = (
        select(gateway_outbox)
        .where(gateway_outbox.c.realm == realm, gateway_outbox.c.seq.is_(None))
        .order_by(gateway_outbox.c.id)
        .limit(limit)
        .with_for_update()
    )
    return [_waiting(row) for row in await unit.all(statement)]


async def list_numbered(unit: ReadUnit, realm: RealmCode, first: int, limit: int) -> list[Waiting]:
    """The logged messages from number `first` on, in order."""
    statement = (
        select(gateway_outbox)
        .where(gateway_outbox.c.realm == realm, gateway_outbox.c.seq >= first)
        .order_by(gateway_outbox.c.seq)
        .limit(limit)
    )
    return [_waiting(row) for row in await unit.all(statement)]


async def hold_peer(unit: WriteUnit, realm: RealmCode) -> Standing:
    """How far we are with a realm, held against everybody else until the unit ends."""
    await unit.write(upsert(gateway_peers).values(realm=realm).on_conflict_do_nothing())
    row = await unit.first(select(gateway_peers).where(gateway_peers.c.realm == realm).with_for_update())
    assert row is not None
    return _standing(row)


async def find_standing(unit: ReadUnit, realm: RealmCode) -> Standing:
    """How far we are with a realm; at the start where nothing has crossed yet."""
    row = await unit.first(select(gateway_peers).where(gateway_peers.c.realm == realm))
    return _standing(row) if row else Standing(0, 0, 1, None, -1)


def _standing(row: Record) -> Standing:
    return Standing(row.sent_seq, row.acked_seq, row.next_in, row.contact_at, row.last_entry)


async def number_all(
    unit: WriteUnit, realm: RealmCode, numbered: Sequence[tuple[int, int, EntryId, str]], last: int
) -> None:
    """Give rows their (id, seq, entry, salt), and say how far numbers have been given out."""
    if numbered:
        ids, seqs, entries, salts = zip(*numbered, strict=True)
        given = {"ids": list(ids), "seqs": list(seqs), "entries": list(entries), "salts": list(salts)}
        await unit.write(_NUMBER.bindparams(**given))
    await unit.write(update(gateway_peers).where(gateway_peers.c.realm == realm).values(sent_seq=last))


async def delete_waiting(unit: WriteUnit, ids: Iterable[int]) -> None:
    await unit.write(delete(gateway_outbox).where(is_among(gateway_outbox.c.id, ids)))


async def count_waiting_of(unit: ReadUnit, person: AccountId, kind: Kind) -> int:
    """How many messages of one kind about this person have not been taken yet."""
    about = gateway_outbox.c.account_id == person, gateway_outbox.c.kind == kind
    return await unit.scalar(select(func.count()).where(*about)) or 0


async def withdraw(unit: WriteUnit, person: AccountId, kind: Kind) -> None:
    """Take back what of one kind about this person has not been logged yet; what has been goes on."""
    about = gateway_outbox.c.account_id == person, gateway_outbox.c.kind == kind
    await unit.write(delete(gateway_outbox).where(*about, gateway_outbox.c.seq.is_(None)))


async def release(unit: WriteUnit, person: AccountId) -> None:
    """Let what this person did towards other realms go there although they are about to be gone from here."""
    await unit.write(update(gateway_outbox).where(gateway_outbox.c.account_id == person).values(account_id=None))


async def mark_acked(unit: WriteUnit, realm: RealmCode, through: int, at: datetime) -> None:
    """The other realm has taken everything up to `through`: it need not be kept here any longer."""
    numbered = gateway_outbox.c.realm == realm, gateway_outbox.c.seq <= through
    await unit.write(delete(gateway_outbox).where(*numbered))
    reached = gateway_peers.c.realm == realm, gateway_peers.c.acked_seq <= through
    await unit.write(update(gateway_peers).where(*reached).values(acked_seq=through, contact_at=at))


async def rewind_acked(unit: WriteUnit, realm: RealmCode, through: int) -> None:
    """The other realm has lost what it had taken after `through`."""
    await unit.write(update(gateway_peers).where(gateway_peers.c.realm == realm).values(acked_seq=through))


async def unnumber_all(unit: WriteUnit, realm: RealmCode, through: int) -> None:
    """The other realm has taken more than we know of: what waits gets new numbers, after `through`."""
    numbered = gateway_outbox.c.realm == realm, gateway_outbox.c.seq.is_not(None)
    await unit.write(update(gateway_outbox).where(*numbered).values(seq=None, entry=None, salt=None))
    reached = {"sent_seq": through, "acked_seq": through}
    await unit.write(update(gateway_peers).where(gateway_peers.c.realm == realm).values(reached))


async def advance_inbox(unit: WriteUnit, realm: RealmCode, next_in: int, last_entry: int, at: datetime) -> None:
    """Everything below `next_in` has been taken, up to this entry of that realm's log."""
    reached = {"next_in": next_in, "last_entry": last_entry, "contact_at": at}
    await unit.write(update(gateway_peers).where(gateway_peers.c.realm == realm).values(reached))


async def note_copies(unit: WriteUnit, realm: RealmCode, objects: Iterable[UUID], at: datetime) -> None:
    """Remember that a realm has been given copies of these."""
    values = [{"object_id": one, "realm": realm, "at": at} for one in set(objects)]
    if values:
        await unit.write(upsert(gateway_copies).values(values).on_conflict_do_nothing())


async def list_holders(unit: ReadUnit, object_id: UUID) -> list[RealmCode]:
    """The realms that have a copy."""
    statement = select(gateway_copies.c.realm).where(gateway_copies.c.object_id == object_id)
    return [RealmCode(realm) for realm in await unit.scalars(statement.order_by(gateway_copies.c.realm))]


async def list_held(unit: ReadUnit, objects: Collection[UUID]) -> list[UUID]:
    """Those of these of which some realm has a copy."""
    found = select(gateway_copies.c.object_id).where(is_among(gateway_copies.c.object_id, objects)).distinct()
    return list(await unit.scalars(found))


async def forget_copies(unit: WriteUnit, object_id: UUID) -> None:
    """No realm holds a copy of this any more."""
    await unit.write(delete(gateway_copies).where(gateway_copies.c.object_id == object_id))


async def note_revocations(unit: WriteUnit, realm: RealmCode, taken_back: Mapping[UUID, datetime]) -> None:
    """Remember what a realm has taken back and when, by its own clock."""
    rows = [{"object_id": one, "realm": realm, "at": taken_back[one]} for one in sorted(taken_back)]
    statement = upsert(gateway_revocations)
    keys = [gateway_revocations.c.object_id, gateway_revocations.c.realm]
    later = func.greatest(gateway_revocations.c.at, statement.excluded.at)
    await unit.write(statement.on_conflict_do_update(index_elements=keys, set_={"at": later}), rows)
    old = gateway_revocations.c.at < max(taken_back.values()) - _REMEMBERED
    await unit.write(delete(gateway_revocations).where(gateway_revocations.c.realm == realm, old))


async def is_taken_back(unit: ReadUnit, realm: RealmCode, object_id: UUID, as_of: datetime) -> bool:
    """Whether the realm has taken this back after, or just before, it said this of it."""
    statement = select(gateway_revocations.c.at).where(
        gateway_revocations.c.object_id == object_id, gateway_revocations.c.realm == realm
    )
    at = await unit.scalar(statement)
    return at is not None and as_of < at + _MARGIN


async def sum_waiting_bytes(unit: ReadUnit, realm: RealmCode) -> int:
    """About how long the logged messages are that this realm has not taken."""
    size = func.octet_length(cast(gateway_outbox.c.fields, Text))
    numbered = gateway_outbox.c.realm == realm, gateway_outbox.c.seq.is_not(None)
    return int(await unit.scalar(select(func.coalesce(func.sum(size), 0)).where(*numbered)))


class Fault(NamedTuple):
    """What another realm said and was found to be wrong."""

    realm: RealmCode
    fault: str
    about: str
    at: datetime


async def insert_fault(unit: WriteUnit, fault: Fault) -> bool:
    """Whether it was not there yet."""
    return await unit.write(upsert(gateway_faults).values(fault._asdict()).on_conflict_do_nothing()) == 1


async def list_faults(unit: ReadUnit) -> list[Fault]:
    rows = await unit.all(select(gateway_faults).order_by(gateway_faults.c.at))
    return [Fault(RealmCode(row.realm), row.fault, row.about, row.at) for row in rows]


async def delete_faults(unit: WriteUnit, realm: RealmCode, fault: str | None) -> int:
    statement = delete(gateway_faults).where(gateway_faults.c.realm == realm)
    return await unit.write(statement if fault is None else statement.where(gateway_faults.c.fault == fault))


async def find_oldest_waiting(unit: ReadUnit, realm: RealmCode) -> datetime | None:
    """Since when something waits for this realm."""
    return await unit.scalar(select(func.min(gateway_outbox.c.made_at)).where(gateway_outbox.c.realm == realm))


class Unproven(NamedTuple):
    """What another realm says its log tells at index `entry`."""

    id: int
    entry: int
    message: str
    content: str


async def insert_unproven(
    unit: WriteUnit, realm: RealmCode, told: Sequence[tuple[int, str, str]], at: datetime
) -> None:
    """Remember (entry, message, content) of what came, to look for it in that realm's log."""
    values = [
        {"realm": realm, "entry": entry, "message": message, "content": content, "at": at}
        for entry, message, content in told
    ]
    if values:
        await unit.write(insert(gateway_unproven), values)


async def list_unproven(unit: ReadUnit, realm: RealmCode, limit: int) -> list[Unproven]:
    rows = select(gateway_unproven).where(gateway_unproven.c.realm == realm)
    return [
        Unproven(row.id, row.entry, row.message, row.content)
        for row in await unit.all(rows.order_by(gateway_unproven.c.id).limit(limit))
    ]


async def delete_unproven(unit: WriteUnit, ids: Iterable[int]) -> None:
    await unit.write(delete(gateway_unproven).where(is_among(gateway_unproven.c.id, ids)))


async def trim_unproven(unit: WriteUnit, realm: RealmCode, keep: int) -> None:
    """Of what waits to be proven keep the newest only: a log that can't be read does not fill ours."""
    mine = select(gateway_unproven.c.id).where(gateway_unproven.c.realm == realm)
    kept = mine.order_by(gateway_unproven.c.id.desc()).limit(keep)
    await unit.write(
        delete(gateway_unproven).where(gateway_unproven.c.realm == realm, gateway_unproven.c.id.not_in(kept))
    )


class LogSeen(NamedTuple):
    """What we know of another realm's log: its newest checkpoint, and how many entries of it were found as told."""

    checkpoint: str
    proven: int
    looked_at: datetime


async def find_log_seen(unit: ReadUnit, realm: RealmCode) -> LogSeen | None:
    row = await unit.first(select(gateway_logs).where(gateway_logs.c.realm == realm))
    return LogSeen(row.checkpoint, row.proven, row.looked_at) if row else None


async def note_log_seen(unit: WriteUnit, realm: RealmCode, seen: LogSeen) -> None:
    statement = upsert(gateway_logs).values(realm=realm, **seen._asdict())
    await unit.write(statement.on_conflict_do_update(index_elements=["realm"], set_=seen._asdict()))


async def forget_log_seen(unit: WriteUnit, realm: RealmCode) -> None:
    """Take the next checkpoint of this realm's log as the first one."""
    await unit.write(delete(gateway_logs).where(gateway_logs.c.realm == realm))


class Reading(NamedTuple):
    """What left towards a realm since `since`. `waiting` bytes were logged before and had not left then."""

    since: datetime
    metered: int = 0
    exchanges: int = 0
    excused: int = 0
    waiting: int = 0


async def lock_reading(unit: WriteUnit, realm: RealmCode, since: datetime) -> Reading:
    """What has been metered so far, held until the unit ends; nothing since `since` where there is none."""
    start = Reading(since)._asdict()
    await unit.write(upsert(gateway_meters).values(realm=realm, **start).on_conflict_do_nothing())
    row = await unit.first(select(gateway_meters).where(gateway_meters.c.realm == realm).with_for_update())
    assert row is not None
    return Reading(row.since, row.metered, row.exchanges, row.excused, row.waiting)


async def update_reading(unit: WriteUnit, realm: RealmCode, reading: Reading) -> None:
    await unit.write(update(gateway_meters).where(gateway_meters.c.realm == realm).values(reading._asdict()))
