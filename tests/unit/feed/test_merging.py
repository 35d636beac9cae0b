"""Many reports of a moment: in whatever order and batches they come, and however often, they come to the same."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.counting import plan_count_changes
from reelm.feed.merging import Batch, Before, Key, compare, merge
from reelm.feed.model import Ended, EventKind, WatchEvent
from reelm.feed.reports import as_reports
from reelm.feed.showings import ShowingKey
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KEY = ShowingKey(b"secret")
PEOPLE = (AccountId(UUID(int=11)), AccountId(UUID(int=12)), None)
CLIPS = tuple(VideoId(UUID(int=n)) for n in range(1, 4))
DURATIONS = dict.fromkeys(CLIPS[:2], 8000)


@st.composite
def _batches(draw: st.DrawFn) -> list[Batch]:
    """Showings of ours and made up ones, each told of by anybody."""
    made: list[Batch] = []
    for viewer in draw(st.lists(st.sampled_from(PEOPLE), max_size=6)):
        events: list[WatchEvent] = []
        for _ in range(draw(st.integers(0, 6))):
            video = draw(st.sampled_from(CLIPS))
            shown_to = draw(st.sampled_from(PEOPLE))
            shown_at = NOW - timedelta(minutes=draw(st.integers(1, 2)))
            ours = KEY.issue(shown_to, video, shown_at)
            showing = draw(st.sampled_from([ours, ImpressionId(UUID(int=99))]))
            kind = draw(st.sampled_from([EventKind.VIEW, EventKind.SHARE, EventKind.LIKE]))
            watched_ms, replays = draw(st.integers(0, 90_000)), draw(st.none() | st.integers(0, 20))
            events.append(WatchEvent(showing, video, kind, watched_ms, NOW, replays, draw(st.sampled_from(Ended))))
        made.append(Batch(events, viewer, NOW))
    return made


def _take_in(groups: list[list[Batch]]) -> tuple[dict[Key, tuple[int, int]], Counter[tuple[VideoId, str]]]:
    """What is stored after these groups, one after the other, and what the clips were counted."""
    stored: dict[Key, Before] = {}
    counts = Counter[tuple[VideoId, str]]()
    for group in groups:
        told, _ = merge(group, DURATIONS, KEY)
        news = compare(told, {key: stored[key] for key in told if key in stored})
        every = [*news.new, *(grown for grown, _ in news.grown)]
        for one in every:
            stored[one.impression, one.kind] = Before(one.watched_ms, one.replays, one.ended)
        changes = plan_count_changes(as_reports(every))
        for name, column in zip(changes._fields[1:], changes[1:], strict=True):
            counts.update({(video, name): int(one) for video, one in zip(changes.videos, column, strict=True)})
    return {key: (was.watched_ms, was.replays) for key, was in stored.items()}, counts


@given(_batches(), st.randoms())
def test_order_batches_and_repeats_change_nothing(batches: list[Batch], random: Random) -> None:
    together = _take_in([batches])
    alone = [[Batch([event], batch.viewer, NOW)] for batch in batches for event in batch.events]
    shuffled = alone * 2
    random.shuffle(shuffled)
    apart = _take_in(shuffled)
    assert apart[0] == together[0]
    assert apart[1] == together[1]


@given(_batches())
def test_known_is_only_what_was_shown_to_its_teller(batches: list[Batch]) -> None:
    told, counts = merge(batches, DURATIONS, KEY)
    for one in told.values():
        assert one.known is (KEY.read(one.impression, one.viewer, one.video) is not None)
        assert one.video in DURATIONS
        assert one.day == (NOW - timedelta(minutes=1)).date()
    assert counts == [len(merge([batch], DURATIONS, KEY)[0]) for batch in batches]


@given(_batches())
def test_what_is_known_already_is_no_news(batches: list[Batch]) -> None:
    told, _ = merge(batches, DURATIONS, KEY)
    before = {key: Before(one.watched_ms, one.replays, one.ended) for key, one in told.items()}
    news = compare(told, before)
    assert (news.new, news.grown) == ([], [])
    assert len(compare(told, {}).new) == len(told)


def test_how_it_ended_is_told_by_the_longest_report() -> None:
    showing = KEY.issue(None, CLIPS[0], NOW - timedelta(minutes=1))

    def tell(watched_ms: int, ended: Ended | None) -> WatchEvent:
        return WatchEvent(showing, CLIPS[0], EventKind.VIEW, watched_ms, NOW, 0, ended)

    def told(*events: WatchEvent) -> Ended | None:
        (one,) = merge([Batch(events, None, NOW)], DURATIONS, KEY)[0].values()
        return one.ended

    assert told(tell(500, Ended.LEFT), tell(8000, Ended.FINISHED), tell(700, Ended.SKIPPED)) is Ended.FINISHED
    assert told(tell(500, Ended.LEFT), tell(8000, None)) is Ended.LEFT
    assert told(tell(500, None)) is None
