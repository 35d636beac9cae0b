"""What a caption is about, in whichever words and language."""

import hashlib
import subprocess
import sys
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.feed.content.captions import ENGLISH, TOPICS

from reelm.feed.content.codes import WIDTH, WORDS_BYTES, Numbers, decode_words, read_axes
from reelm.feed.content.words import describe_captions, read_caption

Places = NDArray[Any]
CAPTIONS = tuple(chain.from_iterable(TOPICS.values()))
OF_TOPIC = np.repeat(np.arange(len(TOPICS)), [len(captions) for captions in TOPICS.values()])
IS_ENGLISH = np.concatenate([np.arange(len(captions)) < ENGLISH for captions in TOPICS.values()])


def decode(codes: list[bytes | None]) -> Numbers:
    return decode_words(
        np.frombuffer(b"".join(code or bytes(WORDS_BYTES) for code in codes), np.uint8).reshape(-1, WORDS_BYTES)
    )


def by_letters(captions: tuple[str, ...]) -> Numbers:
    """What it takes to be worth anything: three letters and more in a row, hashed."""
    out = np.zeros((len(captions), WIDTH), np.float32)
    for row, caption in enumerate(captions):
        for at in range(len(caption) - 3):
            place = int.from_bytes(hashlib.sha256(caption[at : at + 4].lower().encode()).digest()[:2], "little")
            out[row, place % WIDTH] += 1.0
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def how_often_nearer(vectors: Numbers, of: Places, to: Places) -> float:
    """How often one of the same topic is nearer than one of another: 0.5 is chance."""
    near, same = vectors[of] @ vectors[to].T, OF_TOPIC[of][:, None] == OF_TOPIC[to]
    own = of[:, None] == to
    shares = np.zeros(len(of))
    for at, row in enumerate(near):
        shares[at] = (row[same[at] & ~own[at]][:, None] > row[~same[at]]).mean()
    return float(shares.mean())


@pytest.mark.parametrize(
    ("of", "to", "least"),
    [(IS_ENGLISH, IS_ENGLISH, 0.85), (~IS_ENGLISH, ~IS_ENGLISH, 0.77), (IS_ENGLISH, ~IS_ENGLISH, 0.82)],
    ids=["English", "French", "across"],
)
def test_a_caption_is_nearer_to_its_own_topic_than_to_others(of: Places, to: Places, least: float) -> None:
    rows, others = np.flatnonzero(of), np.flatnonzero(to)
    nearer = how_often_nearer(decode(describe_captions(CAPTIONS)), rows, others)
    assert nearer > least
    assert nearer > how_often_nearer(by_letters(CAPTIONS), rows, others) + 0.2


def test_hashtags_are_read_as_words_and_addresses_and_names_not_at_all() -> None:
    assert read_caption("#homeMadeBread @ana https://example.org/cats so good") == "home Made Bread so good"
    plain, tagged = decode(describe_captions(["onion soup for dinner", "#onion_soup for #dinner @ana"]))
    assert plain @ tagged > 0.9


def test_a_caption_that_says_nothing_has_no_code() -> None:
    assert describe_captions(["", "🔥🔥🔥", "@ana @ben", "…"]) == [None] * 4
    assert describe_captions([]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_whatever_stands_in_a_caption_has_a_code_or_none(captions: list[str]) -> None:
    codes = describe_captions([caption.replace("\0", "") for caption in captions])
    assert len(codes) == len(captions)
    assert all(code is None or len(code) == WORDS_BYTES for code in codes)


def test_the_same_caption_has_the_same_code_whatever_it_stands_beside() -> None:
    alone, together = describe_captions(["onion soup"])[0], describe_captions([*CAPTIONS[:40], "onion soup"])[-1]
    assert decode([alone])[0] @ decode([together])[0] > 0.99


def test_no_connection_is_opened_for_it() -> None:
    """In a process where none can be opened once the modules are in."""
    script = (
        "import socket\n"
        "from reelm.feed.content.words import describe_captions\n"
        "def refuse(*_, **__): raise AssertionError('a connection')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "assert describe_captions(['onion soup'])[0]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_the_axes_are_those_that_codes_were_made_with() -> None:
    assert read_axes().shape == (512, WIDTH)
    assert np.linalg.matrix_rank(read_axes()) == WIDTH
