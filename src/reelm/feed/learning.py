"""How does a report change what comes next? It is folded into its person's state as it is stored."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from reelm.feed.learning_store import hold_learners, upsert_states
from reelm.feed.model import EventKind
from reelm.feed.reports import KINDS, Bools, Reports
from reelm.feed.state import HAPPENED, Signal, State, decode, encode, fold
from reelm.feed.stockroom import Stockroom
from reelm.feed.tally_log import TallyLog
from reelm.feed.tallying import Tallies, plan_tallies, trust_in
from reelm.infra.db import HotPool
from reelm.kernel.time import Clock

_SIGNAL_OF = {
    EventKind.VIEW: Signal.VIEW,
    EventKind.LIKE: Signal.LIKE,
    EventKind.COMMENT: Signal.COMMENT,
    EventKind.SHARE: Signal.SHARE,
    EventKind.FOLLOW: Signal.FOLLOW,
    EventKind.NOT_INTERESTED: Signal.REFUSE,
    EventKind.REPORT: Signal.REPORT,
}
_SIGNALS = np.array([_SIGNAL_OF[kind] for kind in KINDS], np.uint8)


class Learning:
    """A sink of `Ingest`: what known showings tell goes into their viewers' states and the clips' tallies.

    Reports that are nobody's, which are all of those the feed may not learn from, change nothing here. What somebody
    watched that was no showing of ours counts as seen by them, and says nothing else.
    """

    def __init__(self, clock: Clock, pool: HotPool, stockroom: Stockroom | None = None) -> None:
        self._clock, self._stockroom = clock, stockroom
        self._tallies = TallyLog(pool)

    async def __call__(self, connection: Any, reports: Reports) -> Callable[[], None]:
        people = sorted(who for who in reports.of if who is not None)
        now = self._clock.now()
        learners = await hold_learners(connection, people) if people else {}
        happened, trust = _as_happened(reports), np.zeros(len(reports.at))
        states: dict[UUID, bytes] = {}
        for who, learner in learners.items():
            where = reports.of[who]
            trust[where] = trust_in(now - learner.joined_at)
            state = _learn(decode(learner.state), happened[where], reports.known[where], learner.began_at.timestamp())
            states[learner.pseudonym] = encode(state)
        if states:
            await upsert_states(connection, states, now)
        tallies = plan_tallies(reports, trust)
        return lambda: self._count(tallies)

    async def close(self) -> None:
        """Wait until all that was learned is stored."""
        await self._tallies.close()

    def _count(self, tallies: Tallies) -> None:
        self._tallies.put(tallies)
        if self._stockroom is not None:
            self._stockroom.count(tallies)


def _learn(state: State, events: NDArray[np.void], known: Bools, began_s: float) -> State:
    """The state after what happened since the feed began to learn from its person, in the order it happened."""
    since = events["at"] >= began_s
    told, elsewhere = events[since & known], events[since & ~known]
    told = told[np.argsort(told["at"], kind="stable")]
    return fold(state, told, elsewhere["key"][elsewhere["signal"] == Signal.VIEW])


def _as_happened(reports: Reports) -> NDArray[np.void]:
    happened = np.empty(len(reports.at), HAPPENED)
    happened["key"], happened["at"], happened["signal"] = reports.keys(), reports.at, _SIGNALS[reports.kind]
    happened["watched_ms"], happened["duration_ms"] = reports.watched_ms, reports.duration_ms
    happened["replays"], happened["again"] = reports.replays, ~reports.is_new
    return happened
