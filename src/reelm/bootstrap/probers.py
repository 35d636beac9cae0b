"""What do the probes of one realm work with?"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from reelm import accounts, ledger, realms
from reelm.bootstrap.atlas import open_atlas
from reelm.bootstrap.movers import make_abroad
from reelm.bootstrap.private_data import COLLECTIONS
from reelm.infra.db import Database
from reelm.infra.line import LocalLine
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.probing import Prober


@asynccontextmanager
async def open_prober(settings: Settings, database: Database, clock: Clock) -> AsyncGenerator[Prober]:
    """The log is read where nginx and the web role serve it from: the worker of a fleet has no network."""
    durability, line = ledger.Durability(database, wait_s=settings.ledger_wait_s), LocalLine(settings.gateway_path)
    try:
        async with ledger.open_source(str(settings.ledger_dir)) as served:
            yield Prober(
                database=database,
                durability=durability,
                clock=clock,
                realm=RealmCode(settings.realm),
                home=find_home(open_atlas(settings, clock)),
                readers={private.name: private.read for private in COLLECTIONS},
                served=served,
                abroad=make_abroad(settings, line, clock),
            )
    finally:
        await line.close()
        await durability.close()


def find_home(atlas: realms.Atlas) -> accounts.Home:
    """A place that this realm serves."""
    countries, regions = atlas.map.countries_of(atlas.realm), atlas.map.regions_of(atlas.realm)
    country, _, region = (*countries, *regions)[0].partition("-")
    return accounts.Home(country, region or None)
