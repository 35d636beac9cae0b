"""Footage of a drive down a wet avenue at night."""

from collections.abc import Iterator

import numpy as np

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Stage, clouds, fade, glow, rgb, smooth
from .strokes import Ink

EYE, WALL, HORIZON = 0.42, 1.75, 0.10  # eye height, half width of the street, where the street ends on the picture
RUN, COLUMNS, FLOOR = 24.0, 96, 0.23  # length of the loop, windows along it, height of a storey

# The light of a warm window, a cool one, a warm shop and a neon one, shape (3, 4).
GLOWS = np.concatenate(
    [
        rgb(code).reshape(3, 1) * gain
        for code, gain in (("#FFB85C", 1.0), ("#7FB8FF", 0.75), ("#FFC98A", 0.32), ("#35D0C0", 0.26))
    ],
    axis=1,
)

Lamp = tuple[float, float, float, float, Light]  # x, height, distance, radius, colour


def avenue(scale: float = 1.0) -> Film:
    """A slow drive down a wet avenue: lit windows, street lamps, signals turning green; loops."""
    width, height = shrink(324, 576, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.5)
        street = Street(stage)
        count = round(fps * seconds)
        for moment in range(count):
            yield stage.develop(street.at(moment / count), moment, bloom=0.85, exposure=1.5)

    return Film(width, height, fps, seconds, draw, music.perform("avenue"))


def _sunflower(count: int) -> tuple[Floats, Floats]:
    """`count` points spread evenly over the unit disc, as two columns (Vogel's spiral)."""
    k = np.arange(count, dtype=np.float32)[:, None]
    reach, angle = np.sqrt(k / count), k * 2.39996
    return reach * np.cos(angle), reach * np.sin(angle)


