"""The queries of the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import BigInteger, and_, case, cast, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.infra.db import ReadUnit, Record, Values, WriteUnit, is_among
from reelm.kernel.ids import AccountId, EntryId
from reelm.ledger.register import LINE_FIELDS, SUM_FIELDS, Line, Rows, Sums
from reelm.ledger.tables import (
    ledger_counts,
    ledger_entries,
    ledger_log,
    ledger_register,
    ledger_writers,
    person_keys,
    sealed_requests,
)

# A writer is a lane that one transaction at a time may number entries in: its row stays locked until the commit, so
# that the numbers have no gap. Whoever comes meanwhile takes another lane.
_TAKE_LANE = text(
    """
    UPDATE ledger_writers SET last_seq = last_seq + :count
    WHERE writer = (SELECT writer FROM ledger_writers WHERE (writer = 'log') = :is_log
                    ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING writer, last_seq
    """
)
_NUMBER = text(
    """
    UPDATE ledger_entries SET log_index = numbered.log_index
    FROM (SELECT queue_no, CAST(:first AS bigint) + place - 1 AS log_index
          FROM unnest(CAST(:queue_nos AS bigint[])) WITH ORDINALITY AS queued (queue_no, place)) numbered
    WHERE ledger_entries.queue_no = numbered.queue_no AND ledger_entries.log_index IS NULL
    """
)
# For the raw connection that a sequencer holds: whether it is the only one, and whether there is anything to do.
KEEP_OTHERS_OUT = "SELECT pg_try_advisory_lock(7305812, 3)"
_IS_WRITTEN = text(
    """
    SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                   WHERE datname = current_database() AND locktype = 'advisory'
                     AND classid = 7305812 AND objid = 3 AND granted)
    """
)
ANY_QUEUED = "SELECT EXISTS (SELECT 1 FROM ledger_entries WHERE log_index IS NULL)"


async def take_lane(unit: WriteUnit, count: int, *, is_log: bool) -> tuple[str, int] | None:
    """A writer and the last of its next `count` numbers; `None` while every lane is another transaction's."""
    row = await unit.first(_TAKE_LANE.bindparams(count=count, is_log=is_log))
    return (row.writer, row.last_seq) if row else None


async def fetch_keys(unit: ReadUnit, people: Iterable[AccountId], *, hold: bool = False) -> dict[AccountId, bytes]:
    """The keys these people have; who has none is left out. With `hold` nobody destroys them before the commit."""
    wanted = set(people)
    if not wanted:
        return {}
    columns = (person_keys.c.person_id, person_keys.c.key)
    statement = select(*columns).where(is_among(person_keys.c.person_id, wanted)).order_by(person_keys.c.person_id)
    rows = await unit.all(statement.with_for_update(read=True, key_share=True) if hold else statement)
    return {AccountId(row.person_id): row.key for row in rows}


async def insert_key(unit: WriteUnit, person: AccountId, key: bytes, at: datetime) -> None:
    await unit.write(insert(person_keys).values(person_id=person, key=key, made_at=at))


async def delete_key(unit: WriteUnit, person: AccountId) -> bool:
    return await unit.write(delete(person_keys).where(person_keys.c.person_id == person)) == 1


async def forget_parties(unit: WriteUnit, person: AccountId) -> None:
    """Take this person out of every row that says whom an entry names."""
    for party in (ledger_entries.c.actor_id, ledger_entries.c.subject_id):
        await unit.write(update(ledger_entries).where(party == person).values({party: None}))


async def insert_entries(unit: WriteUnit, rows: Sequence[Values]) -> None:
    """Queue entries, in this order."""
    await unit.write(insert(ledger_entries), rows)


async def list_queued(unit: ReadUnit, *, limit: int, limit_bytes: int) -> Sequence[Record]:
    """What waits for its index, in order: `queue_no`, `body`, `kind`, `at`. At least one, where one waits."""
    entries = ledger_entries.c
    sizes = func.sum(func.octet_length(entries.body)).over(order_by=entries.queue_no)
    so_far = (sizes - func.octet_length(entries.body)).label("before")
    columns = (entries.queue_no, entries.body, entries.kind, entries.at)
    waiting = select(*columns, so_far).where(entries.log_index.is_(None)).order_by(entries.queue_no).limit(limit)
    rows = waiting.subquery()
    return await unit.all(select(rows).where(rows.c.before < limit_bytes).order_by(rows.c.queue_no))


