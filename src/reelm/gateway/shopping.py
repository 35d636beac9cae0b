"""Which of another realm's public clips are shown here? Those of its catalogue, asked for every few seconds."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from uuid import UUID

from reelm.gateway.asking import Asker
from reelm.gateway.cards import Cards
from reelm.gateway.errors import NotFoundAbroad
from reelm.gateway.files import Files
from reelm.gateway.model import KNOWS_AGES, Kind, Question, Received
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode

EVERY_S = 5.0
AHEAD = 2  # renditions, the smallest first
_log = logging.getLogger(__name__)

# Which of these are not kept yet; and keep one, as its realm told it.
FindMissing = Callable[[list[UUID]], Awaitable[list[UUID]]]
Keep = Callable[[RealmCode, Received], Awaitable[None]]


def digest_catalogue(clips: Sequence[UUID]) -> str:
    """By which two realms know that they speak of the same catalogue: SHA-256 over the ids in their order, in hex."""
    return sha256(b"".join(id.bytes for id in clips)).hexdigest()


class Shopper:
    """Keeps copies of what other realms list, with the poster and the smallest renditions of each."""

    def __init__(self, asker: Asker, cards: Cards, files: Files, *, missing: FindMissing, keep: Keep) -> None:
        self._asker, self._cards, self._files = asker, cards, files
        self._missing, self._keep = missing, keep
        self._listed: dict[RealmCode, list[UUID]] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            for card in self._cards.others():
                try:
                    await self.shop(card.realm)
                except Problem as problem:
                    facts = {"realm": card.realm, "problem": problem.slug()}
                    _log.info("a catalogue could not be read", extra={"facts": facts})
            await asyncio.sleep(EVERY_S)

    async def shop(self, realm: RealmCode) -> int:
        """Ask one realm for what is new there; returns how many clips came.

        A catalogue of which everything is still kept is not told again: there is nothing to tell, and so to log.
        """
        before, about = self._listed.get(realm), dict(KNOWS_AGES)
        if before is not None and not await self._missing(before):
            about["known"] = digest_catalogue(before)
        try:
            catalogue = await self._asker.ask(realm, Question(Kind.CATALOGUE, about))
            listed = [UUID(str(id)) for id in catalogue.fields["clips"]]
        except (NotFoundAbroad, KeyError, ValueError, TypeError):
            return 0
        self._listed[realm] = listed
        missing = await self._missing(listed)
        came = await asyncio.gather(*(self._fetch(realm, id) for id in missing), return_exceptions=True)
        return sum(1 for one in came if one is None)

    async def _fetch(self, realm: RealmCode, id: UUID) -> None:
        received = await self._asker.ask(realm, Question(Kind.CLIP, {"clip": str(id)} | KNOWS_AGES))
        if received.fields.get("id") != str(id):
            return
        await self._keep(realm, received)
        await self.fetch_files(realm, received)

    async def fetch_files(self, realm: RealmCode, received: Received) -> None:
        """Fetch what is shown of a clip first. What does not come now is asked for when somebody wants it."""
        try:
            media, id = received.fields["media"], str(received.fields["id"])
            names = [media["poster"], *(one["name"] for one in media["renditions"][:AHEAD])]
            await asyncio.gather(*(self._files.fetch(realm, id, str(name)) for name in names if name))
        except (Problem, KeyError, TypeError, ValueError) as problem:
            _log.info("files could not be fetched ahead", extra={"facts": {"realm": realm, "problem": str(problem)}})
