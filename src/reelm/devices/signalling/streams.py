"""What does a receiver do with its stream? It makes, reads, changes, pauses and ends it, and asks whether it works.

A receiver has one stream. Each function is one request of a receiver that has shown its token.
"""

from datetime import datetime
from uuid import UUID

from reelm.devices.signalling import store
from reelm.devices.signalling.errors import (
    StreamNotFound,
    StreamRequestMalformed,
    StreamTaken,
    VerificationTooSoon,
)
from reelm.devices.signalling.forms import Issuing, StatusForm, StreamForm, VerificationForm
from reelm.devices.signalling.model import VERIFIED_EVERY, Kind, Queued, Receiver, Status, Stream
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import new_uuid


async def make_stream(
    unit: WriteUnit, receiver: Receiver, issuing: Issuing, form: StreamForm, *, at: datetime
) -> Stream:
    """Raises `StreamTaken`, and `StreamRequestMalformed` for what we have not."""
    await store.hold_receiver(unit, receiver.id)
    if await store.find_stream(unit, receiver.id) is not None:
        raise StreamTaken
    stream = issuing.change(Stream(new_uuid(), receiver, at, next_at=at), form, wholly=True)
    await store.put_stream(unit, stream)
    return stream


async def fetch_stream(unit: ReadUnit, receiver: Receiver, id: UUID | None) -> Stream:
    """Raises `StreamNotFound`, for another's as for none."""
    found = await store.find_stream(unit, receiver.id)
    if found is None or found.id != id:
        raise StreamNotFound
    return found


async def list_own(unit: ReadUnit, receiver: Receiver) -> list[Stream]:
    """The receiver's stream, or nothing."""
    found = await store.find_stream(unit, receiver.id)
    return [] if found is None else [found]


async def change_stream(
    unit: WriteUnit, receiver: Receiver, issuing: Issuing, form: StreamForm, *, wholly: bool, at: datetime
) -> Stream:
    """Change what is said, or all of it. Raises `StreamNotFound`, `StreamRequestMalformed`."""
    changed = issuing.change(await _hold(unit, receiver, form.stream_id), form, wholly=wholly)
    await store.put_stream(unit, changed)
    await store.note_pushed(unit, changed.id, next_at=at, failures=0, fault=None)
    return changed


async def end_stream(unit: WriteUnit, receiver: Receiver, id: UUID | None) -> None:
    """What was not taken is gone with it. Raises `StreamNotFound`."""
    stream = await _hold(unit, receiver, id)
    await store.delete_stream(unit, stream.id)


async def set_status(unit: WriteUnit, receiver: Receiver, form: StatusForm, *, at: datetime) -> Stream:
    """Go on, hold back, or stop: what is held is told later, what is stopped never. Raises `StreamNotFound`."""
    changed = (await _hold(unit, receiver, form.stream_id)).with_status(form.status, form.reason)
    await store.put_stream(unit, changed)
    if changed.status is Status.DISABLED:
        await store.delete_queued(unit, changed.id, at=at)
    await store.note_pushed(unit, changed.id, next_at=at, failures=0, fault=None)
    return changed


async def ask_verification(unit: WriteUnit, receiver: Receiver, form: VerificationForm, *, at: datetime) -> None:
    """Put a verification into the queue. Raises `StreamNotFound`, `VerificationTooSoon`, and
    `StreamRequestMalformed` for a stream that is stopped.
    """
    stream = await _hold(unit, receiver, form.stream_id)
    if stream.status is Status.DISABLED:
        raise StreamRequestMalformed(where="status")
    if stream.verification_at is not None and at < stream.verification_at + VERIFIED_EVERY:
        raise VerificationTooSoon(every_s=int(VERIFIED_EVERY.total_seconds()))
    await store.note_verification(unit, stream.id, at)
    await store.insert_queued(unit, stream.id, Queued(new_uuid(), Kind.VERIFICATION, at, words=form.state))


async def _hold(unit: WriteUnit, receiver: Receiver, id: UUID | None) -> Stream:
    await store.hold_receiver(unit, receiver.id)
    return await fetch_stream(unit, receiver, id)
