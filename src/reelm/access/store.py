"""The queries of staff access, and how a collection is narrowed to one person and to some classes."""

from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Label, Select, and_, func, insert, or_, select, update

from reelm.access.model import Alarms, EndCause, Field, Finding, Request, State
from reelm.access.policy import OPEN_WITHIN
from reelm.access.tables import access_reads, access_requests
from reelm.infra.db import ReadUnit, Record, WriteUnit
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccessId, AccountId, EntryId, SessionId, new_uuid
from reelm.ledger import Reason

_ENTRIES = tuple(column for column in access_requests.c if column.name.endswith("_entry"))
_PEOPLE = tuple(column for column in access_requests.c if column.info["data_class"] is DataClass.UNIQUE_ID)


@dataclass(frozen=True)
class Part:
    """Columns of one statement. `of` is the column that names whom a row is about.

    `held_as` gives the class of what its rows make private: the caption of a clip nobody else may see.
    """

    statement: Select[*tuple[Any, ...]]
    of: Column[Any]
    held_as: Mapping[str, DataClass] = field(default_factory=dict[str, DataClass])

    def classed(self) -> Iterator[tuple[ColumnElement[Any], str, DataClass]]:
        """Its columns with their names and classes. Raises `TypeError` for what is worked out of columns."""
        for shown in self.statement.selected_columns:
            plain = shown.element if isinstance(shown, Label) else shown
            if not isinstance(plain, Column):
                raise TypeError(f"{shown} is no plain column, so its class of data is not known")
            yield shown, str(shown.key), self.held_as.get(str(shown.key), plain.info["data_class"])


@dataclass(frozen=True)
class Collection:
    """Private data that is looked at together, one entry in the log a look. Of a single one a person has one row."""

    name: str
    parts: tuple[Part, ...]
    is_single: bool = False

    @property
    def classes(self) -> frozenset[DataClass]:
        """The private classes in it."""
        return frozenset(kind for part in self.parts for _, _, kind in part.classed() if kind.is_private)


@dataclass(frozen=True)
class Narrowed:
    """A collection cut down to one person and to what may be seen of it."""

    statements: tuple[Select[*tuple[Any, ...]], ...]
    fields: tuple[tuple[tuple[str, DataClass], ...], ...]

    @property
    def classes(self) -> tuple[DataClass, ...]:
        """What about the person would be seen."""
        return tuple(sorted({kind for part in self.fields for _, kind in part if kind.is_personal}))

    @property
    def is_empty(self) -> bool:
        return not self.statements


def narrow(collection: Collection, subject: AccountId, scope: Several[DataClass]) -> Narrowed:
    """Keep the private columns in `scope`, and with them what is not private; parts without any go."""
    statements: list[Select[*tuple[Any, ...]]] = []
    fields: list[tuple[tuple[str, DataClass], ...]] = []
    for part in collection.parts:
        kept = [(shown, name, kind) for shown, name, kind in part.classed() if not kind.is_private or kind in scope]
        if not any(kind.is_private for _, _, kind in kept):
            continue
        cut = part.statement.with_only_columns(*(shown for shown, _, _ in kept), maintain_column_froms=True)
        statements.append(cut.where(part.of == subject))
        fields.append(tuple((name, kind) for _, name, kind in kept))
    return Narrowed(tuple(statements), tuple(fields))


async def fetch_rows(unit: ReadUnit, narrowed: Narrowed) -> tuple[tuple[Field, ...], ...]:
    """Run it."""
    rows: list[tuple[Field, ...]] = []
    for statement, fields in zip(narrowed.statements, narrowed.fields, strict=True):
        found = await unit.all(statement)
        rows += (tuple(Field(*field, value) for field, value in zip(fields, row, strict=True)) for row in found)
    return tuple(rows)


async def fetch_own_rows(
    unit: ReadUnit, subject: AccountId, statement: Select[*tuple[Any, ...]], of: Column[Any]
) -> Sequence[Record]:
    """A statement over the rows whose column `of` names `subject`."""
    return await unit.all(statement.where(of == subject))


_READS = select(func.count()).where(access_reads.c.request_id == access_requests.c.id).scalar_subquery()
_LAST_READ = select(func.max(access_reads.c.at)).where(access_reads.c.request_id == access_requests.c.id)
_REQUEST = select(access_requests, _READS.label("reads"), _LAST_READ.scalar_subquery().label("last_read_at"))


def _person(id: UUID | None) -> AccountId | None:
    return AccountId(id) if id else None


def _request(row: Record) -> Request:
    return Request(
        id=AccessId(row.id),
        subject=_person(row.subject_id),
        asked_by=_person(row.asked_by),
        reason=Reason(row.reason),
        classes=frozenset(map(DataClass, row.classes)),
        minutes=row.minutes,
        break_glass=row.break_glass,
        state=State(row.state),
        asked_at=row.asked_at,
        decided_by=_person(row.decided_by),
        decided_at=row.decided_at,
        session=SessionId(row.session_id) if row.session_id else None,
        opened_at=row.opened_at,
        opened_entry=EntryId(row.opened_entry) if row.opened_entry else None,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        end_cause=EndCause(row.end_cause) if row.end_cause else None,
        review_by=row.review_by,
        reviewed_by=_person(row.reviewed_by),
        reviewed_at=row.reviewed_at,
        finding=Finding(row.finding) if row.finding else None,
        reads=row.reads,
        last_read_at=row.last_read_at,
        probe=row.probe,
    )


