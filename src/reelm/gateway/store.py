"""The queries of the door."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.gateway.model import Kind, Message
from reelm.gateway.tables import gateway_copies, gateway_outbox, gateway_peers, gateway_revocations
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.ids import AccountId, EntryId, RealmCode

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


async def insert_waiting(unit: WriteUnit, realm: RealmCode, message: Message, at: datetime) -> None:
    await unit.write(
        insert(gateway_outbox).values(
            realm=realm,
            kind=message.kind,
            fields=dict(message.fields),
            account_id=message.person,
            minor=message.minor,
            told=message.told,
            people=message.people,
            epsilon_micro=message.epsilon_micro,
            made_at=at,
        )
    )
    await unit.scalar(text("SELECT pg_notify('gateway_outbox', :realm)").bindparams(realm=realm))


async def count_waiting(unit: ReadUnit, realm: RealmCode) -> int:
    """How much has not been taken by this realm yet."""
    return await unit.scalar(select(func.count()).where(gateway_outbox.c.realm == realm)) or 0


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
    return Standing(row.sent_seq, row.acked_seq, row.next_in, row.contact_at)


async def find_standing(unit: ReadUnit, realm: RealmCode) -> Standing:
    """How far we are with a realm; at the start where nothing has crossed yet."""
    row = await unit.first(select(gateway_peers).where(gateway_peers.c.realm == realm))
    return Standing(row.sent_seq, row.acked_seq, row.next_in, row.contact_at) if row else Standing(0, 0, 1, None)


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
    await unit.write(delete(gateway_outbox).where(gateway_outbox.c.id.in_(list(ids))))


async def mark_acked(unit: WriteUnit, realm: RealmCode, through: int, at: datetime) -> None:
    """The other realm has taken everything up to `through`: it need not be kept here any longer."""
    numbered = gateway_outbox.c.realm == realm, gateway_outbox.c.seq <= through
    await unit.write(delete(gateway_outbox).where(*numbered))
    reached = gateway_peers.c.realm == realm, gateway_peers.c.acked_seq <= through
    await unit.write(update(gateway_peers).where(*reached).values(acked_seq=through, contact_at=at))


async def advance_inbox(unit: WriteUnit, realm: RealmCode, next_in: int, at: datetime) -> None:
    await unit.write(
        update(gateway_peers).where(gateway_peers.c.realm == realm).values(next_in=next_in, contact_at=at)
    )


async def note_copies(unit: WriteUnit, realm: RealmCode, objects: Iterable[UUID], at: datetime) -> None:
    """Remember that a realm has been given copies of these."""
    values = [{"object_id": one, "realm": realm, "at": at} for one in set(objects)]
    if values:
        await unit.write(upsert(gateway_copies).values(values).on_conflict_do_nothing())


async def list_holders(unit: ReadUnit, object_id: UUID) -> list[RealmCode]:
    """The realms that have a copy."""
    statement = select(gateway_copies.c.realm).where(gateway_copies.c.object_id == object_id)
    return [RealmCode(realm) for realm in await unit.scalars(statement.order_by(gateway_copies.c.realm))]


async def forget_copies(unit: WriteUnit, object_id: UUID) -> None:
    """No realm holds a copy of this any more."""
    await unit.write(delete(gateway_copies).where(gateway_copies.c.object_id == object_id))


async def note_revocation(unit: WriteUnit, realm: RealmCode, object_id: UUID, at: datetime) -> None:
    """Remember that a realm has taken something back, by its own clock."""
    statement = upsert(gateway_revocations).values(object_id=object_id, realm=realm, at=at)
    keys = [gateway_revocations.c.object_id, gateway_revocations.c.realm]
    later = func.greatest(gateway_revocations.c.at, statement.excluded.at)
    await unit.write(statement.on_conflict_do_update(index_elements=keys, set_={"at": later}))
    await unit.write(delete(gateway_revocations).where(gateway_revocations.c.at < at - _REMEMBERED))


async def is_taken_back(unit: ReadUnit, realm: RealmCode, object_id: UUID, as_of: datetime) -> bool:
    """Whether the realm has taken this back after, or just before, it said this of it."""
    statement = select(gateway_revocations.c.at).where(
        gateway_revocations.c.object_id == object_id, gateway_revocations.c.realm == realm
    )
    at = await unit.scalar(statement)
    return at is not None and as_of < at + _MARGIN
