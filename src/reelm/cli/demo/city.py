"""Footage of a city at night: rain on a window, a drive down an avenue."""

from collections.abc import Iterator

import numpy as np

from . import music
from .film import Film, shrink
from .light import Frame, Light, Stage, clouds, fade, glow, rgb, smooth
from .strokes import Ink, sample

# Rain ---------------------------------------------------------------------------------------------

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
            size = float(np.clip(rng.lognormal(-3.85, 0.55), 0.010, 0.085))
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
                float(rng.uniform(0.035, 0.062)),
                float(rng.uniform(0, 6)),
            ]
            for _ in range(11)
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
            float(rng.uniform(0.035, 0.062)),
            phase,
        ]


def _through(pane: Pane, backdrop: Light, stage: Stage) -> Light:
    """The backdrop seen through misted glass, and upside down and sharper through each drop."""
    height, width = pane.cover.shape
    haze = glow(backdrop, stage.unit * 0.06, 4)
    light = haze * 0.82 + backdrop * 0.18 + rgb("#1A2A3A") * 0.12
    wet = np.flatnonzero(pane.cover.ravel() > 0.02)
    y, x = wet // width, wet % width
    bend = pane.bend.reshape(2, -1)[:, wet]
    far = np.float32(0.62 * stage.unit)
    seen_x = np.clip(x - bend[0] * far, 0, width - 2).astype(np.float32)
    seen_y = np.clip(y - bend[1] * far, 0, height - 2).astype(np.float32)
    image = sample(backdrop, seen_x, seen_y)
    radius = np.minimum(np.hypot(bend[0], bend[1]), 1.0)
    image *= 1.25 - 1.0 * radius**3
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
        for k in range(66):
            x, y = float(rng.uniform(-1.1, 1.1)), float(np.clip(rng.normal(0.25, 0.62), -1.6, 1.7))
            size = float(rng.uniform(0.07, 0.19))
            apart = np.hypot(stage.x - x, stage.y - y) / size
            disc = smooth(1.04, 0.94, apart) * (0.55 + 0.45 * smooth(0.5, 1.0, apart))
            tint = rgb(LAMPS[int(rng.integers(len(LAMPS)))])
            self.groups[k % 6] += disc * tint * float(rng.uniform(0.15, 0.62)) * (0.10 / size) ** 0.6
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


# Avenue -------------------------------------------------------------------------------------------

EYE, WALL, BLOCK, ROAD = 0.42, 1.75, 48, -0.02  # eye height, half street width, columns per loop, horizon
RUN = 24.0  # how far the camera drives in one loop


def avenue(scale: float = 1.0) -> Film:
    """A slow drive down a wet avenue: lit windows, street lamps, signals turning green; loops."""
    width, height = shrink(360, 640, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.55)
        street = Street(stage)
        count = round(fps * seconds)
        for moment in range(count):
            yield stage.develop(street.at(moment / count), moment, bloom=0.6, exposure=1.4)

    return Film(width, height, fps, seconds, draw, music.perform("avenue"))