async def insert_request(unit: WriteUnit, request: Request) -> None:
    await unit.write(
        insert(access_requests).values(
            id=request.id,
            subject_id=request.subject,
            asked_by=request.asked_by,
            asked_at=request.asked_at,
            reason=request.reason,
            classes=sorted(request.classes),
            minutes=request.minutes,
            break_glass=request.break_glass,
            probe=request.probe,
            state=request.state,
            session_id=request.session,
            opened_at=request.opened_at,
            ends_at=request.ends_at,
            review_by=request.review_by,
        )
    )


async def find_request(unit: ReadUnit, id: AccessId) -> Request | None:
    row = await unit.first(_REQUEST.where(access_requests.c.id == id))
    return _request(row) if row else None


async def lock_request(unit: WriteUnit, id: AccessId) -> Request | None:
    """The request as it stands, held until the commit: steps of one request come one after the other."""
    await unit.scalar(select(access_requests.c.id).where(access_requests.c.id == id).with_for_update())
    return await find_request(unit, id)


async def update_request(unit: WriteUnit, id: AccessId, **values: object) -> None:
    await unit.write(update(access_requests).where(access_requests.c.id == id).values(**values))


async def list_request_rows(
    unit: ReadUnit, *, asked_by: AccountId | None, before: UUID | None, limit: int
) -> list[Request]:
    """Newest first, without probes, which would tell who is a canary; only those `asked_by` somebody, if given."""
    statement = _REQUEST.where(access_requests.c.probe.is_(False))
    if asked_by is not None:
        statement = statement.where(access_requests.c.asked_by == asked_by)
    if before is not None:
        statement = statement.where(access_requests.c.id < before)
    return [_request(row) for row in await unit.all(statement.order_by(access_requests.c.id.desc()).limit(limit))]


async def list_expired(unit: ReadUnit, at: datetime) -> list[AccessId]:
    """Accesses whose time is over and whose end nobody has written down yet."""
    request = access_requests.c
    over = or_(
        and_(request.state == State.OPEN, request.ends_at <= at),
        and_(request.state == State.APPROVED, request.decided_at <= at - OPEN_WITHIN),
    )
    return [AccessId(id) for id in await unit.scalars(select(request.id).where(over).order_by(request.id))]


async def list_running(unit: ReadUnit, person: AccountId) -> list[AccessId]:
    """What this person has asked for, or what is asked about them, that has not come to an end."""
    request = access_requests.c
    running = select(request.id).where(
        or_(request.subject_id == person, request.asked_by == person),
        request.state.in_([State.ASKED, State.APPROVED, State.OPEN]),
    )
    return [AccessId(id) for id in await unit.scalars(running.order_by(request.id))]


async def list_open_by(
    unit: ReadUnit, person: AccountId, *, session: SessionId | None, but: SessionId | None
) -> list[AccessId]:
    """What is open to this person: in one session, in all, or in all `but` one."""
    request = access_requests.c
    statement = select(request.id).where(request.asked_by == person, request.state == State.OPEN)
    if session is not None:
        statement = statement.where(request.session_id == session)
    if but is not None:
        statement = statement.where(request.session_id != but)
    return [AccessId(id) for id in await unit.scalars(statement.order_by(request.id))]


def _unreviewed() -> ColumnElement[bool]:
    return and_(access_requests.c.break_glass, access_requests.c.reviewed_at.is_(None))


async def list_unreviewed(unit: ReadUnit, at: datetime) -> list[AccessId]:
    """Break-glass accesses whose review is overdue and of which nobody was told yet."""
    request = access_requests.c
    due = select(request.id).where(_unreviewed(), request.review_by <= at, request.overdue_entry.is_(None))
    return [AccessId(id) for id in await unit.scalars(due.order_by(request.id))]


async def was_called_overdue(unit: ReadUnit, id: AccessId) -> bool:
    """Whether the log says already that its review is overdue."""
    return await unit.scalar(select(access_requests.c.overdue_entry).where(access_requests.c.id == id)) is not None


async def count_alarms(unit: ReadUnit, at: datetime) -> Alarms:
    """How many break-glass accesses wait for their review, and for how many that was too long at `at`."""
    overdue = func.count().filter(access_requests.c.review_by <= at)
    row = await unit.first(select(func.count(), overdue).select_from(access_requests).where(_unreviewed()))
    assert row is not None
    return Alarms(open=row[0], overdue=row[1])


async def insert_read(
    unit: WriteUnit,
    request: AccessId,
    entry: EntryId,
    *,
    collection: str,
    classes: Iterable[DataClass],
    fields: int,
    at: datetime,
) -> None:
    await unit.write(
        insert(access_reads).values(
            id=new_uuid(),
            request_id=request,
            entry_id=entry,
            collection=collection,
            classes=list(classes),
            fields=fields,
            at=at,
        )
    )


async def list_acts(unit: ReadUnit) -> set[EntryId]:
    """The entries of every step and every look."""
    found: set[EntryId] = set()
    for column in (*_ENTRIES, access_reads.c.entry_id):
        found |= {EntryId(id) for id in await unit.scalars(select(column).where(column.is_not(None)))}
    return found


async def forget(unit: WriteUnit, person: AccountId) -> None:
    """Take a person out of every row that names them; what was done stays, without whom it was about or by."""
    for column in _PEOPLE:
        if column is not access_requests.c.session_id:
            await unit.write(update(access_requests).where(column == person).values({column.name: None}))
