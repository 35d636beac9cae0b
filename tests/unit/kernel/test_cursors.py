"""Cursors: what goes in comes out, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.kernel.cursors import CursorKey, CursorNotOurs

KEY = CursorKey(b"a secret")
POSITIONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner, max_size=4)
)


@given(st.text(max_size=20), POSITIONS)
def test_a_sealed_position_opens_to_itself(listing: str, position: object) -> None:
    cursor = KEY.seal(listing, position)
    assert cursor.isascii()
    assert KEY.open(listing, cursor) == position


@given(st.text(max_size=200))
def test_what_was_not_sealed_never_opens(cursor: str) -> None:
    with pytest.raises(CursorNotOurs):
        KEY.open("feed", cursor)


@given(POSITIONS, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_never_opens(position: object, at: int, flip: int) -> None:
    cursor = KEY.seal("feed", position)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    at %= len(cursor) - 1  # the last letter may carry bits that are not used
    other = letters[(letters.index(cursor[at]) + flip % 63 + 1) % 64]
    with pytest.raises(CursorNotOurs):
        KEY.open("feed", cursor[:at] + other + cursor[at + 1 :])


def test_a_cursor_is_of_one_list_and_one_realm() -> None:
    cursor = KEY.seal("feed", 1)
    for key, listing in ((KEY, "comments"), (CursorKey(b"another secret"), "feed")):
        with pytest.raises(CursorNotOurs):
            key.open(listing, cursor)