class Street:
    """The fixed geometry of the view and the city's lit windows."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.horizon = int((ROAD * stage.unit) + stage.height / 2)
        rng = np.random.default_rng(44)
        self.rise = rng.uniform(1.6, 7.5, (2, BLOCK // 6)).astype(np.float32)
        self.lit = rng.random((2, 60, BLOCK * 2)).astype(np.float32)
        self.tone = rng.random((2, 60, BLOCK * 2)).astype(np.float32)
        up = ROAD - stage.y[: self.horizon]
        self.far = WALL / np.maximum(np.abs(stage.x), 0.012)
        self.wall_y = up * self.far + EYE
        self.side = np.broadcast_to((stage.x > 0).astype(np.intp), self.wall_y.shape)
        self.fog = fade(self.far / 9.0)
        self.puddles = clouds(stage.height - self.horizon, stage.width, slope=1.6, seed=3)
        self.wide_far = np.broadcast_to(self.far, self.wall_y.shape)

    def at(self, t: float) -> Light:
        """The picture at time 0..1 of the loop."""
        stage = self.stage
        upper = self._walls(t) + self._lights(t)[:, : self.horizon]
        light = np.empty((3, stage.height, stage.width), np.float32)
        light[:, : self.horizon] = upper
        light[:, self.horizon :] = self._wet(upper, t)
        light[:, self.horizon :] += self._lights(t)[:, self.horizon :]
        return light

    def _walls(self, t: float) -> Light:
        """Facades on both sides, the gap of sky between them, and the haze at the end of the street."""
        stage = self.stage
        along = self.wide_far + np.float32(t * RUN)
        column = (along * 2).astype(np.intp) % BLOCK
        roof = self.rise[self.side, column // 6]
        floor = np.clip(self.wall_y / 0.30, 0, 59).astype(np.intp)
        inside = smooth(0.0, 0.05, roof - self.wall_y)
        u, v = along * 2 % 1.0, self.wall_y / 0.30 % 1.0
        window = smooth(0.18, 0.26, u) * smooth(0.86, 0.78, u) * smooth(0.22, 0.32, v) * smooth(0.84, 0.74, v)
        lit = smooth(0.60, 0.66, self.lit[self.side, floor, column])
        tone = self.tone[self.side, floor, column]
        blur = smooth(5.0, 11.0, self.wide_far)
        shine = (window * (1 - blur) + 0.3 * blur) * lit * inside * (0.35 + 0.65 * tone)
        warm = np.where(tone > 0.72, 0.0, 1.0).astype(np.float32)
        glass = shine * (warm * rgb("#FFC16B") + (1 - warm) * rgb("#8FC7FF") * 0.8)
        up = (ROAD - stage.y[: self.horizon]) / 1.8
        sky = rgb("#0A1024") + fade(up / 0.34) * rgb("#7A4A78") * 0.75 + fade(up / 0.12) * rgb("#FF9A5A") * 0.5
        facade = rgb("#0C1220") * (0.6 + 0.4 * self.side) + fade(self.wall_y / 0.9) * rgb("#8A5428") * 0.22
        near = facade + glass * 0.85
        return sky * (1 - inside) + inside * (near * self.fog + sky * (1 - self.fog))

    def _wet(self, upper: Light, t: float) -> Light:
        """The road: the city upside down, smeared by water and broken by puddles."""
        stage = self.stage
        count = stage.height - self.horizon
        depth = np.arange(count, dtype=np.float32)
        z = EYE / np.maximum((depth + 1) / stage.unit, 1e-3)
        rows = np.clip(self.horizon - 1 - depth * 0.9, 0, self.horizon - 1).astype(np.intp)
        mirror = upper[:, rows]
        smear = glow(mirror, stage.unit * 0.05, 3)
        ripple = self.puddles[(depth * 0.6 + z * 14 + t * 0).astype(np.intp) % count]
        lane = np.abs(stage.x * z[:, None])
        dash = smooth(0.035, 0.02, np.abs(lane - 0.0)) * ((z[:, None] + t * RUN) % 2.0 < 0.9)
        asphalt = rgb("#0A0D14") + fade(depth[:, None] / stage.unit / 0.25) * rgb("#FF9A5A") * 0.25
        return (
            asphalt + mirror * (0.12 + 0.25 * ripple) + smear * (0.35 + 0.3 * ripple) + dash * rgb("#FFE2B0") * 0.25
        )

    def _lights(self, t: float) -> Light:
        """Street lamps, signals and cars as discs of light over the whole picture."""
        lamps: list[tuple[float, float, float, float, Light]] = []
        for k in range(12):
            z = (k * 2.0 - t * RUN) % 24.0 + 0.35
            lamps += [(side * 1.25, 1.05, z, 0.030, rgb("#FFC98A") * 1.6) for side in (-1.0, 1.0)]
        for k in range(3):
            z = (k * 8.0 + 5.0 - t * RUN) % 24.0 + 0.4
            tint = rgb("#2EE6A8") if z < 7.5 else rgb("#FF3B3B")
            lamps += [(side * 0.72, 1.32, z, 0.034, tint * 2.2) for side in (-1.0, 1.0)]
        for k in range(7):
            z = (k * 3.43 + 1.5 + 24.0 * t) % 24.0 + 0.9
            lamps += [(0.42 + dx, 0.13, z, 0.022, rgb("#FF2E2E") * 1.8) for dx in (-0.12, 0.12)]
            z = (k * 3.43 + 2.2 - 48.0 * t) % 24.0 + 0.5
            lamps += [(-0.48 + dx, 0.13, z, 0.026, rgb("#FFF3DC") * 2.0) for dx in (-0.12, 0.12)]
        return self._discs(lamps)

    def _discs(self, lamps: list[tuple[float, float, float, float, Light]]) -> Light:
        """Splat lamps given as (x, y above the road, distance, radius, colour), with their reflections."""
        stage = self.stage
        grid = np.linspace(-1, 1, 9, dtype=np.float32)
        oy, ox = np.meshgrid(grid, grid)
        keep = np.hypot(ox, oy) <= 1.0
        ox, oy = ox[keep][:, None], oy[keep][:, None]
        x, y, z, size = (np.array([lamp[k] for lamp in lamps], np.float32) for k in range(4))
        tint = np.concatenate([lamp[4].reshape(1, 3) for lamp in lamps]).T
        radius = np.maximum(size / z * stage.unit, 0.55)
        level = (ROAD - (y - EYE) / z) * stage.unit + stage.height / 2
        under = (ROAD + (y + EYE) / z) * stage.unit + stage.height / 2
        px = x / z * stage.unit + stage.width / 2 + ox * radius
        energy = np.square(radius) * 3.1 / len(ox) * fade(z / 14.0) * smooth(0.3, 0.8, z)
        direct = Ink.at(px, level + oy * radius, (stage.height, stage.width))
        puddle = Ink.at(px, under + oy * radius * 5.0, (stage.height, stage.width))
        planes = [
            direct.sum(np.tile(energy * tint[c], len(ox)))
            + puddle.sum(np.tile(energy * tint[c] * np.float32(0.10), len(ox)))
            for c in range(3)
        ]
        return np.stack(planes)