async def number_entries(unit: WriteUnit, queue_nos: Sequence[int], first: int) -> int:
    """Give the entries their indexes, from `first` on; returns how many got one."""
    return await unit.write(_NUMBER.bindparams(queue_nos=list(queue_nos), first=first))


async def lock_log(unit: WriteUnit) -> Record | None:
    """The state of the log, locked until the end of the transaction."""
    return await unit.first(select(ledger_log).with_for_update())


async def find_log(unit: ReadUnit) -> Record | None:
    return await unit.first(select(ledger_log))


async def is_written(unit: ReadUnit) -> bool:
    """Whether a sequencer keeps others out."""
    return bool(await unit.scalar(_IS_WRITTEN))


async def insert_log(unit: WriteUnit, *, origin: str, vkey: str, root: bytes) -> None:
    values = {"one": 1, "origin": origin, "vkey": vkey, "size": 0, "published_size": 0, "published_root": root}
    await unit.write(insert(ledger_log).values(values))


async def update_log(unit: WriteUnit, **values: object) -> None:
    await unit.write(update(ledger_log).values(values))


async def add_counts(unit: WriteUnit, counts: Mapping[tuple[date, str], int]) -> None:
    """Add to the entries of each day and kind."""
    if not counts:
        return
    ordered = sorted(counts.items())
    rows = [{"day": day, "kind": kind, "entries": entries} for (day, kind), entries in ordered]
    statement = upsert(ledger_counts).values(rows)
    total = ledger_counts.c.entries + statement.excluded.entries
    await unit.write(statement.on_conflict_do_update(index_elements=["day", "kind"], set_={"entries": total}))


async def add_register(unit: WriteUnit, rows: Rows) -> None:
    """Add to the lines of the transfer register."""
    if not rows:
        return
    values = [
        asdict(line) | asdict(sums) | {"day": date.fromisoformat(line.day)} for line, sums in sorted(rows.items())
    ]
    statement = upsert(ledger_register).values(values)
    sums = {name: ledger_register.c[name] + statement.excluded[name] for name in SUM_FIELDS}
    await unit.write(statement.on_conflict_do_update(index_elements=LINE_FIELDS, set_=sums))


async def list_register(unit: ReadUnit, first: date, last: date) -> tuple[str, int, dict[Line, Sums]]:
    """The log's name, how many entries are counted, and the lines of these days: all of one moment."""
    days = ledger_register.c.day.between(first, last)
    both = ledger_log.outerjoin(ledger_register, days)
    columns = (ledger_log.c.origin, ledger_log.c.size, *ledger_register.c)
    found = await unit.all(select(*columns).select_from(both))
    lines = {_line(row): _sums(row) for row in found if row.day is not None}
    return (found[0].origin, found[0].size, lines) if found else ("", 0, lines)


def _line(row: Record) -> Line:
    return Line(**{name: str(getattr(row, name)) for name in LINE_FIELDS})


def _sums(row: Record) -> Sums:
    return Sums(**{name: getattr(row, name) for name in SUM_FIELDS})


async def list_register_days(unit: ReadUnit) -> Sequence[Record]:
    """Each day of the register, newest first: `day`, `direction`, `messages`, `bytes`."""
    columns = ledger_register.c.day, ledger_register.c.direction
    sums = (func.sum(ledger_register.c[name]).label(name) for name in ("messages", "bytes"))
    wanted = select(*columns, *sums).group_by(*columns)
    return await unit.all(wanted.order_by(ledger_register.c.day.desc(), ledger_register.c.direction))


