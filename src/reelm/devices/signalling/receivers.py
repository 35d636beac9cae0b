"""Which systems may hear how an organisation's devices stand? Those that its device administrators let."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from reelm import accounts
from reelm.devices import organisations
from reelm.devices.acting import Act, Actor
from reelm.devices.signalling import store
from reelm.devices.signalling.errors import ReceiverNotFound, ReceiverTaken, ReceiverUnknown
from reelm.devices.signalling.model import Receiver, Stream
from reelm.infra.db import ReadUnit
from reelm.kernel.ids import new_uuid


@dataclass(frozen=True)
class Watched:
    """A receiver as its organisation sees it: its stream, if it has made one, and how much waits in it."""

    receiver: Receiver
    stream: Stream | None
    waiting: int


async def add_receiver(act: Act, code: str, audience: str) -> tuple[Receiver, str]:
    """Let a system hear of the organisation's devices; the token by which it is known is told this once.

    Raises as `organisations.sit` does, `ReceiverTaken`.
    """
    organisation, _ = await organisations.sit(act.unit, code, act.actor, organisations.Step.MANAGE_DEVICES)
    token = secrets.token_urlsafe(32)
    receiver = Receiver(new_uuid(), organisation.id, organisation.code, audience, act.at)
    if not await store.insert_receiver(act.unit, receiver, accounts.token_hash(token)):
        raise ReceiverTaken(audience=audience)
    return receiver, token


async def drop_receiver(act: Act, code: str, id: UUID) -> None:
    """From now on it hears nothing; its stream ends. Raises as `organisations.sit` does, `ReceiverNotFound`."""
    organisation, _ = await organisations.sit(act.unit, code, act.actor, organisations.Step.MANAGE_DEVICES)
    if not await store.delete_receiver(act.unit, organisation.id, id):
        raise ReceiverNotFound


async def list_receivers(unit: ReadUnit, code: str, actor: Actor) -> list[Watched]:
    """Those of an organisation, to whoever acts for it. Raises as `organisations.sit` does."""
    organisation, _ = await organisations.sit(unit, code, actor, organisations.Step.LOOK)
    streams = {one.receiver.id: one for one in await store.list_streams(unit, organisation.id)}
    return [
        Watched(
            one,
            streams.get(one.id),
            await store.count_queued(unit, streams[one.id].id) if one.id in streams else 0,
        )
        for one in await store.list_receivers(unit, organisation.id)
    ]


async def recognise(unit: ReadUnit, token: str | None) -> Receiver:
    """Whose token this is. Raises `ReceiverUnknown`."""
    found = await store.find_receiver(unit, accounts.token_hash(token)) if token else None
    if found is None:
        raise ReceiverUnknown
    return found
