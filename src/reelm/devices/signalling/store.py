"""The queries of what we tell others: receivers, streams, and what is queued for them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.devices.compliance import Compliance
from reelm.devices.delivery import LEASE, PUSH
from reelm.devices.organisations.tables import organisations
from reelm.devices.roll.tables import managed_devices
from reelm.devices.signalling.model import Kind, Queued, Receiver, Status, Stream
from reelm.devices.signalling.tables import signal_queue, signal_receivers, signal_streams
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.ids import OrganisationId

_R, _S, _Q, _D, _O = signal_receivers.c, signal_streams.c, signal_queue.c, managed_devices.c, organisations.c

_RECEIVERS = select(
    _R.id.label("receiver_id"),
    *(_R.organisation_id, _O.code.label("organisation_code"), _R.audience, _R.made_at.label("registered_at")),
).join_from(signal_receivers, organisations, _O.id == _R.organisation_id)
_STREAMS: Select[*tuple[object, ...]] = cast(
    "Select[*tuple[object, ...]]",
    _RECEIVERS.join(signal_streams, _S.receiver_id == _R.id).add_columns(
        *(_S.id, _S.method, _S.endpoint, _S.authorization, _S.requested, _S.description, _S.status, _S.reason),
        *(_S.made_at, _S.verification_at, _S.taken_at, _S.next_at, _S.failures, _S.fault),
    ),
)


def _receiver(row: Record) -> Receiver:
    organisation = OrganisationId(row.organisation_id)
    return Receiver(row.receiver_id, organisation, row.organisation_code, row.audience, row.registered_at)


def _stream(row: Record) -> Stream:
    return Stream(
        id=row.id,
        receiver=_receiver(row),
        made_at=row.made_at,
        next_at=row.next_at,
        method=row.method,
        endpoint=row.endpoint,
        authorization=row.authorization,
        requested=tuple(row.requested),
        description=row.description,
        status=Status(row.status),
        reason=row.reason,
        verification_at=row.verification_at,
        taken_at=row.taken_at,
        failures=row.failures,
        fault=row.fault,
    )


def _queued(row: Record) -> Queued:
    return Queued(
        id=row.id,
        kind=Kind(row.kind),
        at=row.at,
        device=row.code,
        decision=row.decision_id,
        version=row.version,
        before=Compliance(row.before) if row.before else None,
        now=Compliance(row.now) if row.now else None,
        words=row.words,
    )


async def insert_receiver(unit: WriteUnit, receiver: Receiver, token_hash: bytes) -> bool:
    """Whether its audience was free in its organisation."""
    statement = upsert(signal_receivers).values(
        id=receiver.id,
        organisation_id=receiver.organisation,
        audience=receiver.audience,
        token_hash=token_hash,
        made_at=receiver.made_at,
    )
    free = statement.on_conflict_do_nothing(index_elements=["organisation_id", "audience"])
    return await unit.write(free) == 1


async def delete_receiver(unit: WriteUnit, organisation: OrganisationId, id: UUID) -> bool:
    """Whether it was theirs; its stream goes with it."""
    return await unit.write(delete(signal_receivers).where(_R.id == id, _R.organisation_id == organisation)) == 1


async def list_receivers(unit: ReadUnit, organisation: OrganisationId) -> list[Receiver]:
    mine = _RECEIVERS.where(_R.organisation_id == organisation).order_by(_R.made_at, _R.id)
    return [_receiver(row) for row in await unit.all(mine)]


async def find_receiver(unit: ReadUnit, token_hash: bytes) -> Receiver | None:
    """Whose token this is."""
    row = await unit.first(_RECEIVERS.where(_R.token_hash == token_hash))
    return _receiver(row) if row else None


async def put_stream(unit: WriteUnit, stream: Stream) -> None:
    """A stream as it stands from now on."""
    told: dict[str, object] = {
        "method": stream.method,
        "endpoint": stream.endpoint,
        "authorization": stream.authorization,
        "requested": list(stream.requested),
        "description": stream.description,
        "status": stream.status,
        "reason": stream.reason,
    }
    row = told | {"next_at": stream.next_at, "failures": 0}
    row |= {"id": stream.id, "receiver_id": stream.receiver.id, "made_at": stream.made_at}
    statement = upsert(signal_streams).values(**row)
    await unit.write(statement.on_conflict_do_update(index_elements=["id"], set_=told))


async def delete_stream(unit: WriteUnit, id: UUID) -> None:
    await unit.write(delete(signal_streams).where(_S.id == id))


async def hold_receiver(unit: WriteUnit, receiver: UUID) -> None:
    """What is asked by one receiver is done one after the other."""
    await unit.scalar(select(_R.id).where(_R.id == receiver).with_for_update(key_share=True))


async def find_stream(unit: ReadUnit, receiver: UUID) -> Stream | None:
    """A receiver's stream."""
    row = await unit.first(_STREAMS.where(_R.id == receiver))
    return _stream(row) if row else None


