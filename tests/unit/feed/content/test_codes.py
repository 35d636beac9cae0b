"""Numbers in bytes and back."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.content.codes import (
    LOOKS,
    LOOKS_BYTES,
    WIDTH,
    WORDS_BYTES,
    Numbers,
    at_length_one,
    count_unlike,
    decode_looks,
    decode_words,
    encode_looks,
    join,
    pack_words,
    read_signs,
)


def draw(seed: int, width: int, count: int = 50) -> Numbers:
    return at_length_one(np.random.default_rng(seed).normal(size=(count, width)))


@given(st.integers(0, 10_000))
def test_four_bits_keep_the_angles_between_captions(seed: int) -> None:
    vectors = draw(seed, WIDTH)
    codes = pack_words(vectors)
    assert codes.shape == (50, WORDS_BYTES)
    kept = decode_words(codes)
    assert np.abs(kept @ kept.T - vectors @ vectors.T).max() < 0.1
    assert (np.einsum("ij,ij->i", kept, vectors) > 0.96).all()


@given(st.integers(0, 10_000))
def test_a_byte_keeps_how_clips_look(seed: int) -> None:
    vectors = draw(seed, LOOKS)
    kept = decode_looks(encode_looks(vectors))
    assert encode_looks(vectors).shape == (50, LOOKS_BYTES)
    assert (np.einsum("ij,ij->i", kept, vectors) > 0.999).all()


def test_nothing_is_nothing() -> None:
    empty = np.frombuffer(join(None, None), np.uint8)[None]
    assert not decode_words(empty[:, :WORDS_BYTES]).any()
    assert not decode_looks(empty[:, WORDS_BYTES:]).any()
    assert not decode_looks(encode_looks(np.zeros((1, LOOKS), np.float32))).any()
    assert join(b"too short", None) == join(None, b"too short") == bytes(WORDS_BYTES + LOOKS_BYTES)


def test_the_nearer_two_captions_are_the_fewer_of_their_signs_differ() -> None:
    vectors = draw(1, WIDTH, 400)
    signs = read_signs(pack_words(vectors))
    unlike, near = count_unlike(signs, signs[:, 0]), vectors @ vectors[0]
    assert unlike[0] == 0
    assert count_unlike(signs, read_signs(pack_words(-vectors[:1]))[:, 0])[0] > 100  # what is 0 has one sign
    assert np.corrcoef(near[1:], unlike[1:])[0, 1] < -0.55
