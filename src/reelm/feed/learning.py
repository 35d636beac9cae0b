"""How does a report change what comes next? It is folded into its person's state as it is stored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reelm.feed.learning_store import Learner, hold_learners, upsert_states, upsert_tallies
from reelm.feed.model import Accepted, EventKind
from reelm.feed.state import Happened, Signal, decode, encode, fold
from reelm.feed.stockroom import Stockroom
from reelm.feed.tallying import plan_tallies
from reelm.kernel.ids import AccountId
from reelm.kernel.time import Clock

_SIGNALS: Mapping[EventKind, Signal] = {
    EventKind.VIEW: Signal.VIEW,
    EventKind.LIKE: Signal.LIKE,
    EventKind.COMMENT: Signal.COMMENT,
    EventKind.SHARE: Signal.SHARE,
    EventKind.FOLLOW: Signal.FOLLOW,
    EventKind.NOT_INTERESTED: Signal.REFUSE,
    EventKind.REPORT: Signal.REPORT,
}


class Learning:
    """A sink of `Ingest`: what known showings tell goes into their viewers' states and the clips' tallies.

    Reports that are nobody's, which are all of those the feed may not learn from, change nothing here.
    """

    def __init__(self, clock: Clock, stockroom: Stockroom | None = None) -> None:
        self._clock, self._stockroom = clock, stockroom

    async def __call__(self, connection: Any, news: Mapping[AccountId | None, Sequence[Accepted]]) -> None:
        told = {who: [one for one in events if one.known] for who, events in news.items() if who is not None}
        people = sorted(who for who, events in told.items() if events)
        if not people:
            return
        now = self._clock.now()
        learners = await hold_learners(connection, people, now)
        states = {
            learner.pseudonym: encode(fold(decode(learner.state), _list_happened(told[who], learner)))
            for who, learner in learners.items()
        }
        await upsert_states(connection, states, now)
        reports = [(one, learner.joined_at) for who, learner in learners.items() for one in told[who]]
        tallies = plan_tallies(reports, now)
        await upsert_tallies(connection, tallies)
        if self._stockroom is not None:
            self._stockroom.count(tallies)


def _list_happened(events: Sequence[Accepted], learner: Learner) -> list[Happened]:
    """Those since the feed began to learn from this person, in the order they happened."""
    return [_as_happened(one) for one in sorted(events, key=_when) if one.at >= learner.began_at]


def _when(one: Accepted) -> datetime:
    return one.at


def _as_happened(one: Accepted) -> Happened:
    key, signal = int.from_bytes(one.video.bytes[8:], "little"), _SIGNALS[one.kind]
    return Happened(
        key, one.at.timestamp(), signal, one.watched_ms, one.duration_ms, one.replays, again=not one.is_new
    )
