"""What does the database know of the log? Whom entries name, how far it has come, how many of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from reelm.infra.db import ReadUnit, Record
from reelm.kernel.ids import AccountId, EntryId
from reelm.ledger import store
from reelm.ledger.errors import EntryNotFound


@dataclass(frozen=True)
class LoggedEntry:
    """An entry that names somebody. `index` is `None` until it is published; `body` is what stands in the log."""

    queue_no: int
    id: EntryId
    kind: str
    at: datetime
    index: int | None
    place: Literal["subject", "actor"]
    body: bytes


@dataclass(frozen=True)
class LogState:
    """How far the log has come. `waiting` entries are queued and not in a checkpoint yet."""

    origin: str
    vkey: str
    size: int
    published_size: int
    published_at: datetime | None
    waiting: int


async def find_state(unit: ReadUnit) -> LogState | None:
    """`None` until a sequencer has opened the log."""
    log = await store.find_log(unit)
    if log is None:
        return None
    waiting = await store.count_queued(unit) + log.size - log.published_size
    return LogState(log.origin, log.vkey, log.size, log.published_size, log.published_at, waiting)


async def has_sequencer(unit: ReadUnit) -> bool:
    """Whether one is at work, or at least holds the log."""
    return await store.is_written(unit)


async def list_about(
    unit: ReadUnit, person: AccountId, *, before: int | None = None, limit: int = 50
) -> list[LoggedEntry]:
    """Entries that name this person, the newest first; `before` is the `queue_no` of the last one seen."""
    return [_logged(row, person) for row in await store.list_naming(unit, person, before, limit)]


async def fetch_about(unit: ReadUnit, person: AccountId, id: EntryId) -> LoggedEntry:
    """One entry that names this person. Raises `EntryNotFound`, also where it names somebody else."""
    row = await store.find_entry(unit, id)
    if row is None or person not in (row.subject_id, row.actor_id):
        raise EntryNotFound
    return _logged(row, person)


@dataclass(frozen=True)
class Written:
    """An entry, by its id; `index` is `None` until it is published."""

    id: EntryId
    index: int | None
    body: bytes


async def list_written(unit: ReadUnit, ids: Sequence[EntryId]) -> list[Written]:
    """These entries, in the order of the log: for whoever keeps the acts they tell of."""
    rows = await store.list_entries_by_id(unit, ids)
    return [Written(EntryId(row.id), row.log_index, row.body) for row in rows]


async def list_counts(unit: ReadUnit) -> list[tuple[date, str, int]]:
    """How many entries have an index, by day and kind."""
    return [(row.day, row.kind, row.entries) for row in await store.list_counts(unit)]


async def list_ids(unit: ReadUnit, kinds: Sequence[str]) -> list[EntryId]:
    """Every entry of these kinds, queued or published: for whoever keeps the acts they tell of."""
    return await store.list_ids(unit, kinds)


async def find_last_of(unit: ReadUnit, kind: str) -> bytes | None:
    """The newest entry of a kind as it stands in the log."""
    return await store.find_last_body(unit, kind)


async def sum_crossed(unit: ReadUnit, to: str, since: datetime, until: datetime) -> int:
    """How many bytes crossed to a realm by the entries from `since` to before `until`."""
    return await store.sum_facts(unit, "crossing", to=to, field="bytes", since=since, until=until)


def _logged(row: Record, person: AccountId) -> LoggedEntry:
    place: Literal["subject", "actor"] = "subject" if row.subject_id == person else "actor"
    return LoggedEntry(row.queue_no, EntryId(row.id), row.kind, row.at, row.log_index, place, row.body)
