"""How are reports of many devices taken in at once? What waits together is written together, in one transaction.

A device is answered when what it said is committed, with the entries of the log that follow from it. No device minds
a twentieth of a second: for so long each transaction waits for others that report. It takes two fifths off the cost.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reelm.devices.acting import Act
from reelm.devices.errors import DeviceProofWrong
from reelm.devices.reporting import report_store as store
from reelm.devices.reporting.model import Said, Source
from reelm.devices.reporting.reports import list_live, names_of, note
from reelm.infra.db import Database
from reelm.kernel.time import Clock

AT_ONCE, GATHER_S = 500, 0.05


@dataclass(frozen=True)
class Reported:
    """Which suspended apps a device has, known by its key's thumbprint; of those `asked` about, of all if `None`."""

    thumbprint: bytes
    apps: frozenset[str]
    asked: frozenset[str] | None
    at: datetime
    source: Source


@dataclass(frozen=True)
class _Waiting:
    reported: Reported
    done: "asyncio.Future[int]"


class Intake:
    """One process's door for reports."""

    def __init__(self, database: Database, realm: str, clock: Clock) -> None:
        self._database, self._realm, self._clock = database, realm, clock
        self._waiting: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, reported: Reported) -> int:
        """How many decisions the device stands to otherwise now, once all of it is committed.

        Raises `DeviceProofWrong` for a device that is enrolled no more, and what `note` raises for all that wait.
        """
        one = _Waiting(reported, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await one.done

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                changes = await self._write([one.reported for one in batch])
            except Exception as failure:  # noqa: BLE001 - each who waits is told
                for one in batch:
                    if not one.done.done():
                        one.done.set_exception(failure)
                continue
            for one, changed in zip(batch, changes, strict=True):
                if one.done.done():
                    continue
                if changed is None:
                    one.done.set_exception(DeviceProofWrong())
                else:
                    one.done.set_result(changed)

    async def _write(self, reports: Sequence[Reported]) -> list[int | None]:
        """For each how many decisions it changed; `None` where no device is known by its key."""
        now = self._clock.now()
        async with self._database.write() as unit:
            known = await store.find_known(unit, {one.thumbprint for one in reports})
            live = {
                organisation: await list_live(unit, now, organisation=organisation)
                for organisation in {one.organisation for one in known.values()}
            }
            said: list[Said] = []
            for one in reports:
                device = known.get(one.thumbprint)
                if device is not None:
                    said += [
                        Said(device.id, filed.id, not one.apps.isdisjoint(names_of(filed)), one.at, one.source)
                        for filed in live[device.organisation]
                        if one.asked is None or not one.asked.isdisjoint(names_of(filed))
                    ]
            changes = await note(Act(unit, self._realm, now), said)
        by_device: dict[object, int] = {}
        for change in changes:
            by_device[change.device] = by_device.get(change.device, 0) + 1
        return [by_device.pop(known[one.thumbprint].id, 0) if one.thumbprint in known else None for one in reports]
