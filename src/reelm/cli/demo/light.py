"""How a picture of light becomes a frame: planes, glow, colour, film development.

Pictures are linear light in channel-first float32 arrays; `Stage.develop` is the only way out of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

# Everything is float32 when it runs; the stubs of numpy say float64 whenever a Python float takes part.
Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Plane: TypeAlias = npt.NDArray[np.floating[Any]]  # (height, width)
Light: TypeAlias = npt.NDArray[np.floating[Any]]  # (3, height, width), linear, 0 = dark, 1 = full
Frame: TypeAlias = npt.NDArray[np.uint8]  # (height, width, 3), ready for rgb24


def rgb(code: str) -> Light:
    """A colour such as `"#FFB224"` as linear light, shape (3, 1, 1)."""
    parts = [int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    return np.square(np.array(parts, np.float32)).reshape(3, 1, 1)


def ramp(stops: Sequence[tuple[float, str]], steps: int = 256) -> Floats:
    """A palette of shape (3, steps) through `(position 0..1, colour)` stops, rounded so that no band shows."""
    at = np.linspace(0.0, 1.0, steps)
    places = [place for place, _ in stops]
    colours = np.concatenate([rgb(code).reshape(1, 3) for _, code in stops])
    rows = np.stack([np.interp(at, places, np.sqrt(colours[:, c])) for c in range(3)])
    soft = max(2, steps // 12)
    kernel = np.hanning(2 * soft + 1)[1:-1]
    padded = np.pad(rows, ((0, 0), (soft - 1, soft - 1)), mode="edge")
    rows = np.stack([np.convolve(row, kernel / kernel.sum(), mode="valid") for row in padded])
    return np.square(rows).astype(np.float32)


def paint(values: Plane, palette: Floats) -> Light:
    """Colour a plane of 0..1 values with a palette made by `ramp`."""
    last = palette.shape[1] - 1
    index = np.clip(values * last, 0, last).astype(np.intp)
    return np.stack([palette[c].take(index) for c in range(3)])


def smooth(low: float | Floats, high: float | Floats, values: Floats) -> Floats:
    """Hermite step: 0 below `low`, 1 above `high`, no corners between. `low` may exceed `high`."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return (t * t * (3.0 - 2.0 * t)).astype(np.float32, copy=False)


def fade(distance: Floats) -> Floats:
    """exp(-distance), and exactly 0 far away: subnormal numbers would slow every later step tenfold."""
    return np.where(distance < 20.0, np.exp(-np.minimum(distance, 20.0)), 0.0).astype(np.float32, copy=False)


