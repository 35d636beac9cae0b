"""The queries of the maps that came into force."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import func, insert, select

from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import EntryId
from reelm.realms.tables import realm_maps

_ONE_AT_A_TIME = (7305812, 4)


async def hold_maps(unit: WriteUnit) -> None:
    """Let nobody else note a map until the commit."""
    await unit.scalar(select(func.pg_advisory_xact_lock(*_ONE_AT_A_TIME)))


async def list_digests(unit: ReadUnit) -> set[str]:
    """Of every decision that was noted."""
    return set(await unit.scalars(select(realm_maps.c.digest)))


async def find_places(unit: ReadUnit) -> Mapping[str, str] | None:
    """Who serves which place by the map that was noted last."""
    latest = (
        select(realm_maps.c.places).order_by(realm_maps.c.noted_at.desc(), realm_maps.c.effective_at.desc()).limit(1)
    )
    return cast("Mapping[str, str] | None", await unit.scalar(latest))


async def insert_map(
    unit: WriteUnit,
    *,
    digest: str,
    effective_at: datetime,
    noted_at: datetime,
    places: Mapping[str, str],
    entry: EntryId,
) -> None:
    values = {"digest": digest, "effective_at": effective_at, "noted_at": noted_at, "entry": entry}
    await unit.write(insert(realm_maps).values(places=dict(places), **values))


async def list_entries(unit: ReadUnit) -> set[EntryId]:
    """The entry of every map that was noted."""
    return {EntryId(id) for id in await unit.scalars(select(realm_maps.c.entry))}