async def list_of_kinds(unit: ReadUnit, kinds: Sequence[str], after: int, limit: int) -> Sequence[Record]:
    """Numbered entries of these kinds with an index over `after`, in order: `log_index`, `body`."""
    entries = ledger_entries.c
    wanted = select(entries.log_index, entries.body).where(entries.kind.in_(kinds), entries.log_index > after)
    return await unit.all(wanted.order_by(entries.log_index).limit(limit))


async def list_newest_of(unit: ReadUnit, kind: str, limit: int) -> Sequence[Record]:
    """Published entries of a kind, newest first: `log_index`, `body`."""
    entries = ledger_entries.c
    wanted = select(entries.log_index, entries.body).where(entries.kind == kind, _PUBLISHED)
    return await unit.all(wanted.order_by(entries.log_index.desc()).limit(limit))


async def list_bodies(unit: ReadUnit, first: int, end: int) -> list[bytes]:
    """Entries `first` to `end` (not included) as they stand in the log."""
    column = ledger_entries.c.log_index
    rows = select(ledger_entries.c.body).where(column >= first, column < end).order_by(column)
    return list(await unit.scalars(rows))


async def list_writers(unit: ReadUnit) -> Sequence[Record]:
    """Every writer that has numbered an entry, and its last number."""
    return await unit.all(select(ledger_writers).where(ledger_writers.c.last_seq > 0).order_by("writer"))


async def count_queued(unit: ReadUnit) -> int:
    waiting = select(func.count()).select_from(ledger_entries).where(ledger_entries.c.log_index.is_(None))
    return int(await unit.scalar(waiting))


async def find_last_at(unit: ReadUnit, kind: str) -> datetime | None:
    return await unit.scalar(select(func.max(ledger_entries.c.at)).where(ledger_entries.c.kind == kind))


async def find_last_body(unit: ReadUnit, kind: str) -> bytes | None:
    of_kind = select(ledger_entries.c.body).where(ledger_entries.c.kind == kind)
    return await unit.scalar(of_kind.order_by(ledger_entries.c.queue_no.desc()).limit(1))


async def sum_facts(unit: ReadUnit, kind: str, *, to: str, field: str, since: datetime, until: datetime) -> int:
    """Adds up a number in the entries of a kind that go `to` a realm, from `since` to before `until`."""
    entries = ledger_entries.c
    fact = cast(func.convert_from(entries.body, "UTF8"), JSONB)["fact"]
    number = cast(fact[field].astext, BigInteger)
    between = entries.kind == kind, entries.at >= since, entries.at < until, fact["to"].astext == to
    return int(await unit.scalar(select(func.coalesce(func.sum(number), 0)).where(*between)))


async def list_published(unit: ReadUnit, ids: Sequence[EntryId]) -> dict[EntryId, int]:
    """The indexes of those of these entries that a published checkpoint covers."""
    size = select(ledger_log.c.published_size).scalar_subquery()
    rows = await unit.all(
        select(ledger_entries.c.id, ledger_entries.c.log_index).where(
            is_among(ledger_entries.c.id, ids), ledger_entries.c.log_index < size
        )
    )
    return {EntryId(row.id): row.log_index for row in rows}


# An entry's index is told of once a checkpoint covers it.
_PUBLISHED = ledger_entries.c.log_index < select(ledger_log.c.published_size).scalar_subquery()
_SHOWN = (
    ledger_entries.c.queue_no,
    ledger_entries.c.id,
    ledger_entries.c.kind,
    ledger_entries.c.at,
    ledger_entries.c.actor_id,
    ledger_entries.c.subject_id,
    ledger_entries.c.body,
    case((_PUBLISHED, ledger_entries.c.log_index)).label("log_index"),
)


async def list_naming(unit: ReadUnit, person: AccountId, before: int | None, limit: int) -> Sequence[Record]:
    """Entries that name this person, newest first."""
    entries = ledger_entries.c
    named = select(*_SHOWN).where(or_(entries.subject_id == person, entries.actor_id == person))
    if before is not None:
        named = named.where(entries.queue_no < before)
    return await unit.all(named.order_by(entries.queue_no.desc()).limit(limit))


async def find_entry(unit: ReadUnit, id: EntryId) -> Record | None:
    return await unit.first(select(*_SHOWN).where(ledger_entries.c.id == id))