class Street:
    """The city as its facades and their mirror: a pixel below the kerb sees the wall upside down in the wet road."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        rng = np.random.default_rng(44)
        self.roofs = rng.uniform(1.5, 6.5, (2, COLUMNS // 6)).astype(np.float32)
        storeys = 48
        self.lit = (rng.random((2, storeys, COLUMNS)) < 0.42).astype(np.float32)
        self.lit *= rng.uniform(0.25, 1.0, self.lit.shape).astype(np.float32)
        self.cool = (rng.random(self.lit.shape) < 0.22).astype(np.float32)
        far = WALL / np.maximum(np.abs(stage.x), 0.012)
        tall = (HORIZON - stage.y) * far + EYE
        self.wet = smooth(0.004, -0.004, tall / far)
        tall = np.abs(tall)
        self.far = np.broadcast_to(far, tall.shape)
        side = np.broadcast_to((stage.x > 0).astype(np.intp), tall.shape)
        self.row = (side * storeys + np.clip(tall / FLOOR, 0, storeys - 1).astype(np.intp)) * COLUMNS
        self.roof_row = side * (COLUMNS // 6)
        self.tall = tall
        v = tall / FLOOR % 1.0
        self.pane = smooth(0.20, 0.32, v) * smooth(0.86, 0.74, v) * (tall > FLOOR * 1.0)
        self.near = smooth(10.0, 4.0, self.far)
        self.fog = fade(self.far / 8.0)
        up = np.abs(stage.y - HORIZON)
        self.sky = rgb("#060A1A") + fade(up / 0.55) * rgb("#5A3A72") * 0.6 + fade(up / 0.13) * rgb("#FF8A5A") * 0.45
        self.sky = self.sky + fade(np.hypot(stage.x, up) / 0.22) * rgb("#FFC18A") * 0.5
        shops = smooth(0.05, 0.12, tall) * smooth(FLOOR * 0.95, FLOOR * 0.8, tall)
        self.shops = shops * (0.4 + 0.6 * side)
        self.kerb = fade(tall / 0.8)
        ripple = clouds(stage.height, stage.width, slope=1.1, seed=3)
        self.gloss = 1 - self.wet + self.wet * (0.30 + 0.35 * ripple)
        self.trace = self.wet * (0.25 + 0.6 * ripple)
        self.road = rgb("#06080E") * self.wet
        self.base = rgb("#080C18") + self.kerb * rgb("#7A4A26") * 0.16

    def at(self, t: float) -> Light:
        """The picture at time 0..1 of the loop."""
        stage = self.stage
        city = self._facades(t)
        smear = glow(city * self.wet, stage.unit * 0.055, 4)
        return city * self.gloss + smear * (0.45 * self.wet) + self.road + self._lamps(t)

    def _facades(self, t: float) -> Light:
        """Walls, windows and shop fronts, with the sky between the roofs."""
        along = (self.far + np.float32(t * RUN)) * np.float32(COLUMNS / RUN)
        whole = along.astype(np.intp)
        column, u = whole % COLUMNS, along - whole
        roof = self.roofs.ravel().take(self.roof_row + column // 6)
        inside = smooth(0.0, 0.05, roof - self.tall)
        cell = self.row + column
        window = smooth(0.16, 0.26, u) * smooth(0.86, 0.76, u) * self.pane
        shine = (window * self.near + 0.24 * (1 - self.near)) * self.lit.ravel().take(cell)
        cool = self.cool.ravel().take(cell) * shine
        block = (column // 6 * 5) % 7 / 6.0
        shops = self.shops * smooth(0.05, 0.12, u) * smooth(0.98, 0.9, u) * (0.25 + 0.75 * block)
        planes = np.stack([shine - cool, cool, shops * (1 - block), shops * block]).astype(np.float32)
        near = self.base + (GLOWS @ planes.reshape(4, -1)).reshape(self.base.shape)
        return self.sky + (near - self.sky) * (inside * self.fog)

    def _lamps(self, t: float) -> Light:
        """Street lamps, signals and cars as discs of light over the whole picture."""
        lamps: list[Lamp] = []
        for k in range(12):
            z = (k * 2.0 - t * RUN) % 24.0 + 0.35
            lamps += [(side * 1.25, 1.05, z, 0.034, rgb("#FFB866") * 2.2) for side in (-1.0, 1.0)]
        for k in range(3):
            z = (k * 8.0 + 5.0 - t * RUN) % 24.0 + 0.4
            tint = rgb("#2EE6A8") if z < 8.0 else rgb("#FF3030")
            lamps += [(side * 0.72, 1.30, z, 0.040, tint * 3.2) for side in (-1.0, 1.0)]
        for k in range(7):
            z = (k * 3.43 + 1.5 + 24.0 * t) % 24.0 + 0.9
            lamps += [(0.42 + dx, 0.14, z, 0.026, rgb("#FF2424") * 3.0) for dx in (-0.13, 0.13)]
            z = (k * 3.43 + 2.2 - 48.0 * t) % 24.0 + 0.5
            lamps += [(-0.48 + dx, 0.14, z, 0.032, rgb("#FFEFD0") * 3.0) for dx in (-0.13, 0.13)]
        return self._discs(lamps)

    def _discs(self, lamps: list[Lamp]) -> Light:
        """Splat lamps and, below each, the long streak it draws on the wet road."""
        stage = self.stage
        (ox, oy), (sx, sy) = _sunflower(90), _sunflower(420)
        x, y, z, size = (np.array([lamp[k] for lamp in lamps], np.float32) for k in range(4))
        tint = np.concatenate([lamp[4].reshape(1, 3) for lamp in lamps]).T
        radius = np.maximum(size / z * stage.unit, 0.6)
        level = (HORIZON - (y - EYE) / z) * stage.unit + stage.height / 2
        under = (HORIZON + (y + EYE) / z) * stage.unit + stage.height / 2
        px = x / z * stage.unit + stage.width / 2
        energy = np.square(radius) * 3.1 * fade(z / 14.0) * smooth(0.35, 1.1, z) * smooth(24.3, 20.0, z)
        shape = (stage.height, stage.width)
        direct = Ink.at(px + ox * radius, level + oy * radius, shape)
        streak = Ink.at(px + sx * (radius + 0.8), under + sy * (radius * 3.0 + 0.10 * stage.unit / np.sqrt(z)), shape)
        found: list[Floats] = []
        for c in range(3):
            lamp = direct.sum(np.tile(energy * tint[c] / len(ox), len(ox)))
            trace = streak.sum(np.tile(energy * tint[c] / len(sx), len(sx)))
            found.append(lamp + glow(trace, 0.016 * stage.unit, 4) * self.trace)
        return np.stack(found)
