"""What is held of a person, and is all of it reached? One list of collections, each declared beside its table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from reelm.gateway import Abroad
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Belongings, Database
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.law import LawBook
from reelm.ledger import Durability, LogFolder

# Columns that name a person in a row that is somebody else's, and why it is not told to whom it names. How many there
# are is not told either: that would be telling.
WITHHELD: Mapping[str, str] = {
    "blocks.blocked_id": "whom somebody blocks is told to nobody",
    "mutes.muted_id": "whom somebody mutes is told to nobody",
    "feed_less_creators.creator_id": "whose clips somebody sees less of is told to nobody",
    "notifications.actor_id": "what others are told of what you did is in their own archive",
    "legal_hold_people.account_id": "a court can forbid to tell of a case",
    "rights_requests.account_id": "what you asked here is on the page of your data, with its clock",
    "canaries.account_id": "names accounts that are nobody's",
    "foreign_clips.author_id": "clips of people of other realms",
    "foreign_people.id": "names people of other realms",
}


@dataclass(frozen=True)
class Engine:
    """What is needed to go through everything of a person: where it lies, and in which collections.

    `folder` is where archives wait to be taken.
    """

    database: Database
    blobs: FileBlobs
    folder: Path
    durability: Durability
    log: LogFolder
    clock: Clock
    realm: RealmCode
    laws: LawBook
    abroad: Abroad
    about: Sequence[Belongings]

    def collection(self, name: str) -> Belongings:
        """The one of this name."""
        return next(what for what in self.about if what.name == name)

    def archive_of(self, request: UUID) -> Path:
        """Where the archive of a request lies."""
        return self.folder / f"{request}.zip"


def find_unreached(named: Iterable[str], about: Iterable[Belongings], withheld: Collection[str]) -> list[str]:
    """Columns `table.column` that name a person, and that no collection goes through: none, or the build fails."""
    reached = {f"{what.table.name}.{column}" for what in about for column in what.owners}
    return sorted(set(named) - reached - set(withheld))
