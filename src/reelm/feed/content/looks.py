"""How does a clip look? As its ThumbHash tells: the colour layout of its poster, read back. Pure.

A ThumbHash holds the low cosine terms of brightness and of two differences of colour, as the colour layout descriptor
of MPEG-7 does (ISO/IEC 15938-3, 8.6). The media worker makes one of every poster, and copies of other realms' clips
come with theirs, so nothing is decoded again. What a mirror changes, the sign of terms that are odd across, is left
out: clips are posted again mirrored.
"""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from reelm.feed.content.codes import LOOKS, encode_looks

_Terms = dict[tuple[int, int], float]
# Across and down.
_BRIGHTNESS = (
    *((across, down) for down in range(5) for across in range(5) if 0 < across + down <= 4),
    *((5, 0), (0, 5), (6, 0), (0, 6)),
)
_COLOUR = tuple((across, down) for down in range(3) for across in range(3) if across + down <= 2)
# How bright a picture is as a whole says little; nor does whether it is upright.
_MEAN_COUNTS, _SHAPE_COUNTS = 0.5, 1 / 16
assert len(_BRIGHTNESS) + 2 * len(_COLOUR) + 2 == LOOKS


def describe_looks(thumbhash: bytes | None) -> bytes | None:
    """The `LOOKS_BYTES` of a picture; `None` without one, and for what is no ThumbHash."""
    if thumbhash is None or len(thumbhash) < 5:
        return None
    try:
        told = _read(thumbhash)
    except StopIteration:
        return None
    return encode_looks(np.array([told], np.float32))[0].tobytes()


def _read(hashed: bytes) -> list[float]:
    """Raises `StopIteration` where the bytes end too soon."""
    head, tail = int.from_bytes(hashed[:3], "little"), int.from_bytes(hashed[3:5], "little")
    other, wide, has_alpha = max(3, tail & 7), bool(tail >> 15), bool(head >> 23)
    long = 5 if has_alpha else 7
    size = (long, other) if wide else (other, long)
    factors = chain.from_iterable((byte & 15, byte >> 4) for byte in hashed[6 if has_alpha else 5 :])
    brightness = _terms(factors, *size, (head >> 18 & 31) / 31)
    yellow_blue = _terms(factors, 3, 3, (tail >> 3 & 63) / 63) | {(0, 0): (head >> 6 & 63) / 31.5 - 1}
    red_green = _terms(factors, 3, 3, (tail >> 9 & 63) / 63) | {(0, 0): (head >> 12 & 63) / 31.5 - 1}
    return [
        ((head & 63) / 63 - 0.5) * _MEAN_COUNTS,
        *(_mirrored(brightness, place) for place in _BRIGHTNESS),
        *(_mirrored(yellow_blue, place) for place in _COLOUR),
        *(_mirrored(red_green, place) for place in _COLOUR),
        (size[0] - size[1]) * _SHAPE_COUNTS,
    ]


def _terms(factors: Iterator[int], nx: int, ny: int, scale: float) -> _Terms:
    places = [(cx, cy) for cy in range(ny) for cx in range(nx) if (cx or cy) and cx * ny < nx * (ny - cy)]
    return {place: (next(factors) / 15 * 2 - 1) * scale for place in places}


def _mirrored(terms: _Terms, place: tuple[int, int]) -> float:
    value = terms.get(place, 0.0)
    return abs(value) if place[0] % 2 else value
