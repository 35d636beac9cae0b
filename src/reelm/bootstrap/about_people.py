"""Through what does one go to find everything that is held of a person? Every package's collections, in one list.

A package that keeps something of a person is added here; `tests/integration/privacy/test_reach.py` finds any table
that is not.
"""

from reelm import access, accounts, devices, feed, gateway, ledger, media, moving
from reelm.bootstrap.atlas import open_atlas
from reelm.bootstrap.belongings import OWN, TOWARDS
from reelm.bootstrap.movers import make_abroad
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Belongings, Database
from reelm.infra.line import LocalLine
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.law import LawBook, load_laws
from reelm.privacy.rights import Engine

ABOUT: tuple[Belongings, ...] = (
    *OWN,
    *TOWARDS,
    *accounts.STAYING,
    *media.STAYING,
    *feed.STAYING,
    *moving.STAYING,
    *devices.organisations.STAYING,
    *gateway.STAYING,
    *access.STAYING,
    *ledger.STAYING,
)


def make_engine(
    settings: Settings, database: Database, durability: ledger.Durability, line: LocalLine, clock: Clock
) -> Engine:
    """The realm as people's requests see it."""
    return Engine(
        database=database,
        blobs=FileBlobs(settings.blobs_dir),
        folder=settings.archives_dir,
        durability=durability,
        log=ledger.LogFolder(settings.ledger_dir),
        clock=clock,
        realm=RealmCode(settings.realm),
        laws=LawBook(load_laws(settings.law_dir), open_atlas(settings, clock)),
        abroad=make_abroad(settings, line, clock),
        about=ABOUT,
    )
