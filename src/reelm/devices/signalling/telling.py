"""How does what has changed reach whoever may hear of it? By a queue that is written with the change itself.

A token stays in the queue until its receiver has taken it: it is told at least once, under the same `jti`. Where
they are pushed, they are sent in the order in which they came, and one that is not taken holds up the others.
What nobody takes for a week ends the stream, and the receiver is told that it has ended.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joserfc.jwk import ECKey

from reelm.devices import signals
from reelm.devices.compliance import Compliance
from reelm.devices.delivery import LEASE, MOST_AT_ONCE, SET_TYPE, wait_after
from reelm.devices.register import Filed, list_decisions
from reelm.devices.signalling import store
from reelm.devices.signalling.forms import PollForm
from reelm.devices.signalling.model import HELD_FOR, Kind, Queued, Status, Stream, Turned
from reelm.devices.signalling.wording import say_why
from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.infra.fetch import AddressNotAnswering
from reelm.infra.names import Names
from reelm.infra.outside import post_outside
from reelm.kernel.ids import new_uuid, public_id
from reelm.kernel.time import Clock

STREAMS_AT_ONCE, WAIT_S, MOST_ANSWER = 8, 10.0, 16 * 1024
UNTAKEN = "Nothing was taken for seven days."
_TAKEN = 202
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Signer:
    """As whom tokens are signed."""

    issuer: str
    key: ECKey


async def queue_changes(unit: WriteUnit, filed: Filed, changes: Sequence[Turned], at: datetime) -> None:
    """Queue what has changed for every stream of the decision's organisation, in the transaction of the change."""
    streams = [
        one
        for one in await store.hold_streams(unit, filed.organisation)
        if one.status is not Status.DISABLED and signals.COMPLIANCE_CHANGE in one.delivered
    ]
    rows: list[dict[str, object]] = [
        {
            "id": new_uuid(),
            "stream_id": stream.id,
            "kind": Kind.CHANGE,
            "at": at,
            "device_id": change.device,
            "decision_id": filed.id,
            "version": filed.version,
            "before": change.before,
            "now": change.now,
        }
        for change in changes
        for stream in streams
    ]
    await store.insert_changes(unit, rows)


async def take(
    unit: WriteUnit, stream: Stream, form: PollForm, signer: Signer, *, at: datetime
) -> tuple[dict[str, str], bool]:
    """What a receiver asks for (RFC 8936): the tokens that it has not taken yet by `jti`, and whether there are more.

    It is answered at once, also where nothing waits.
    """
    await store.delete_queued(unit, stream.id, ids=form.done, at=at)
    await store.note_pushed(unit, stream.id, next_at=at, failures=int(form.fault is not None), fault=form.fault)
    if stream.status is Status.PAUSED:
        return {}, False
    most = min(form.most, MOST_AT_ONCE)
    waiting = await store.list_queued(unit, stream.id, most + 1)
    signed = await _sign_all(unit, stream, waiting[:most], signer)
    return {str(id): token for id, token in signed}, len(waiting) > most


async def push_what_is_due(database: Database, names: Names, signer: Signer, clock: Clock) -> int:
    """Push what waits, to some streams beside each other; returns how many tokens were taken."""
    async with database.write() as unit:
        await _end_untaken(unit, clock.now())
    taken, told = 0, set[UUID]()
    while True:
        async with database.write() as unit:
            streams = await store.take_in_hand(unit, clock.now(), STREAMS_AT_ONCE, but=told)
        if not streams:
            return taken
        taken += sum(await asyncio.gather(*(_push(database, names, signer, one, clock) for one in streams)))
        told |= {one.id for one in streams}


async def _push(database: Database, names: Names, signer: Signer, stream: Stream, clock: Clock) -> int:
    begun, taken, fault = clock.now(), 0, None
    while fault is None and clock.now() < begun + LEASE / 2:
        async with database.read() as unit:
            now = await store.find_stream(unit, stream.receiver.id)
            if now is None or now.endpoint != stream.endpoint or now.status is Status.PAUSED:
                break
            waiting = await store.list_queued(unit, stream.id, MOST_AT_ONCE)
            signed = await _sign_all(unit, stream, waiting, signer)
        if not signed:
            break
        for id, token in signed:
            fault = await _send(names, stream, token)
            if fault is not None:
                break
            async with database.write() as unit:
                await store.delete_queued(unit, stream.id, ids=[id], at=clock.now())
            taken += 1
    before = 0 if taken else stream.failures
    failures = 0 if fault is None else before + 1
    next_at = clock.now() + wait_after(failures)
    if fault is not None:
        facts = {"organisation": public_id(stream.receiver.organisation), "fault": fault, "failures": failures}
        _log.warning("a receiver of signals did not take one", extra={"facts": facts})
    async with database.write() as unit:
        await store.note_pushed(unit, stream.id, next_at=next_at, failures=failures, fault=fault)
    return taken


async def _send(names: Names, stream: Stream, token: str) -> str | None:
    """Send one token (RFC 8935); why it was not taken, or `None` when it was."""
    headers = {"Content-Type": SET_TYPE, "Accept": "application/json"}
    if stream.authorization is not None:
        headers["Authorization"] = stream.authorization
    try:
        answer = await post_outside(
            names, stream.endpoint or "", token.encode(), headers, wait_s=WAIT_S, limit_bytes=MOST_ANSWER
        )
    except AddressNotAnswering as problem:
        return problem.fault
    return None if answer.status == _TAKEN else str(answer.status)


async def _end_untaken(unit: WriteUnit, at: datetime) -> None:
    for stream in await store.list_untaken(unit, at - HELD_FOR):
        await store.delete_queued(unit, stream.id, at=at)
        if stream.status is not Status.DISABLED:
            await store.put_stream(unit, stream.with_status(Status.DISABLED, UNTAKEN))
            await store.insert_queued(unit, stream.id, Queued(new_uuid(), Kind.UPDATED, at, words=UNTAKEN))


async def _sign_all(unit: ReadUnit, stream: Stream, many: Sequence[Queued], signer: Signer) -> list[tuple[UUID, str]]:
    decisions: dict[tuple[UUID, int], Filed] = {}
    for id in {one.decision for one in many if one.decision is not None}:
        decisions |= {(one.id, one.version): one for one in await list_decisions(unit, id=id)}
    return [(one.id, _sign(stream, one, signer, decisions)) for one in many]


def _sign(stream: Stream, queued: Queued, signer: Signer, decisions: Mapping[tuple[UUID, int], Filed]) -> str:
    envelope = signals.Envelope(signer.issuer, stream.receiver.audience, str(queued.id), signer.key, queued.at)
    if queued.kind is Kind.VERIFICATION:
        return signals.make_verification(str(stream.id), queued.words, envelope)
    if queued.kind is Kind.UPDATED:
        return signals.make_stream_update(str(stream.id), stream.status, queued.words or "", envelope)
    assert queued.decision is not None
    assert queued.version is not None
    assert queued.device is not None
    now = queued.now or Compliance.CANNOT_BE_VERIFIED
    change = signals.Change(
        device=queued.device,
        tenant=stream.receiver.organisation_code,
        before=queued.before,
        now=now,
        reason=say_why(decisions[queued.decision, queued.version].decision, now),
        at=queued.at,
    )
    return signals.make_signal(change, envelope)
