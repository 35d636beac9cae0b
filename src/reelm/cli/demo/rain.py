"""Footage of rain on a window, with a city out of focus behind it."""

from collections.abc import Iterator

import numpy as np

from . import music
from .film import Film, shrink
from .light import Frame, Light, Stage, clouds, fade, glow, rgb, smooth
from .strokes import sample

LAMPS = ("#FFB224", "#FF8A3C", "#FF4D4D", "#FFD9A0", "#3DD6C4", "#5B7BFF", "#FF5FA2", "#FFE9C9")


class Pane:
    """A wet window: for each pixel, how much drop is there and which way it bends the light."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.bend = np.zeros((2, stage.height, stage.width), np.float32)
        self.cover = np.zeros((stage.height, stage.width), np.float32)
        self._rng = np.random.default_rng(seed)
        rng = self._rng
        for _ in range(430):
            size = float(np.clip(rng.lognormal(-3.75, 0.62), 0.010, 0.115))
            self.stamp(float(rng.uniform(-1, 1)), float(rng.uniform(-1.78, 1.78)), size)

    def stamp(self, x: float, y: float, size: float, tall: float = 1.0) -> None:
        """Put a round drop of `size` units there, over whatever is below it."""
        stage = self.stage
        reach = size * max(tall, 1.0) * 1.2
        left, right = _span(x, reach, stage.unit, stage.width)
        top, bottom = _span(y, reach, stage.unit, stage.height)
        if left >= right or top >= bottom:
            return
        window = slice(top, bottom), slice(left, right)
        u = (stage.x[:, left:right] - x) / size
        v = (stage.y[top:bottom] - y) / (size * tall)
        v = np.where(v < 0, v * 0.82, v)
        radius = np.hypot(u, v)
        mask = smooth(1.0, 1.0 - min(0.6, 2.0 / (size * stage.unit)), radius)
        lens = radius * radius
        self.bend[0][window] = self.bend[0][window] * (1 - mask) + u * lens * mask
        self.bend[1][window] = self.bend[1][window] * (1 - mask) + v * lens * mask
        self.cover[window] = np.maximum(self.cover[window] * (1 - mask), mask)

    def wipe(self, x: float, y0: float, y1: float, size: float) -> None:
        """Clear the path of a running drop."""
        left, right = _span(x, size, self.stage.unit, self.stage.width)
        top, _ = _span(y0, 0, self.stage.unit, self.stage.height)
        _, bottom = _span(y1, 0, self.stage.unit, self.stage.height)
        keep = smooth(0.55, 1.0, np.abs(self.stage.x[:, left:right] - x) / size)
        self.cover[top:bottom, left:right] *= keep
        self.bend[:, top:bottom, left:right] *= keep


def _span(centre: float, reach: float, unit: float, size: int) -> tuple[int, int]:
    """First and past-the-last pixel of `centre` ± `reach` units on an axis of `size` pixels."""
    low = int(np.floor((centre - reach) * unit + size / 2))
    high = int(np.ceil((centre + reach) * unit + size / 2)) + 1
    return max(low, 0), min(high, size)


def rain(scale: float = 1.0) -> Film:
    """City lights out of focus behind a window that the rain runs down."""
    width, height = shrink(360, 640, scale)
    fps, seconds = 24, 9.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.6)
        bokeh = Bokeh(stage, seed=19)
        pane = Pane(stage, seed=23)
        rng = np.random.default_rng(6)
        runs = [
            [
                float(rng.uniform(-0.95, 0.95)),
                float(rng.uniform(-2.6, 1.2)),
                float(rng.uniform(0.04, 0.08)),
                float(rng.uniform(0, 6)),
            ]
            for _ in range(15)
        ]
        for moment in range(round(fps * seconds)):
            backdrop = bokeh.at(moment / fps)
            live = Pane.__new__(Pane)
            for run in runs:
                _slide(run, pane, moment / fps, 1 / fps, rng)
            live.stage, live.bend, live.cover = stage, pane.bend.copy(), pane.cover.copy()
            for x, y, size, _ in runs:
                live.stamp(x, y, size, 1.45)
            yield stage.develop(_through(live, backdrop, stage), moment, bloom=0.4, exposure=1.35)

    return Film(width, height, fps, seconds, draw, music.perform("rain"))


def _slide(run: list[float], pane: Pane, at: float, dt: float, rng: np.random.Generator) -> None:
    """Move one running drop: it sticks and slips, wipes its path and leaves beads behind."""
    x, y, size, phase = run
    pace = size * 9.0 * max(0.05, 0.55 + float(np.sin(at * 1.9 + phase)) + 0.4 * float(np.sin(at * 4.1 + 2 * phase)))
    below = y + pace * dt
    pane.wipe(x, y - size * 0.3, below, size * 0.95)
    if rng.random() < pace * dt / (size * 1.3):
        pane.stamp(x + float(rng.normal(0, size * 0.18)), y - size * 1.5, size * float(rng.uniform(0.16, 0.36)), 1.2)
    run[0] = x + float(rng.normal(0, 0.0016))
    run[1] = below
    if below > 1.9:
        run[:] = [
            float(rng.uniform(-0.95, 0.95)),
            -1.9 - float(rng.uniform(0, 0.5)),
            float(rng.uniform(0.04, 0.08)),
            phase,
        ]


def _through(pane: Pane, backdrop: Light, stage: Stage) -> Light:
    """The backdrop seen through misted glass, and upside down and sharper through each drop."""
    height, width = pane.cover.shape
    haze = glow(backdrop, stage.unit * 0.06, 4)
    light = haze * 0.66 + backdrop * 0.20 + rgb("#1A2A3A") * 0.06
    wet = np.flatnonzero(pane.cover.ravel() > 0.02)
    y, x = wet // width, wet % width
    bend = pane.bend.reshape(2, -1)[:, wet]
    far = np.float32(0.62 * stage.unit)
    seen_x = np.clip(x - bend[0] * far, 0, width - 2).astype(np.float32)
    seen_y = np.clip(y - bend[1] * far, 0, height - 2).astype(np.float32)
    image = sample(backdrop, seen_x, seen_y)
    radius = np.minimum(np.hypot(bend[0], bend[1]), 1.0)
    image *= 1.7 - 1.35 * radius**3
    image += np.clip(-bend[1] * 1.2 - bend[0] * 0.5 - 0.42, 0, 1) * 0.5 * rgb("#C9DCF2").reshape(3, 1)
    cover = pane.cover.ravel()[wet]
    flat = light.reshape(3, -1)
    flat[:, wet] += (image - flat[:, wet]) * cover
    return light


class Bokeh:
    """Out-of-focus lamps: soft discs with a brighter rim, some of which change or drift."""

    def __init__(self, stage: Stage, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.base = (
            rgb("#070B16")
            + smooth(1.9, -0.6, stage.y) * smooth(-1.9, 0.2, stage.y) * rgb("#1C2B4A") * 0.6
            + stage.dark()
        )
        self.groups = np.zeros((6, 3, stage.height, stage.width), np.float32)
        for k in range(58):
            x, y = float(rng.uniform(-1.1, 1.1)), float(np.clip(rng.normal(0.15, 0.85), -1.75, 1.75))
            size = float(rng.uniform(0.07, 0.19))
            apart = np.hypot(stage.x - x, stage.y - y) / size
            disc = smooth(1.04, 0.94, apart) * (0.55 + 0.45 * smooth(0.5, 1.0, apart))
            tint = rgb(LAMPS[int(rng.integers(len(LAMPS)))])
            self.groups[k % 6] += disc * tint * float(rng.uniform(0.08, 0.42)) * (0.10 / size) ** 0.6
        self.flat = self.groups.reshape(6, -1)
        self.phase = rng.uniform(0, 6.28, 6)
        self.signal = smooth(1.03, 0.94, np.hypot(stage.x + 0.38, stage.y - 0.35) / 0.17)
        self.shape = stage.dark().shape

    def at(self, seconds: float) -> Light:
        """The lamps at that second; the signal on the left turns from red to green."""
        gain = (0.85 + 0.3 * np.sin(seconds * np.array([0.7, 1.1, 0.5, 1.6, 0.9, 0.4]) + self.phase)).astype(
            np.float32
        )
        light = self.base + (gain @ self.flat).reshape(self.shape)
        green = smooth(0.45, 0.55, np.array([seconds / 9.0], np.float32))[0]
        return light + self.signal * (rgb("#FF3B3B") * (1 - green) + rgb("#2EE6A8") * green) * 0.8