async def list_entries_by_id(unit: ReadUnit, ids: Sequence[EntryId]) -> Sequence[Record]:
    """The queued last."""
    entries = ledger_entries.c
    return await unit.all(
        select(*_SHOWN).where(is_among(entries.id, ids)).order_by(entries.log_index, entries.queue_no)
    )


async def list_ids(unit: ReadUnit, kinds: Sequence[str]) -> list[EntryId]:
    rows = await unit.scalars(select(ledger_entries.c.id).where(ledger_entries.c.kind.in_(kinds)))
    return [EntryId(id) for id in rows]


async def list_miscounted(unit: ReadUnit) -> list[str]:
    """The kinds of which another number of entries has an index than `ledger_counts` says."""
    counted = select(ledger_counts.c.kind, func.sum(ledger_counts.c.entries).label("n")).group_by("kind").subquery()
    numbered = ledger_entries.c.log_index.is_not(None)
    held = select(ledger_entries.c.kind, func.count().label("n")).where(numbered).group_by("kind").subquery()
    kind = func.coalesce(counted.c.kind, held.c.kind)
    both = counted.join(held, counted.c.kind == held.c.kind, full=True)
    differ = func.coalesce(counted.c.n, 0) != func.coalesce(held.c.n, 0)
    return list(await unit.scalars(select(kind).select_from(both).where(differ).order_by(kind)))


async def list_counts(unit: ReadUnit) -> Sequence[Record]:
    return await unit.all(select(ledger_counts).order_by(ledger_counts.c.day, ledger_counts.c.kind))


async def list_numbered(unit: ReadUnit, first: int, end: int) -> dict[int, bytes]:
    """Of the entries `first` to `end` (not included), those that are there, by index."""
    column = ledger_entries.c.log_index
    rows = await unit.all(select(column, ledger_entries.c.body).where(column >= first, column < end))
    return {row.log_index: row.body for row in rows}


async def count_from(unit: ReadUnit, index: int) -> int:
    """How many entries have an index from this one on."""
    beyond = select(func.count()).select_from(ledger_entries).where(ledger_entries.c.log_index >= index)
    return int(await unit.scalar(beyond))


async def insert_sealed(
    unit: WriteUnit, entry: EntryId, nonce: bytes, content: Mapping[str, object], opens_by: date
) -> None:
    values = {"id": entry, "nonce": nonce, "content": dict(content), "opens_by": opens_by, "sealed_entry": entry}
    await unit.write(insert(sealed_requests).values(values))


async def lock_sealed(unit: WriteUnit, id: EntryId) -> Record | None:
    return await unit.first(select(sealed_requests).where(sealed_requests.c.id == id).with_for_update())


async def mark_opened(unit: WriteUnit, id: EntryId, entry: EntryId) -> None:
    await unit.write(update(sealed_requests).where(sealed_requests.c.id == id).values(opened_entry=entry))


async def list_seal_entries(unit: ReadUnit) -> set[EntryId]:
    """The entries of every request that was sealed, and of those that were opened."""
    columns = (sealed_requests.c.sealed_entry, sealed_requests.c.opened_entry)
    return {EntryId(id) for row in await unit.all(select(*columns)) for id in row if id is not None}


async def count_unkeyed(unit: ReadUnit) -> int:
    """How many rows name somebody who has no key."""
    entries = ledger_entries.c
    parties = [
        and_(party.is_not(None), ~exists().where(person_keys.c.person_id == party))
        for party in (entries.actor_id, entries.subject_id)
    ]
    return int(await unit.scalar(select(func.count()).select_from(ledger_entries).where(or_(*parties))))


async def list_sealed(unit: ReadUnit, before: date | None) -> Sequence[Record]:
    """What is not opened, the first due first; with `before`, what was due before that day."""
    closed = select(sealed_requests).where(sealed_requests.c.opened_entry.is_(None))
    if before is not None:
        closed = closed.where(sealed_requests.c.opens_by < before)
    return await unit.all(closed.order_by(sealed_requests.c.opens_by))
