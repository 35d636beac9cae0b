"""What does a clip look like in 25 bytes, before its poster has arrived? ThumbHash.

The algorithm and its constants are Evan Wallace's (https://evanw.github.io/thumbhash/, MIT licence). Gives the
bytes of the reference, the `thumbhash` npm package 0.1.1, but where a term lies exactly between two steps.
"""

from collections.abc import Sequence
from functools import reduce
from math import cos, floor, pi
from operator import add


def encode_thumbhash(width: int, height: int, rgba: bytes) -> bytes:
    """The ThumbHash of an image of at most 100x100 pixels, `rgba` row by row, not premultiplied.

    Raises `ValueError` for a larger image or bytes that don't match the size.
    """
    if not (0 < width <= 100 and 0 < height <= 100 and len(rgba) == width * height * 4):
        raise ValueError(f"{width}x{height} with {len(rgba)} bytes is no image of at most 100x100")
    red, green, blue, alpha, has_alpha = _composite(rgba)
    most = 5 if has_alpha else 7
    lx = max(1, _round(most * width / max(width, height)))
    ly = max(1, _round(most * height / max(width, height)))
    planes = (
        ([(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)], max(3, lx), max(3, ly)),
        ([(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)], 3, 3),
        ([r - g for r, g in zip(red, green, strict=True)], 3, 3),
        *([(alpha, 5, 5)] if has_alpha else []),
    )
    (l_dc, l_ac, l_scale), (p_dc, p_ac, p_scale), (q_dc, q_ac, q_scale), *transparency = (
        _transform(plane, width, height, nx, ny) for plane, nx, ny in planes
    )
    wide = width > height
    head = _round(63 * l_dc) | _round(31.5 + 31.5 * p_dc) << 6 | _round(31.5 + 31.5 * q_dc) << 12
    head |= _round(31 * l_scale) << 18 | has_alpha << 23
    tail = (ly if wide else lx) | _round(63 * p_scale) << 3 | _round(63 * q_scale) << 9 | wide << 15
    hashed = bytearray(head.to_bytes(3, "little") + tail.to_bytes(2, "little"))
    varying = [*l_ac, *p_ac, *q_ac]
    for a_dc, a_ac, a_scale in transparency:
        hashed.append(_round(15 * a_dc) | _round(15 * a_scale) << 4)
        varying += a_ac
    nibbles = [_round(15 * factor) for factor in varying]
    for low, high in zip(nibbles[::2], [*nibbles[1::2], 0], strict=False):
        hashed.append(low | high << 4)
    return bytes(hashed)


def _composite(rgba: bytes) -> tuple[list[float], list[float], list[float], list[float], bool]:
    """The colours from 0 to 1, laid over the average colour where they are transparent."""
    alpha = [a / 255 for a in rgba[3::4]]
    total = _add(alpha)
    laid: list[list[float]] = []
    for at in range(3):
        plane = rgba[at::4]
        average = _add([a / 255 * value for a, value in zip(alpha, plane, strict=True)]) / (total or 1)
        laid.append([average * (1 - a) + a / 255 * value for a, value in zip(alpha, plane, strict=True)])
    return laid[0], laid[1], laid[2], alpha, total < len(alpha)


def _transform(plane: Sequence[float], width: int, height: int, nx: int, ny: int) -> tuple[float, list[float], float]:
    """A plane's constant term, its varying terms brought to 0..1, and the scale that undoes that."""
    across = [[cos(pi / width * cx * (x + 0.5)) for x in range(width)] for cx in range(nx)]
    constant, varying = 0.0, list[float]()
    for cy in range(ny):
        down = [cos(pi / height * cy * (y + 0.5)) for y in range(height) for _ in range(width)]
        for cx in range(nx):
            if cx * ny >= nx * (ny - cy):
                break
            waves = across[cx] * height
            factor = _add([value * x * y for value, x, y in zip(plane, waves, down, strict=True)]) / (width * height)
            if cx or cy:
                varying.append(factor)
            else:
                constant = factor
    scale = max(map(abs, varying), default=0.0)
    if scale:
        varying = [0.5 + 0.5 / scale * factor for factor in varying]
    return constant, varying, scale


def _add(values: Sequence[float]) -> float:
    """Added one by one, as the reference does: `sum` rounds differently from Python to Python."""
    return reduce(add, values, 0.0)


def _round(value: float) -> int:
    """JavaScript's Math.round: halves go up."""
    return floor(value + 0.5)
