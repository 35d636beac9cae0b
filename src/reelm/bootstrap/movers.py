"""What do moves from and to one realm work with?"""

from reelm import gateway, ledger, moving
from reelm.bootstrap.atlas import open_atlas
from reelm.bootstrap.belongings import OWN, TOWARDS
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database
from reelm.infra.line import LocalLine
from reelm.infra.secrets import load_kept
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock

MOVED_NAMES = "moved-names"


def make_mover(settings: Settings, database: Database, durability: ledger.Durability, clock: Clock) -> moving.Mover:
    """The realm as its moves see it."""
    realm = RealmCode(settings.realm)
    return moving.Mover(
        database=database,
        blobs=FileBlobs(settings.blobs_dir),
        folder=settings.moving_dir,
        naming=gateway.Naming(load_kept(settings.data, "pseudonyms")),
        rulebook=gateway.Rulebook(settings.policies_dir),
        cards=gateway.Cards(settings.peers_path, realm),
        durability=durability,
        clock=clock,
        realm=realm,
        secret=load_kept(settings.data, MOVED_NAMES),
        own=OWN,
        towards=TOWARDS,
        admit=open_atlas(settings, clock).admit,
    )


def make_abroad(settings: Settings, line: LocalLine, clock: Clock) -> gateway.Abroad:
    """The other realms, as acts of this realm's people see them."""
    realm = RealmCode(settings.realm)
    return gateway.Abroad(
        realm=realm,
        rulebook=gateway.Rulebook(settings.policies_dir),
        naming=gateway.Naming(load_kept(settings.data, "pseudonyms")),
        cards=gateway.Cards(settings.peers_path, realm),
        line=line,
        clock=clock,
    )
