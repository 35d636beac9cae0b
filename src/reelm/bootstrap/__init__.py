"""The composition root: the only place that builds adapters from settings."""

from reelm.bootstrap.about_people import ABOUT, make_engine
from reelm.bootstrap.atlas import open_atlas
from reelm.bootstrap.belongings import OWN, STAYS, TOWARDS
from reelm.bootstrap.books import check_books
from reelm.bootstrap.cell import Cell, open_cell
from reelm.bootstrap.door import Door, open_door
from reelm.bootstrap.intake import open_events, store_events
from reelm.bootstrap.laws import open_laws
from reelm.bootstrap.log import LogOffice, open_sequencer, open_signer
from reelm.bootstrap.movers import MOVED_NAMES, make_abroad, make_mover
from reelm.bootstrap.private_data import COLLECTIONS, PrivateData, look_at
from reelm.bootstrap.probers import open_prober
from reelm.bootstrap.workshop import Workshop, open_workshop

__all__ = [
    "ABOUT",
    "COLLECTIONS",
    "MOVED_NAMES",
    "OWN",
    "STAYS",
    "TOWARDS",
    "Cell",
    "Door",
    "LogOffice",
    "PrivateData",
    "Workshop",
    "check_books",
    "look_at",
    "make_abroad",
    "make_engine",
    "make_mover",
    "open_atlas",
    "open_cell",
    "open_door",
    "open_events",
    "open_laws",
    "open_prober",
    "open_sequencer",
    "open_signer",
    "open_workshop",
    "store_events",
]
