"""Footage of rain on a window, with a city out of focus behind it."""

from collections.abc import Iterable, Iterator

import numpy as np

from . import music
from .film import Film, shrink
from .light import Frame, Light, Stage, glow, rgb, smooth
from .strokes import sample

SECONDS = 8.0
LAMPS = ("#FFB224", "#FF8A3C", "#FF4D4D", "#FFD9A0", "#3DD6C4", "#5B7BFF", "#FF5FA2", "#FFE9C9")


Drop = tuple[float, float, float]  # x, y, size in stage units


class Pane:
    """A wet window: for each pixel, how much drop is there and which way it bends the light."""

    def __init__(self, stage: Stage, drops: Iterable[Drop] = ()) -> None:
        self.stage = stage
        self.bend = np.zeros((2, stage.height, stage.width), np.float32)
        self.cover = np.zeros((stage.height, stage.width), np.float32)
        self.drops: list[Drop] = []
        for drop in drops:
            self.stamp(*drop)

    def copy(self) -> "Pane":
        """The same pane, to be drawn on without changing this one."""
        twin = Pane(self.stage)
        twin.bend, twin.cover, twin.drops = self.bend.copy(), self.cover.copy(), list(self.drops)
        return twin

    def stamp(self, x: float, y: float, size: float, tall: float = 1.0) -> None:
        """Put a drop of `size` units there, over whatever is below it."""
        self._mark(x, y, size, tall, wet=True)
        self.drops.append((x, y, size))

    def absorb(self, x: float, y: float, size: float) -> None:
        """Take away the drops that a running drop of `size` touches there."""
        rest: list[Drop] = []
        for drop in self.drops:
            if np.hypot(drop[0] - x, drop[1] - y) < 0.9 * size + 0.7 * drop[2]:
                self._mark(drop[0], drop[1], drop[2] * 1.12, 1.2, wet=False)
            else:
                rest.append(drop)
        self.drops = rest

    def _mark(self, x: float, y: float, size: float, tall: float, *, wet: bool) -> None:
        stage = self.stage
        left, right = _span(x, size * 1.3, stage.unit, stage.width)
        top, bottom = _span(y, size * tall * 1.3, stage.unit, stage.height)
        if left >= right or top >= bottom:
            return
        window = slice(top, bottom), slice(left, right)
        u = (stage.x[:, left:right] - x) / size
        v = (stage.y[top:bottom] - y) / (size * tall)
        v = np.where(v < 0, v * 0.82, v)
        radius = np.hypot(u, v)
        mask = smooth(1.0, 1.0 - min(0.6, 2.0 / (size * stage.unit)), radius)
        dry = 1 - mask
        lens = (0.45 + 0.55 * radius * radius) * mask if wet else 0.0 * mask
        self.bend[0][window] = self.bend[0][window] * dry + u * lens
        self.bend[1][window] = self.bend[1][window] * dry + v * lens
        self.cover[window] = self.cover[window] * dry + (mask if wet else 0.0)


def _span(centre: float, reach: float, unit: float, size: int) -> tuple[int, int]:
    """First and past-the-last pixel of `centre` ± `reach` units on an axis of `size` pixels."""
    low = int(np.floor((centre - reach) * unit + size / 2))
    high = int(np.ceil((centre + reach) * unit + size / 2)) + 1
    return max(low, 0), min(high, size)


def rain(scale: float = 1.0) -> Film:
    """City lights out of focus behind a window that the rain runs down."""
    width, height = shrink(324, 576, scale)
    fps, seconds = 24, SECONDS

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.6)
        bokeh = Bokeh(stage, seed=19)
        rng = np.random.default_rng(23)
        pane = Pane(stage, [_fallen(rng) for _ in range(560)])
        runs = [Run(rng, top=-2.6, bottom=1.3) for _ in range(14)]
        for moment in range(round(fps * seconds)):
            for run in runs:
                run.slide(pane, moment / fps, 1 / fps)
            live = pane.copy()
            for run in runs:
                live.stamp(run.x, run.y, run.size, 1.4)
            light = _through(live, bokeh.at(moment / fps), stage)
            yield stage.develop(light, moment, bloom=0.45, exposure=1.6)

    return Film(width, height, fps, seconds, draw, music.perform("rain"))


def _fallen(rng: np.random.Generator) -> Drop:
    """A drop that sits where it fell: most are small."""
    size = float(np.clip(rng.lognormal(-3.75, 0.6), 0.010, 0.10))
    return float(rng.uniform(-1, 1)), float(rng.uniform(-1.78, 1.78)), size


class Run:
    """A drop that runs: it sticks and slips, drinks the drops it meets and leaves beads behind."""

    def __init__(self, rng: np.random.Generator, *, top: float, bottom: float) -> None:
        self._rng = rng
        self.phase = float(rng.uniform(0, 6.28))
        self._start(top, bottom)

    def _start(self, top: float, bottom: float) -> None:
        self.x = float(self._rng.uniform(-0.95, 0.95))
        self.y = float(self._rng.uniform(top, bottom))
        self.size = float(self._rng.uniform(0.04, 0.075))

    def slide(self, pane: Pane, at: float, dt: float) -> None:
        """Move on by `dt` seconds, `at` seconds into the film."""
        slip = 0.55 + float(np.sin(at * 1.9 + self.phase)) + 0.4 * float(np.sin(at * 4.1 + 2 * self.phase))
        far = self.size * 9.0 * max(0.05, slip) * dt
        self.x += float(self._rng.normal(0, 0.0016))
        self.y += far
        pane.absorb(self.x, self.y, self.size)
        if self._rng.random() < far / (self.size * 1.3):
            aside = float(self._rng.normal(0, self.size * 0.18))
            pane.stamp(
                self.x + aside, self.y - self.size * 2.3, self.size * float(self._rng.uniform(0.16, 0.36)), 1.2
            )
        if self.y > 1.95:
            self._start(-2.4, -1.9)


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
    image *= 1.8 - 1.5 * radius**3
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
        green = smooth(0.45, 0.55, np.array([seconds / SECONDS], np.float32))[0]
        return light + self.signal * (rgb("#FF3B3B") * (1 - green) + rgb("#2EE6A8") * green) * 0.8
