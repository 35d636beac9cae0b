"""A thousand accounts made for it raise a clip by the bound in `docs/reference/events.md`, and forgeries by nothing.

Reports go the whole way that the server takes them: judged, merged, compared with what was stored, tallied, ranked.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from tests.unit.feed.worlds import NOW_S, clip

from reelm.feed.catalogue import Catalogue, Tally
from reelm.feed.merging import Batch, Before, Key, compare, merge
from reelm.feed.model import Ended, EventKind, WatchEvent
from reelm.feed.reports import as_reports
from reelm.feed.shelves import stock
from reelm.feed.showings import ShowingKey
from reelm.feed.tallying import LEAST_TRUST, plan_tallies, trust_in
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEY, RAISED, LASTS_MS = ShowingKey(b"secret"), VideoId(UUID(int=5)), 8000
ACCOUNTS = 1000
BOUND = ACCOUNTS * LEAST_TRUST
EVERYTHING = (EventKind.VIEW, EventKind.LIKE, EventKind.SHARE, EventKind.COMMENT)


def _acts(showing: ImpressionId, kinds: Iterable[EventKind]) -> list[WatchEvent]:
    return [WatchEvent(showing, RAISED, kind, LASTS_MS, NOW, 0, Ended.FINISHED) for kind in kinds]


def _tally(batches: list[Batch], *, joined: timedelta, times: int = 1) -> Tally:
    """What the clip's tally is after these batches have come so often, told by accounts so old."""
    stored: dict[Key, Before] = {}
    sum_ = np.zeros(len(Tally._fields))
    for _ in range(times):
        told, _ = merge(batches, {RAISED: LASTS_MS}, KEY)
        news = compare(told, {key: stored[key] for key in told if key in stored})
        every = [*news.new, *(grown for grown, _ in news.grown)]
        for one in every:
            stored[one.impression, one.kind] = Before(one.watched_ms, one.replays, one.ended)
        reports = as_reports(every)
        trust = np.full(len(every), trust_in(joined))
        sum_ += plan_tallies(reports, trust).numbers.sum(axis=0)
    return Tally(*sum_.tolist())


def _crowd(number: int, kinds: Iterable[EventKind], *, shown_to: AccountId | None = None) -> list[Batch]:
    """So many accounts tell what they did under a showing: their own, or one that was made for somebody else."""
    people = [AccountId(UUID(int=1000 + n)) for n in range(number)]
    at = NOW - timedelta(minutes=1)
    return [Batch(_acts(KEY.issue(shown_to or one, RAISED, at), kinds), one, NOW) for one in people]


def test_a_thousand_fresh_accounts_count_as_fifty_people_whatever_they_tell_and_however_often() -> None:
    raised = _tally(_crowd(ACCOUNTS, EVERYTHING), joined=timedelta(hours=1), times=3)
    for name in ("views", "completions", "likes", "shares", "comments"):
        assert getattr(raised, name) <= BOUND + 1e-9
    assert round(raised.likes, 6) == BOUND == 50


def test_showings_that_are_forged_or_somebody_elses_count_nothing() -> None:
    nothing = Tally()
    stolen = _crowd(ACCOUNTS, EVERYTHING, shown_to=AccountId(UUID(int=7)))
    made_up = [
        Batch(_acts(ImpressionId(UUID(int=n)), EVERYTHING), AccountId(UUID(int=1000 + n)), NOW)
        for n in range(ACCOUNTS)
    ]
    for batches in (stolen, made_up):
        assert _tally(batches, joined=timedelta(days=400)) == nothing


def test_they_raise_it_no_higher_than_fifty_people_would_and_past_no_clip_that_more_people_took_to() -> None:
    """Hundreds of clips of the same age that 0 to 399 people watched and liked as they did: it stands where 50 do."""
    others = 400
    catalogue = Catalogue()
    rows = catalogue.add([clip(n, author=n, age_h=5) for n in range(others + 1)])
    people = np.arange(others, dtype=np.float32)
    honest = np.zeros((others, len(Tally._fields)), np.float32)
    for name in ("views", "completions", "likes"):
        honest[:, Tally._fields.index(name)] = people
    catalogue.tally[rows[:others]] = honest
    catalogue.tally[rows[others]] = _tally(_crowd(ACCOUNTS, EVERYTHING[:2]), joined=timedelta(hours=1))
    catalogue.tally[rows[others], Tally._fields.index("shown")] = 0  # how often it was shown ranks nothing here
    heat = catalogue.tally[rows, 1] + 2 * catalogue.tally[rows, 2]
    catalogue.heat[rows] = catalogue.heat_now[rows] = heat
    standing = np.argsort(-stock(catalogue, NOW_S).quality[rows] - 0.25 * np.log1p(heat), kind="stable").tolist()
    place = standing.index(others)
    assert place >= np.count_nonzero(people > BOUND)
    assert {one for one in standing[:place] if one < others} >= set(range(int(BOUND) + 1, others))
    popular = stock(catalogue, NOW_S).popular[-1].tolist()
    assert popular.index(int(rows[others])) >= others - BOUND - 1 - 1