async def list_streams(unit: ReadUnit, organisation: OrganisationId) -> list[Stream]:
    """The streams of an organisation's receivers."""
    return [_stream(row) for row in await unit.all(_STREAMS.where(_R.organisation_id == organisation))]


async def hold_streams(unit: WriteUnit, organisation: OrganisationId) -> list[Stream]:
    """The same, and none of them is ended before the commit."""
    mine = _STREAMS.where(_R.organisation_id == organisation)
    return [
        _stream(row) for row in await unit.all(mine.with_for_update(of=signal_streams, key_share=True, read=True))
    ]


async def list_untaken(unit: WriteUnit, before: datetime) -> list[Stream]:
    """Streams with something in the queue that is older than `before`."""
    old = exists().where(_Q.stream_id == _S.id, _Q.at < before)
    return [
        _stream(row) for row in await unit.all(_STREAMS.where(old).with_for_update(of=signal_streams, key_share=True))
    ]


async def take_in_hand(unit: WriteUnit, now: datetime, limit: int, *, but: Collection[UUID]) -> list[Stream]:
    """Streams that have something to be pushed now. Nobody else has them in hand for as long as `LEASE`."""
    has_some = exists().where(_Q.stream_id == _S.id)
    due = (_S.method == PUSH) & (_S.status != Status.PAUSED) & (_S.next_at <= now) & has_some & _S.id.not_in(but)
    chosen = (
        select(_S.id).where(due).order_by(_S.next_at).limit(limit).with_for_update(skip_locked=True, key_share=True)
    )
    ids = list(await unit.scalars(chosen))
    await unit.write(update(signal_streams).where(is_among(_S.id, ids)).values(next_at=now + LEASE))
    return [_stream(row) for row in await unit.all(_STREAMS.where(is_among(_S.id, ids)))]


async def note_pushed(unit: WriteUnit, id: UUID, *, next_at: datetime, failures: int, fault: str | None) -> None:
    """How it went, and when it is tried next."""
    await unit.write(
        update(signal_streams).where(_S.id == id).values(next_at=next_at, failures=failures, fault=fault)
    )


async def note_verification(unit: WriteUnit, id: UUID, at: datetime) -> None:
    """One was asked for."""
    await unit.write(update(signal_streams).where(_S.id == id).values(verification_at=at))


async def insert_queued(unit: WriteUnit, stream: UUID, queued: Queued) -> None:
    """Something about the stream itself."""
    row = {"id": queued.id, "stream_id": stream, "kind": queued.kind, "at": queued.at, "words": queued.words}
    await unit.write(signal_queue.insert().values(**row))


async def insert_changes(unit: WriteUnit, rows: Sequence[dict[str, object]]) -> None:
    for first in range(0, len(rows), 1000):
        await unit.write(signal_queue.insert(), list(rows[first : first + 1000]))


async def list_queued(unit: ReadUnit, stream: UUID, limit: int) -> list[Queued]:
    """The oldest first."""
    joined = select(signal_queue, _D.code).join_from(
        signal_queue, managed_devices, _D.id == _Q.device_id, isouter=True
    )
    rows = await unit.all(joined.where(_Q.stream_id == stream).order_by(_Q.id).limit(limit))
    return [_queued(row) for row in rows]


async def count_queued(unit: ReadUnit, stream: UUID) -> int:
    """How many tokens were not taken yet."""
    return int(await unit.scalar(select(func.count()).where(_Q.stream_id == stream)) or 0)


async def delete_queued(unit: WriteUnit, stream: UUID, *, ids: Collection[UUID] | None = None, at: datetime) -> None:
    """What was taken, at `at`; all of it, without `ids`."""
    statement = delete(signal_queue).where(_Q.stream_id == stream)
    if ids is None:
        await unit.write(statement)
    elif await unit.write(statement.where(is_among(_Q.id, ids))):
        await unit.write(update(signal_streams).where(_S.id == stream).values(taken_at=at))
