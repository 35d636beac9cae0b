"""Did another realm's log tell of what it sent us? Looked up in that log, under a checkpoint its key has signed.

A realm tells with each message the index of its entry. Here a sample is fetched from its log and compared: the entry
is there, is a crossing to us of this kind, and its `content` is the digest of what came. Each checkpoint has to
extend the one we saw before, so that a realm can't show us one log today and another tomorrow.
"""

import logging
import random
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reelm.gateway.cards import Cards
from reelm.gateway.correspondence import Correspondence
from reelm.gateway.crossing import read_content
from reelm.gateway.errors import RealmNotAnswering
from reelm.gateway.faults import Wrong, report_fault
from reelm.gateway.model import Received
from reelm.gateway.store import (
    LogSeen,
    Unproven,
    delete_unproven,
    find_log_seen,
    list_unproven,
    note_log_seen,
    trim_unproven,
)
from reelm.infra.db import Database
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock
from reelm.ledger import Asked, Head, Split, VerifierKey, check_growth, decode, fetch_head, keep_evidence, prove

# Where more has come than this since the last look, so many are chosen: an entry lies in a file with 255 others, and
# looking up each would send more than the messages themselves.
PROVEN_AT_ONCE = 20
MOST_UNPROVEN = 1000
_choice = random.SystemRandom()
_log = logging.getLogger(__name__)


class PeerLog:
    """The log of another realm, read through its gateway, each file of its tree once."""

    def __init__(self, correspondence: Correspondence, realm: RealmCode) -> None:
        self.name: str = realm
        self._correspondence, self._realm = correspondence, realm
        self._tiles: dict[str, bytes | None] = {}

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        """Raises `RealmNotAnswering`."""
        if path.startswith("/"):
            return None
        if path in self._tiles:
            return self._tiles[path]
        content = await self._correspondence.fetch(self._realm, path, limit_bytes)
        if path.startswith("tile/"):
            self._tiles[path] = content
        return content


@dataclass(frozen=True)
class _Found:
    """What was found wrong, about which entry."""

    fault: Wrong
    entry: int | None = None


class Prover:
    """Looks up in other realms' logs what they say is there. `evidence` is where notes that contradict are kept."""

    def __init__(
        self, database: Database, cards: Cards, correspondence: Correspondence, *, clock: Clock, evidence: Path
    ) -> None:
        self._database, self._cards, self._correspondence = database, cards, correspondence
        self._clock, self._evidence = clock, evidence
        self._heard: defaultdict[RealmCode, deque[Unproven]] = defaultdict(lambda: deque(maxlen=MOST_UNPROVEN))

    def expect(self, realm: RealmCode, received: Received, file_digest: str = "") -> None:
        """Look an answer up at the next look. Deliveries are remembered in the database, answers only here."""
        content = read_content(received.kind, received.salt, received.fields, file_digest)
        self._heard[realm].append(Unproven(0, received.entry, received.kind.value, content))

    async def look(self, realm: RealmCode) -> None:
        """Look up what waits, or some of it where it is much. What is wrong is in our log when this returns.

        Raises `RealmNotAnswering`, also as long as that realm's log is wrong: then it is looked up later.
        """
        async with self._database.read() as unit:
            come = await list_unproven(unit, realm, MOST_UNPROVEN)
            seen = await find_log_seen(unit, realm)
        waiting, keys = [*come, *self._heard[realm]], self._keys(realm)
        if not waiting or not keys:
            return
        source, asked = PeerLog(self._correspondence, realm), Asked(keys=keys)
        head = await self._open(source, asked, seen)
        if isinstance(head, _Found):
            await self._keep(realm, None, (), [head])
            raise RealmNotAnswering(realm=realm)
        some = waiting if len(waiting) <= PROVEN_AT_ONCE else _choice.sample(waiting, PROVEN_AT_ONCE)
        wrong = [found for one in some if (found := await self._compare(source, asked, head, one)) is not None]
        now = LogSeen(head.note.decode(), (seen.proven if seen else 0) + len(some) - len(wrong), self._clock.now())
        await self._keep(realm, now, [one.id for one in come], wrong)
        for _ in waiting[len(come) :]:
            self._heard[realm].popleft()

    async def is_told(self, realm: RealmCode, entry: int, message: str, content: str) -> bool:
        """Whether its log, as it is now, tells of one message. What is wrong with it is reported by `look`.

        Raises `RealmNotAnswering`, `RealmUnknown`.
        """
        async with self._database.read() as unit:
            seen = await find_log_seen(unit, realm)
        source, asked = PeerLog(self._correspondence, realm), Asked(keys=self._keys(realm))
        head = await self._open(source, asked, seen) if asked.keys else None
        if head is None or isinstance(head, _Found):
            return False
        return await self._compare(source, asked, head, Unproven(0, entry, message, content)) is None

    def _keys(self, realm: RealmCode) -> Sequence[VerifierKey]:
        """The key on its card; none until it has opened its log."""
        vkey = self._cards.fetch(realm).vkey
        try:
            return (VerifierKey.parse(vkey),) if vkey else ()
        except Problem:
            raise RealmNotAnswering(realm=realm) from None

    async def _open(self, source: PeerLog, asked: Asked, seen: LogSeen | None) -> Head | _Found:
        """Its newest checkpoint, if it extends the one we know."""
        try:
            head = await fetch_head(source, asked)
        except RealmNotAnswering:
            raise
        except Problem:
            return _Found("log-not-signed")
        if seen is None:
            return head
        try:
            await check_growth(source, head, seen.checkpoint.encode())
        except RealmNotAnswering:
            raise
        except Split as split:
            where = keep_evidence(self._evidence / source.name, split.known, split.seen)
            _log.error("a realm's log has forked", extra={"facts": {"realm": source.name, "evidence": str(where)}})
            return _Found("log-forked")
        except Problem:
            return _Found("log-not-signed")
        return head

    async def _compare(self, source: PeerLog, asked: Asked, head: Head, one: Unproven) -> _Found | None:
        """What is wrong with the entry of one message."""
        try:
            proof = await prove(source, one.entry, asked, head)
            entry = decode(proof.extra or b"")
        except RealmNotAnswering:
            raise
        except Problem:
            return _Found("entry-missing", one.entry)
        told = entry.kind, entry.fact.get("to"), entry.fact.get("message"), entry.fact.get("content")
        if told != ("crossing", self._cards.me, one.message, one.content):
            return _Found("entry-differs", one.entry)
        return None

    async def _keep(
        self, realm: RealmCode, seen: LogSeen | None, done: Sequence[int], wrong: Sequence[_Found]
    ) -> None:
        """Write down what was found, all of it or nothing."""
        async with self._database.write() as unit:
            if seen is not None:
                await note_log_seen(unit, realm, seen)
            await delete_unproven(unit, done)
            await trim_unproven(unit, realm, MOST_UNPROVEN)
            for one in wrong:
                about = "" if one.entry is None else str(one.entry)
                at = self._clock.now()
                await report_fault(unit, realm, one.fault, me=self._cards.me, at=at, about=about, entry=one.entry)