def ease(t: float) -> float:
    """Hermite ease of a time 0..1, clamped."""
    t = min(max(t, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def clouds(height: int, width: int, *, slope: float, seed: int) -> Plane:
    """Periodic fractal noise in 0..1, by shaping white noise as 1/f^slope in the spectrum.

    A slope of 1.2 is rough, 2 is smoke, 3 is soft hills.
    """
    rng = np.random.default_rng(seed)
    fy = np.fft.fftfreq(height)[:, None] * height
    fx = np.fft.rfftfreq(width)[None, :] * width
    radius = np.hypot(fy, fx)
    radius[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / radius**slope
    spectrum[0, 0] = 0.0
    field = np.fft.irfft2(spectrum, s=(height, width))
    low, high = np.percentile(field, (1, 99))
    return np.clip((field - low) / (high - low), 0.0, 1.0).astype(np.float32)


@lru_cache(maxsize=64)
def spread(size: int, sigma: float, step: int) -> Floats:
    """The matrix (size, size // step) that enlarges a row by `step` while blurring it by `sigma` pixels."""
    coarse = -(-size // step)
    at = np.arange(size, dtype=np.float32)[:, None]
    centre = (np.arange(coarse, dtype=np.float32)[None, :] + 0.5) * step - 0.5
    weights = fade(0.5 * np.square((at - centre) / max(sigma, 0.6 * step)))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=64)
def gather(size: int, step: int) -> Floats:
    """The matrix (size // step, size) that shrinks a row by `step`, averaging."""
    coarse = -(-size // step)
    owner = np.arange(size) // step
    weights = (owner[None, :] == np.arange(coarse)[:, None]).astype(np.float32)
    return weights / weights.sum(axis=1, keepdims=True)


def glow(light: Floats, sigma: float, step: int = 6) -> Floats:
    """Blur of `sigma` pixels, computed on a grid `step` times coarser; takes (h, w) or (c, h, w)."""
    height, width = int(light.shape[-2]), int(light.shape[-1])
    rows: Floats = np.add.reduceat(light, np.arange(0, height, step), axis=-2)
    rows /= np.bincount(np.arange(height) // step).astype(np.float32)[:, None]
    small = rows @ gather(width, step).T
    return (spread(height, sigma, step) @ small) @ spread(width, sigma, step).T


def enlarge(light: Floats, height: int, width: int) -> Floats:
    """Resize (…, h, w) smoothly to (…, height, width) by cubic interpolation."""
    return _cubic(height, light.shape[-2]) @ light @ _cubic(width, light.shape[-1]).T


@lru_cache(maxsize=32)
def _cubic(size: int, source: int) -> Floats:
    """Catmull-Rom resampling matrix (size, source), edges clamped."""
    at = (np.arange(size) + 0.5) * source / size - 0.5
    first = np.floor(at).astype(int)
    t = at - first
    weights = (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )
    matrix = np.zeros((size, source), np.float32)
    for offset, weight in zip(range(-1, 3), weights, strict=True):
        np.add.at(matrix, (np.arange(size), np.clip(first + offset, 0, source - 1)), weight)
    return matrix


@dataclass(frozen=True)
class Stage:
    """The picture plane of one film: its size, its coordinates and its development.

    `x` runs from -1 to 1 across (shape (1, width)); `y` grows downwards in the same unit, 0 in the middle.
    `unit` is the number of pixels of one unit.
    """

    width: int
    height: int
    x: Plane
    y: Plane
    falloff: Plane
    dither: Plane

    @staticmethod
    def of(width: int, height: int, *, vignette: float = 0.55) -> "Stage":
        """A stage of `width` by `height` pixels; `vignette` 0 leaves the corners bright."""
        half = width / 2
        x = ((np.arange(width, dtype=np.float32) + 0.5) / half - 1.0)[None, :]
        y = ((np.arange(height, dtype=np.float32) + 0.5 - height / 2) / half)[:, None]
        radius = np.square(x) * 0.55 + np.square(y * width / height) * 0.75
        falloff = (1.0 - vignette * smooth(0.15, 1.35, radius)).astype(np.float32)
        dither = np.random.default_rng(7).random((height, width), np.float32)
        return Stage(width, height, x.astype(np.float32), y.astype(np.float32), falloff, dither)

    @property
    def unit(self) -> float:
        return self.width / 2

    def dark(self) -> Light:
        """An unlit picture."""
        return np.zeros((3, self.height, self.width), np.float32)

    def develop(self, light: Light, moment: int, *, bloom: float = 0.35, exposure: float = 1.25) -> Frame:
        """Finish a picture: bloom, vignette, a filmic shoulder, gamma, and dither against banding.

        `moment` is the frame's number; it only moves the dither. `light` is left alone.
        """
        if bloom > 0:
            light = light + bloom * glow(light, self.width * 0.05, max(2, self.width // 60))
        x = light * (self.falloff * -exposure)
        np.exp(x, out=x)
        np.subtract(1.0, x, out=x)
        np.sqrt(np.maximum(x, 0.0, out=x), out=x)
        x *= 254.0
        x += np.roll(self.dither, moment * 7919 % self.dither.size)
        frame = np.empty((self.height, self.width, 3), np.uint8)
        frame[...] = np.moveaxis(x, 0, 2)
        return frame
