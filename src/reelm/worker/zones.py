"""What does the role do that serves zones? It answers name servers, and tells them when a zone is another."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dns.name import Name

from reelm.devices import transferring
from reelm.devices.transferring import Zone, ZoneBook
from reelm.infra.db import Database
from reelm.infra.name_server import listening, say, split_address
from reelm.infra.secrets import load_secret
from reelm.infra.settings import Settings
from reelm.kernel.time import Clock, SystemClock
from reelm.worker.stopping import until_asked_to_stop

LOOKS_EVERY_S = 1.0
LONGEST_PAUSE_S = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Secondary:
    """A name server that is told of one organisation's zones."""

    organisation: str
    host: str
    port: int


def read_secondaries(text: str) -> list[Secondary]:
    """From the setting.

    >>> read_secondaries("institution=192.0.2.53:53")
    [Secondary(organisation='institution', host='192.0.2.53', port=53)]
    """
    pairs = (one.partition("=") for one in text.split(",") if one)
    return [Secondary(code, *split_address(address)) for code, _, address in pairs]


class Herald:
    """Tells secondaries of each serial until they have heard it: again and again, ever less often."""

    def __init__(self, secondaries: Sequence[Secondary]) -> None:
        self._secondaries = secondaries
        self._heard: dict[tuple[Secondary, Name], int] = {}
        self._not_before: dict[tuple[Secondary, Name], float] = {}
        self._pauses: dict[tuple[Secondary, Name], float] = {}

    async def tell(self, zones: Mapping[Name, Zone]) -> None:
        """Whoever has not heard of a serial yet."""
        due = [
            (one, zone)
            for one in self._secondaries
            for zone in zones.values()
            if zone.code == one.organisation and self._heard.get((one, zone.name)) != zone.serial
        ]
        now = time.monotonic()
        ready = [(one, zone) for one, zone in due if now >= self._not_before.get((one, zone.name), 0)]
        await asyncio.gather(*(self._tell(one, zone) for one, zone in ready))

    async def _tell(self, one: Secondary, zone: Zone) -> None:
        about = (one, zone.name)
        if await say(one.host, one.port, transferring.make_notice(zone)):
            self._heard[about] = zone.serial
            self._pauses.pop(about, None)
            return
        pause = self._pauses.get(about, LOOKS_EVERY_S)
        self._not_before[about] = time.monotonic() + pause
        self._pauses[about] = min(2 * pause, LONGEST_PAUSE_S)
        _log.warning("a name server does not answer", extra={"facts": {"organisation": one.organisation}})


async def work_on_zones(settings: Settings) -> None:
    """Serve zones until stopped."""
    await until_asked_to_stop(serve_zones(settings))


async def serve_zones(settings: Settings, clock: Clock | None = None) -> None:
    """Until it is cancelled. Raises `OSError` where it can't listen."""
    clock = clock or SystemClock()
    async with Database(settings.database_url, pool_size=2) as database:
        book = ZoneBook(database, load_secret(settings.data, settings.secret), settings.data / "zones")
        herald = Herald(read_secondaries(settings.zones_notify))

        def answer(message: bytes, streamed: bool) -> Iterable[bytes]:
            return transferring.answer(message, book.keys, book.zones, streamed=streamed)

        await _look(book, clock)
        async with listening(*split_address(settings.zones_listen), answer):
            while True:
                await herald.tell(book.zones)
                await asyncio.sleep(LOOKS_EVERY_S)
                await _look(book, clock)


async def _look(book: ZoneBook, clock: Clock) -> None:
    try:
        await book.refresh(clock.now())
    except (OSError, RuntimeError):
        _log.warning("zones could not be looked up; what is known is served", exc_info=True)
