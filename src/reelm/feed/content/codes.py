"""How is what a clip's caption and picture tell kept in 96 bytes? Pure.

What the caption tells is `WIDTH` numbers of four bits, two in a byte, the first in the lower half: -7 to 7, and 8
added; a half that is 0 tells nothing. How the clip looks is `LOOKS` numbers of a byte. Both are compared by their
angle, so their lengths are of no account.
"""

import math
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float32]
Codes = NDArray[np.uint8]
Signs = NDArray[np.uint64]

# What made the vectors; those of another name are made anew.
MODEL = "use-multilingual-3/pca128/thumbhash/1"
WIDTH, STEPS = 128, 7
LOOKS = 32
WORDS_BYTES, LOOKS_BYTES = WIDTH // 2, LOOKS
CONTENT_BYTES = WORDS_BYTES + LOOKS_BYTES
_NOTHING = 8
# The outermost step stands for 2.5 deviations of a number, which has been turned to be as large as any other.
_STEP = 2.5 / STEPS / math.sqrt(WIDTH)
# The upper bit of each half of eight bytes: the signs.
_UPPER = np.uint64(0x8888888888888888)


@cache
def read_axes() -> Numbers:
    """What `fitting.py` made for `MODEL`, [numbers of the encoder, `WIDTH`]."""
    with (resources.files("reelm.feed.content") / "axes.npy").open("rb") as file:
        return np.asarray(np.load(file), np.float32)


def encode_words(vectors: Numbers) -> Codes:
    """What the encoder says of captions [n, numbers of the encoder] as codes [n, `WORDS_BYTES`]."""
    return pack_words(at_length_one(vectors @ read_axes()))


def pack_words(told: Numbers) -> Codes:
    """[n, `WIDTH`] at length 1 → [n, `WORDS_BYTES`]."""
    steps = np.clip(np.rint(told / _STEP), -STEPS, STEPS).astype(np.int16) + _NOTHING
    return (steps[:, ::2] | steps[:, 1::2] << 4).astype(np.uint8)


def decode_words(codes: Codes) -> Numbers:
    """[n, `WORDS_BYTES`] → [n, `WIDTH`] at length 1; what tells nothing is 0 throughout."""
    return at_length_one(np.take(_pairs(), codes, axis=0).reshape(len(codes), WIDTH))


@cache
def _pairs() -> Numbers:
    """The two numbers of each byte, [256, 2]."""
    halves = np.stack([np.arange(256) & 15, np.arange(256) >> 4], axis=1)
    return np.where(halves, halves - _NOTHING, 0).astype(np.float32)


def read_signs(codes: Codes) -> Signs:
    """[n, `WORDS_BYTES`] → [2, n]: the signs of the numbers, a bit each.

    Vectors at an angle differ in the signs of a share of their numbers that grows with it (Charikar 2002).
    """
    words = np.ascontiguousarray(codes).view(np.uint64) & _UPPER
    parts = [words[:, at] >> np.uint64(at % 4) for at in range(words.shape[1])]
    return np.stack([parts[0] | parts[1] | parts[2] | parts[3], parts[4] | parts[5] | parts[6] | parts[7]])


def count_unlike(signs: Signs, one: Signs) -> NDArray[np.uint8]:
    """In how many signs each of [2, n] differs from `one` [2]."""
    return np.bitwise_count(signs[0] ^ one[0]) + np.bitwise_count(signs[1] ^ one[1])


def encode_looks(told: Numbers) -> Codes:
    """[n, `LOOKS`] → bytes [n, `LOOKS_BYTES`], each row by its largest number."""
    most = np.abs(told).max(axis=1, keepdims=True)
    return np.rint(told / np.where(most > 0, most, 1.0) * 127).astype(np.int8).view(np.uint8)


def decode_looks(codes: Codes) -> Numbers:
    """[n, `LOOKS_BYTES`] → [n, `LOOKS`] at length 1; what tells nothing is 0 throughout."""
    return at_length_one(np.ascontiguousarray(codes).view(np.int8).astype(np.float32))


def join(words: bytes | None, looks: bytes | None) -> bytes:
    """The `CONTENT_BYTES` of a clip; those of what is missing, or is not as long as it should be, are 0.

    >>> join(None, bytes([1] * LOOKS_BYTES)).count(0) == WORDS_BYTES
    True
    """
    parts = ((words, WORDS_BYTES), (looks, LOOKS_BYTES))
    return b"".join(part if part is not None and len(part) == size else bytes(size) for part, size in parts)


def at_length_one(vectors: NDArray[Any]) -> Numbers:
    """Rows of length 1; one of nothing but 0 stays so."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return np.asarray(vectors / np.where(length > 0, length, 1.0), np.float32)
