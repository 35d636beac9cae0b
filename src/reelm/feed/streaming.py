"""How do reports reach PostgreSQL by way of a stream? Acknowledged when the stream has them, stored by the workers.

What a message holds: who reported (recognised when it came), when, and the events as they were read.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import orjson

from reelm.accounts import token_hash
from reelm.feed.ingest import Ingest
from reelm.feed.model import Ended, EventKind, WatchEvent
from reelm.feed.store import find_account
from reelm.infra.db import HotPool, quick_uuid
from reelm.infra.stream import Stream
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

_log = logging.getLogger(__name__)


class Intake(Protocol):
    """Where the web role puts what is reported: `Ingest`, or `StreamedIntake` where reports wait in a stream."""

    async def take(self, events: Sequence[WatchEvent], *, token: str | None, now: datetime) -> int:
        """Keep a batch durably; how many acts it told of."""
        ...

    async def close(self) -> None:
        """Wait until all that came is kept."""
        ...


class StreamedIntake:
    """Puts reports into a stream. Which clips can be watched is found out later: until then every event counts."""

    def __init__(self, pool: HotPool, stream: Stream) -> None:
        self._pool = pool
        self._stream = stream

    async def take(self, events: Sequence[WatchEvent], *, token: str | None, now: datetime) -> int:
        """Returns once the stream has them. Raises `StreamUnreachable`."""
        if not events:
            return 0
        viewer = await find_account(self._pool, token_hash(token), now) if token else None
        await self._stream.put(encode_batch(events, viewer, now))
        return len({(event.impression, event.kind) for event in events})

    async def close(self) -> None:
        """Nothing waits here."""


async def store_streamed(stream: Stream, ingest: Ingest) -> None:
    """Take reports out of the stream and store them, until cancelled. One that comes twice counts once."""

    async def store(messages: Sequence[bytes]) -> None:
        batches = [batch for message in messages if (batch := _read_batch(message))]
        await asyncio.gather(*(ingest.take_of(*batch) for batch in batches))

    await stream.take(store)


def _read_batch(message: bytes) -> tuple[list[WatchEvent], AccountId | None, datetime] | None:
    """What is no batch would come again for ever: it is let go."""
    try:
        return decode_batch(message)
    except (ValueError, TypeError):
        _log.error("a message in the stream of events is none of ours", extra={"facts": {"bytes": len(message)}})
        return None


def encode_batch(events: Sequence[WatchEvent], viewer: AccountId | None, received_at: datetime) -> bytes:
    """One message."""
    rows = [
        (
            str(event.impression),
            str(event.video),
            event.kind.value,
            event.watched_ms,
            event.at,
            event.replays,
            event.ended.value if event.ended else None,
        )
        for event in events
    ]
    return orjson.dumps([str(viewer) if viewer else None, received_at, rows])


def decode_batch(message: bytes) -> tuple[list[WatchEvent], AccountId | None, datetime]:
    """The events, who reported them, and when they came."""
    viewer, received_at, rows = orjson.loads(message)
    events = [
        WatchEvent(
            ImpressionId(quick_uuid(impression)),
            VideoId(quick_uuid(video)),
            EventKind(kind),
            watched_ms,
            datetime.fromisoformat(at),
            replays,
            Ended(ended) if ended else None,
        )
        for impression, video, kind, watched_ms, at, replays, ended in rows
    ]
    return events, AccountId(UUID(viewer)) if viewer else None, datetime.fromisoformat(received_at)
