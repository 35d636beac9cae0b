"""Footage of the sky: a sunrise over hills, an aurora over a lake."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Plane, Stage, clouds, ease, fade, glow, paint, ramp, rgb, smooth
from .strokes import Ink


def ridge(x: Plane, *, roughness: float, seed: int) -> Plane:
    """A skyline over `x`: summed octaves of sine with random phases, about -1..1, shape of `x`."""
    rng = np.random.default_rng(seed)
    height = np.zeros_like(x)
    for octave in range(7):
        wave = 1.9**octave
        phase = rng.uniform(0, 2 * np.pi)
        height += np.sin(x * wave * 1.3 + phase) * np.float32(roughness**octave)
    return (height * (1 - roughness)).astype(np.float32)


# Sunrise ------------------------------------------------------------------------------------------

# Colours at the first, middle and last moment, from the zenith down to the nearest hill.
DAWN = (
    ("#070B1E", "#1B2A55", "#3F6FA3"),
    ("#131A3C", "#4A3E78", "#86A3C4"),
    ("#2B2350", "#B0607A", "#F3C79A"),
    ("#4A2B52", "#F08A5B", "#FFE3A6"),
    ("#3A2A55", "#C9727C", "#F6C9A0"),
    ("#2A2350", "#965C7C", "#D89C90"),
    ("#1E1C45", "#63436F", "#9A6B85"),
    ("#151636", "#382C58", "#5C4670"),
    ("#0D1028", "#1C183A", "#2F264A"),
    ("#06070F", "#0B0A18", "#130F20"),
)
SKY_BANDS, HILLS = 4, 6


def _dawn_weights(stage: Stage) -> tuple[Floats, Plane]:
    """How much of each of DAWN's colours a pixel shows, (10, h, w), and how much sky is left, (h, w)."""
    bands = np.array([-1.8, -0.9, -0.2, 0.35], np.float32)
    rows = np.broadcast_to(stage.y, (stage.height, stage.width))
    sky = _soft_bands(rows, bands)
    weights = np.zeros((SKY_BANDS + HILLS, stage.height, stage.width), np.float32)
    weights[:SKY_BANDS] = sky
    open_sky = np.ones_like(rows)
    edge = 1.2 / stage.unit
    for k in range(HILLS):
        depth = k / (HILLS - 1)
        top = 0.22 + 0.26 * k + 0.03 * k * k * 0.5
        line = top - ridge(stage.x * (1.6 - 0.7 * depth), roughness=0.36 + 0.14 * depth, seed=40 + k) * (
            0.10 + 0.13 * depth
        )
        below = stage.y - line
        mask = smooth(-edge, edge, below)
        mist = smooth(0.02, 0.62, below) * (0.72 - 0.5 * depth)
        weights *= 1 - mask
        open_sky = open_sky * (1 - mask)
        weights[SKY_BANDS + k] += mask * (1 - mist)
        weights[SKY_BANDS + max(k - 1, 0) if k else 3] += mask * mist
    return weights, open_sky.astype(np.float32)


def _soft_bands(rows: Plane, bands: Floats) -> list[Plane]:
    """Weights that lead from one band to the next without a crease; they add up to 1."""
    steps = [smooth(float(low), float(high), rows) for low, high in itertools.pairwise(bands)]
    starts = [np.ones_like(rows), *steps]
    return [start - after for start, after in zip(starts, [*steps, np.zeros_like(rows)], strict=True)]


