"""Where do reports wait until they are stored? In a NATS JetStream of the realm's own, where the operator has one.

`nats-py` is imported when a stream is opened: only `reelm[nats]` brings it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

# Stores messages; raises where it could not store them all, and they come again.
Handle = Callable[[Sequence[bytes]], Awaitable[None]]

MOST_AT_ONCE = 100
PUT_TIMEOUT_S = 10.0
_TAKE_TIMEOUT_S = 2.0
_PAUSE_S = 1.0

_log = logging.getLogger(__name__)


class StreamUnreachable(OSError):
    """No NATS server with JetStream answers at this address."""


class Stream:
    """A stream of messages, each taken by one consumer and gone from the stream then."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._log = client.jetstream(timeout=PUT_TIMEOUT_S)
        self._name = name

    @property
    def subject(self) -> str:
        return self._name.lower()

    async def make(self) -> None:
        """Make the stream where it is missing: in files, each message until it is taken."""
        from nats.js.api import RetentionPolicy, StorageType, StreamConfig

        settings = StreamConfig(
            name=self._name, subjects=[self.subject], storage=StorageType.FILE, retention=RetentionPolicy.WORK_QUEUE
        )
        await self._log.add_stream(settings)

    async def put(self, message: bytes) -> None:
        """Returns once the server has stored it. Raises `StreamUnreachable` where it does not say so in time."""
        import nats.errors

        try:
            await self._log.publish(self.subject, message, stream=self._name)
        except (nats.errors.Error, TimeoutError) as failure:
            raise StreamUnreachable(self._name) from failure

    async def take(self, handle: Handle) -> None:
        """Hand messages on as they come, until cancelled; each is acknowledged when `handle` has returned."""
        import nats.errors

        line = await self._log.pull_subscribe(self.subject, durable="postgresql", stream=self._name)
        while True:
            try:
                messages = await line.fetch(MOST_AT_ONCE, timeout=_TAKE_TIMEOUT_S)
                await handle([message.data for message in messages])
                for message in messages:
                    await message.ack()
            except (nats.errors.TimeoutError, TimeoutError):
                continue
            except Exception:  # noqa: BLE001 - whatever it was, they are taken again
                _log.warning("messages were not taken and come again", exc_info=True)
                await asyncio.sleep(_PAUSE_S)

    async def count_waiting(self) -> int:
        """How many messages nobody has taken yet."""
        return int((await self._log.stream_info(self._name)).state.messages)


@asynccontextmanager
async def open_stream(url: str, name: str) -> AsyncGenerator[Stream]:
    """The stream of this name at `nats://…`, made where it is missing. Raises `StreamUnreachable`."""
    import nats
    import nats.errors

    try:
        client = await cast("Any", nats).connect(url, max_reconnect_attempts=-1, reconnect_time_wait=_PAUSE_S)
    except (nats.errors.Error, OSError) as failure:
        raise StreamUnreachable(name) from failure
    try:
        stream = Stream(client, name)
        await stream.make()
        yield stream
    finally:
        await client.close()
