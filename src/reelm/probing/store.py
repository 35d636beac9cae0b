"""The queries of probes."""

from datetime import date

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import RealmCode
from reelm.probing.model import Probe
from reelm.probing.tables import canary_probes


async def insert_probe(unit: WriteUnit, probe: Probe) -> bool:
    """Keep a result; false where that realm has one of the day already."""
    values = {**vars(probe), "missing": list(probe.missing)}
    return await unit.write(upsert(canary_probes).values(values).on_conflict_do_nothing()) == 1


async def list_probes(unit: ReadUnit, since: date) -> list[Probe]:
    """Those of `since` and later, and each realm's newest; the newest first."""
    table = canary_probes
    newest = select(table.c.realm, func.max(table.c.day)).group_by(table.c.realm)
    wanted = (table.c.day >= since) | tuple_(table.c.realm, table.c.day).in_(newest)
    rows = await unit.all(select(table).where(wanted).order_by(table.c.day.desc(), table.c.realm))
    return [Probe(row.day, RealmCode(row.realm), row.at, row.expected, row.found, tuple(row.missing)) for row in rows]
