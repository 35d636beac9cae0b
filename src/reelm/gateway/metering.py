"""Does what left towards a realm agree with the log? The kernel's count against the entries, hour by hour.

An entry counts the bytes of a message. On the wire they are in JSON, in an envelope, in HTTP, in TLS; and there are
questions, receipts and handshakes. What that may come to is stated here (`most_bytes`), and measured in
`tests/integration/gateway/test_metering.py`.
"""

import logging
from datetime import datetime, timedelta

from reelm.gateway.store import (
    Fault,
    Reading,
    insert_fault,
    lock_reading,
    sum_waiting_bytes,
    update_reading,
)
from reelm.infra.db import Database
from reelm.infra.meter import Count, Meter
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import EgressMeter, append, as_instant, sum_crossed

UNEXPLAINED = "egress-unexplained"
# What carries messages: a fourth of their length, 4 KiB for each request or answer, 64 KiB for connections.
SHARE, EACH_BYTES, ALWAYS_BYTES = 1.25, 4096, 65_536
_log = logging.getLogger(__name__)


def most_bytes(logged: int, reading: Reading) -> int:
    """How much may have left where the log tells of `logged` bytes.

    >>> most_bytes(1000, Reading(datetime(2026, 1, 1), exchanges=2, excused=100, waiting=500))
    75728
    """
    explained = logged + reading.excused + reading.waiting
    return int(explained * SHARE) + reading.exchanges * EACH_BYTES + ALWAYS_BYTES


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour."""
    return at.replace(minute=0, second=0, microsecond=0)


class Metering:
    """Writes down what the meter counts, and once an hour an entry for each realm."""

    def __init__(self, database: Database, meter: Meter, clock: Clock, realm: RealmCode) -> None:
        self._database, self._meter, self._clock, self._realm = database, meter, clock, realm
        self._told: dict[RealmCode, Count] = {}
        self._hours: dict[RealmCode, datetime] = {}

    async def note(self, to: RealmCode) -> None:
        """Add what left since the last time; when an hour has passed, log it and begin a new one."""
        count, at = self._meter.count(to), self._clock.now()
        before = self._told.get(to, Count(0, 0, 0))
        if count == before and self._hours.get(to) == hour_of(at):
            return
        async with self._database.write() as unit:
            old = await lock_reading(unit, to, hour_of(at))
            now = Reading(
                old.since,
                old.metered + count.metered - before.metered,
                old.exchanges + count.exchanges - before.exchanges,
                old.excused + count.excused - before.excused,
                old.waiting,
            )
            if at >= old.since + timedelta(hours=1):
                until = hour_of(at)
                logged = await sum_crossed(unit, to, old.since, until)
                fact = EgressMeter(
                    to=to,
                    since=as_instant(old.since),
                    until=as_instant(until),
                    metered=now.metered,
                    logged=logged,
                    carried=max(0, now.metered - logged),
                )
                if now.metered > most_bytes(logged, now):
                    await insert_fault(unit, Fault(to, UNEXPLAINED, as_instant(until), at))
                    facts = {"realm": to, "metered": now.metered, "logged": logged}
                    _log.error("more left than the log tells of", extra={"facts": facts})
                now = Reading(until, waiting=await sum_waiting_bytes(unit, to))
                await update_reading(unit, to, now)
                await append(unit, fact, realm=self._realm, at=at)
            elif now != old:
                await update_reading(unit, to, now)
        self._told[to], self._hours[to] = count, hour_of(at)
