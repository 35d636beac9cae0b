"""Which zones are there now, with which serials, and who may fetch them? Held in memory, and looked up at changes.

Only organisations that have a key have zones here. Making them anew takes at most a fifth of the time: with very many
devices a change comes some seconds later, never at the cost of those that are fetched meanwhile.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from dns.name import Name

from reelm.devices.organisations import TokenPurpose, list_holders
from reelm.devices.register import compile_now, find_next_change, read_change_number
from reelm.devices.transferring.model import Zone, ZoneKey, derive_secret, name_zone, read_records
from reelm.devices.transferring.serials import Served, read_served, serve
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import OrganisationId

TARGET, FILE = "rpz", "zones.json"
RESTS = 4


class ZoneBook:
    """Zones and keys by name. `folder` is where serials are kept, so that none goes back when a process ends."""

    def __init__(self, database: Database, secret: bytes, folder: Path) -> None:
        self.keys: Mapping[Name, ZoneKey] = {}
        self.zones: Mapping[Name, Zone] = {}
        self._database, self._secret, self._file = database, secret, folder / FILE
        self._served = _load(self._file)
        self._made_of: tuple[int, frozenset[OrganisationId]] | None = None
        self._next_at: datetime | None = None
        self._rests_until = 0.0

    async def refresh(self, now: datetime) -> None:
        """Look whether keys or zones are others than before."""
        async with self._database.read() as unit:
            keys = await list_keys(unit, self._secret, now)
            self.keys = {key.name: key for key in keys}
            owners = {key.organisation: key.code for key in keys}
            made_of = (await read_change_number(unit), frozenset(owners))
            is_due = self._next_at is not None and now >= self._next_at
            if (made_of == self._made_of and not is_due) or time.monotonic() < self._rests_until:
                return
            began = time.monotonic()
            await self._make(unit, owners, now)
            self._made_of = made_of
            self._rests_until = time.monotonic() + RESTS * (time.monotonic() - began)

    async def _make(self, unit: ReadUnit, owners: Mapping[OrganisationId, str], now: datetime) -> None:
        zones: dict[Name, Zone] = {}
        moments: list[datetime] = []
        served = dict(self._served)
        for organisation, code in owners.items():
            for path, content in (await compile_now(unit, organisation, TARGET, now, serial=0)).items():
                name = _name_of(code, path)
                one = served[str(name)] = serve(served.get(str(name)), content, now)
                zones[name] = Zone(name, organisation, code, one.serial, read_records(name, content, one.serial))
            next_at = await find_next_change(unit, organisation, now)
            moments += [next_at] if next_at else []
        if served != self._served:
            _save(self._file, served)
        self._served, self.zones, self._next_at = served, zones, min(moments, default=None)


async def list_keys(
    unit: ReadUnit, secret: bytes, now: datetime, organisation: OrganisationId | None = None
) -> Sequence[ZoneKey]:
    """The keys that hold, of one organisation or of all."""
    return [
        ZoneKey(one.id, one.organisation, one.code, derive_secret(secret, one.digest), one.until)
        for one in await list_holders(unit, TokenPurpose.ZONES, now, organisation)
    ]


async def list_names(unit: ReadUnit, organisation: OrganisationId, code: str, now: datetime) -> list[str]:
    """What the zones of an organisation are called."""
    paths = await compile_now(unit, organisation, TARGET, now)
    return [_name_of(code, path).to_text(omit_final_dot=True) for path in sorted(paths)]


def _name_of(code: str, path: str) -> Name:
    decision, _, file = path.partition("/")
    return name_zone(code, UUID(decision), file.removesuffix(".zone"))


def _load(file: Path) -> dict[str, Served]:
    return read_served(json.loads(file.read_text())) if file.exists() else {}


def _save(file: Path, served: Mapping[str, Served]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = file.with_name(f"{file.name}.{os.getpid()}")
    made.write_text(json.dumps({name: (one.serial, one.digest) for name, one in sorted(served.items())}, indent=1))
    made.replace(file)
