"""What is kept of a person, and what it forgets."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.feed.worlds import key, watched

from reelm.feed.state import BEST, HAPPENED, LAST, Happened, SeenFilter, Signal, State, decode, encode, fold, value_of


def test_what_is_kept_is_read_back_as_it_was() -> None:
    state = fold(State(), [watched(n, share=n % 3 / 2) for n in range(250)])
    again = decode(encode(state))
    assert np.array_equal(again.last, state.last)
    assert np.array_equal(again.best, state.best)
    assert again.seen == state.seen
    assert len(state.last) == LAST


def test_garbage_is_nobodys_state() -> None:
    whole = encode(fold(State(), [watched(1)]))
    for data in (None, b"", b"x", whole[:-1], whole + b"x", b"\xff" * 200):
        assert len(decode(data).last) == 0


def test_a_later_report_of_a_showing_takes_the_place_of_the_one_before() -> None:
    state = fold(State(), [watched(1, share=0.1), watched(2)])
    state = fold(state, [watched(1, share=1.0)._replace(again=True)])
    assert [(one["key"], one["value"]) for one in state.last] == [(key(1), 1.0), (key(2), 1.0)]


def test_what_was_liked_is_kept_longer_than_what_was_not() -> None:
    state = fold(State(), [watched(n, share=n % 2) for n in range(LAST * 2)])
    assert {one["value"] for one in state.best} == {1.0}
    state = fold(state, [watched(n) for n in range(1000, 1000 + BEST * 2)])
    assert len(state.best) == BEST


@given(st.lists(st.integers(0, 2**64 - 1), max_size=200))
def test_whatever_was_seen_is_known_as_seen(keys: list[int]) -> None:
    assert SeenFilter().add(np.array(keys, np.uint64)).has(np.array(keys, np.uint64)).all()


def test_few_clips_are_wrongly_thought_seen_however_many_were() -> None:
    rng = np.random.default_rng(1)
    seen, new = (rng.integers(0, 2**64, 20_000, dtype=np.uint64) for _ in range(2))
    known = SeenFilter().add(seen)
    assert known.has(seen[-6000:]).all()
    assert known.has(new).mean() < 0.03
    assert len(known.bits) + len(known.older) == 16_384


def _say(*events: Happened) -> list[float]:
    return value_of(np.array(list(events), HAPPENED)).tolist()


def test_acts_say_more_than_watching_and_refusals_say_it_strongest() -> None:
    acts = {signal: _say(Happened(1, 0.0, signal))[0] for signal in Signal if signal is not Signal.VIEW}
    (best_view, skip) = _say(watched(1)._replace(replays=9), watched(1, share=0.01))
    assert min(acts[Signal.LIKE], acts[Signal.SHARE], acts[Signal.FOLLOW]) >= best_view
    assert acts[Signal.REPORT] < acts[Signal.REFUSE] < skip


def test_a_clip_that_is_reported_often_is_seen_once() -> None:
    state = State()
    for _ in range(50):
        state = fold(state, [watched(1)._replace(again=True), watched(2)._replace(again=True)])
    assert (state.count_seen, len(state.last)) == (2, 2)