def sunrise(scale: float = 1.0) -> Film:
    """The sun coming up behind six layers of hills while mist drifts between them."""
    width, height = shrink(324, 576, scale)
    fps, seconds = 24, 6.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.5)
        weights, open_sky = _dawn_weights(stage)
        flat = weights.reshape(len(DAWN), -1)
        keys = np.stack([np.concatenate([rgb(c).reshape(1, 3) for c in row]) for row in DAWN], axis=1)
        fog = clouds(height // 2, width, slope=1.9, seed=11)
        fog_rows = slice(height - height // 2, height)
        fog_gain = smooth(1.9, 0.3, stage.y[fog_rows]) * smooth(0.0, 0.5, stage.y[fog_rows])
        stars = _stars(stage, 160, seed=4) * open_sky
        count = round(fps * seconds)
        for moment in range(count):
            t = moment / count
            colours = _between_keys(keys, 0.10 + 0.64 * ease(t))
            light = (colours.T @ flat).reshape(3, height, width)
            _add_sun(light, stage, open_sky, t)
            light += stars * max(0.0, 0.8 - 2.2 * t)
            drift = np.roll(fog, round(moment * width / 500), axis=1) * np.roll(fog, -round(moment * width / 900), 1)
            light[:, fog_rows] += (drift * fog_gain)[None] * (colours[3] * 0.34).reshape(3, 1, 1)
            yield stage.develop(light, moment, bloom=0.22)

    return Film(width, height, fps, seconds, draw, music.perform("sunrise"))


def _between_keys(keys: Floats, t: float) -> Floats:
    """Colours (10, 3) at time 0..1 from the three key moments (3, 10, 3)."""
    place = min(max(t, 0.0), 1.0) * 2
    first = min(int(place), 1)
    return keys[first] + (keys[first + 1] - keys[first]) * np.float32(place - first)


def _add_sun(light: Light, stage: Stage, open_sky: Plane, t: float) -> None:
    """Add the disc, hidden by the hills, and its glow, which is not."""
    centre_x, centre_y = 0.16, 0.52 - 0.78 * ease(t)
    dx, dy = stage.x - centre_x, stage.y - centre_y
    rise = ease(t * 1.6)
    near = fade(np.square(dy) / 0.05) * fade(np.square(dx) / 0.05)
    wide = fade(np.square(dy) / 0.35) * fade(np.square(dx) / 0.6)
    light += (near * rgb("#FFC069") * 0.9 + wide * rgb("#FF8A4C") * 0.34) * rise
    disc = smooth(0.150, 0.134, np.hypot(dx, dy)) * open_sky
    light += disc * rgb("#FFD58C") * 1.7


def _stars(stage: Stage, count: int, seed: int) -> Plane:
    """A plane of fixed stars, most of them faint."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, stage.width, count).astype(np.float32)
    y = rng.uniform(0, stage.height * 0.7, count).astype(np.float32)
    size = (rng.pareto(2.2, count) * 0.35 + 0.12).clip(0, 1.6).astype(np.float32)
    return Ink.at(x, y, (stage.height, stage.width)).sum(size)


# Aurora -------------------------------------------------------------------------------------------

SHORE = 0.86  # the waterline, in stage units below the middle


@dataclass(frozen=True)
class Curtain:
    """One fold of light: where its foot hangs, how tall it stands, how fast it wanders."""

    foot: float
    sway: float
    tall: float
    gain: float
    seed: int


CURTAINS = (
    Curtain(foot=0.40, sway=0.20, tall=0.62, gain=1.0, seed=3),
    Curtain(foot=0.02, sway=0.28, tall=0.85, gain=0.85, seed=8),
    Curtain(foot=-0.48, sway=0.22, tall=0.95, gain=0.5, seed=17),
)


def aurora(scale: float = 1.0) -> Film:
    """Three curtains of northern light over mountains and the lake that mirrors them; loops."""
    width, height = shrink(324, 576, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.45)
        shore = int((SHORE * stage.unit) + height / 2)
        sky_y = stage.y[:shore]
        palette = ramp([(0, "#9CFFC8"), (0.16, "#3DF0A0"), (0.42, "#1FA39A"), (0.72, "#5A4FC8"), (1, "#8A2F9E")])
        stars = _stars(stage, 420, seed=21)[:shore]
        twinkle = clouds(shore, width, slope=0.4, seed=5)
        peaks = 0.70 - ridge(stage.x * 1.7, roughness=0.5, seed=66) * 0.17
        land = smooth(-0.008, 0.008, sky_y - peaks)
        night = np.exp(-(SHORE - sky_y) / 0.9) * rgb("#1B4A5E") * 0.9 + rgb("#070C1C")
        count = round(fps * seconds)
        for moment in range(count):
            turn = 2 * np.pi * moment / count
            sky = night + np.zeros((3, shore, width), np.float32)
            sky += stars * (0.55 + 0.9 * np.roll(twinkle, moment, axis=1))
            for curtain in CURTAINS:
                sky += _curtain_light(stage.x, sky_y, curtain, turn, palette)
            sky = sky * (1 - land) + land * (rgb("#04070D") + 0.05 * glow(sky, stage.unit * 0.3, 8))
            light = np.empty((3, height, width), np.float32)
            light[:, :shore] = sky
            light[:, shore:] = _lake(sky, stage, shore, turn)
            yield stage.develop(light, moment, bloom=0.4, exposure=1.35)

    return Film(width, height, fps, seconds, draw, music.perform("aurora"))


def _curtain_light(x: Plane, y: Plane, curtain: Curtain, turn: float, palette: Floats) -> Light:
    """Light of one curtain over the sky: a sharp foot, rays above it, colour by height."""
    rng = np.random.default_rng(curtain.seed)
    p = rng.uniform(0, 2 * np.pi, 8)
    wander = (
        np.sin(x * 1.7 + p[0] + turn) + 0.5 * np.sin(x * 3.9 + p[1] - turn) + 0.22 * np.sin(x * 9 + p[2] + 2 * turn)
    )
    foot = curtain.foot + curtain.sway * wander
    rays = np.zeros_like(x)
    for k, wave in enumerate((7.0, 13.0, 23.0, 41.0)):
        shift = (1, -2, 2, -3)[k] * turn
        rays += np.sin(x * wave + 2.2 * wander + p[3 + k] + shift) / (1.2 + 0.5 * k)
    rays = np.square(0.5 + 0.5 * np.tanh(rays * 0.8)) * 0.93 + 0.07
    broad = 0.55 + 0.45 * np.sin(x * 1.3 + p[7] - turn)
    tall = curtain.tall * (0.45 + 0.55 * rays) * (0.7 + 0.3 * broad)
    above = (foot - y) / tall
    body = np.exp(-np.maximum(above, 0) * 2.4) * smooth(-0.07, 0.16, above)
    return paint(np.clip(above * 0.75, 0, 1), palette) * (body * rays * broad * curtain.gain * 1.15)


def _lake(sky: Light, stage: Stage, shore: int, turn: float) -> Light:
    """The sky upside down in rippling water, shape (3, height - shore, width)."""
    depth = np.arange(stage.height - shore, dtype=np.float32)
    far = depth / max(len(depth), 1)
    ripple = np.sin(depth * 0.9 / (0.3 + far) + 3 * turn) + np.sin(depth * 0.41 - 2 * turn)
    rows = np.clip(shore - 1 - depth * 1.55 - ripple * (0.6 + 4.0 * far), 0, shore - 1).astype(np.intp)
    mirror = sky[:, rows]
    mirror = 0.45 * mirror + 0.55 * glow(mirror, stage.unit * 0.035, 4)
    shine = (0.62 - 0.3 * far)[:, None] * (1 + 0.10 * ripple[:, None])
    return mirror * shine + rgb("#04080F") * 0.6
