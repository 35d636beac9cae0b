"""How a clip looks, out of what stands for its poster until that has come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.content.codes import LOOKS_BYTES, Numbers, decode_looks
from reelm.feed.content.looks import describe_looks
from reelm.media.thumbhash import encode_thumbhash

WIDTH, HEIGHT = 36, 64


def picture(seed: int) -> Numbers:
    """Blurred blots of colour, [height, width, colours], 0 to 255."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    out = np.full((HEIGHT, WIDTH, 3), rng.uniform(40, 200, 3), np.float32)
    for _ in range(5):
        y, x, size = rng.uniform(0, HEIGHT), rng.uniform(0, WIDTH), rng.uniform(5, 20)
        blot = np.exp(-((down - y) ** 2 + (across - x) ** 2) / 2 / size**2)
        out += blot[..., None] * rng.uniform(-160, 160, 3)
    return np.clip(out, 0, 255).astype(np.float32)


def look(pixels: Numbers) -> Numbers:
    height, width, _ = pixels.shape
    rgba = np.dstack([np.clip(pixels, 0, 255), np.full((height, width), 255)]).astype(np.uint8)
    told = describe_looks(encode_thumbhash(width, height, rgba.tobytes()))
    assert told is not None
    return decode_looks(np.frombuffer(told, np.uint8)[None])[0]


def change_in(way: str, pixels: Numbers) -> Numbers:
    if way == "worse":
        return pixels + np.random.default_rng(1).normal(0, 12, pixels.shape).astype(np.float32)
    if way == "brighter":
        return pixels * np.float32(1.1) + np.float32(8)
    return pixels[:, ::-1] if way == "mirrored" else pixels[::2, ::2]


@pytest.mark.parametrize("way", ["worse", "brighter", "mirrored", "smaller"])
def test_the_same_picture_is_nearest_to_itself_however_it_was_made_again(way: str) -> None:
    pictures = [picture(seed) for seed in range(40)]
    whole = np.array([look(one) for one in pictures])
    near = np.array([look(change_in(way, one)) for one in pictures]) @ whole.T
    assert (near.argmax(axis=1) == np.arange(40)).mean() > 0.95
    assert near.diagonal().min() > 0.85


@given(st.binary(max_size=40))
def test_what_is_no_thumbhash_looks_like_nothing(junk: bytes) -> None:
    told = describe_looks(junk)
    assert told is None or len(told) == LOOKS_BYTES


def test_without_a_poster_there_is_nothing_to_tell() -> None:
    assert describe_looks(None) is None
    assert describe_looks(b"thumbhash") is None
