"""Footage of water: ink unfolding in it, and a moonlit tide."""

from collections.abc import Iterator

import numpy as np

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Plane, Stage, clouds, enlarge, fade, rgb, smooth
from .strokes import sample

# Ink ----------------------------------------------------------------------------------------------

DROPS = (
    # at (s), x (-1..1), y (units), which of the two inks, size
    (0.0, -0.30, -1.25, 0, 0.17),
    (0.0, 0.38, -1.05, 1, 0.15),
    (1.3, 0.05, -1.45, 1, 0.16),
    (2.4, -0.50, -1.35, 0, 0.13),
    (3.5, 0.45, -1.40, 0, 0.16),
    (4.8, -0.10, -1.40, 1, 0.15),
)


class Water:
    """A periodic box of still water that dye falls through and stirs (Stam, "Stable Fluids", 1999).

    Velocity is solved on a coarse grid and made divergence-free in the spectrum; the two dyes live on a
    grid `fine` times finer and are carried by MacCormack steps, which keep filaments sharp.
    """

    def __init__(self, height: int, width: int, fine: int) -> None:
        self.flow = np.zeros((2, height, width), np.float32)  # (x, y), coarse cells per frame
        self.dye = np.zeros((2, height * fine, width * fine), np.float32)
        self.fine = fine
        self._wave_y = np.fft.fftfreq(height).astype(np.float32)[:, None]
        self._wave_x = np.fft.rfftfreq(width).astype(np.float32)[None, :]
        square = self._wave_x**2 + self._wave_y**2
        square[0, 0] = 1.0
        self._square = square
        self._calm = fade(square * 9.0)
        self._grid = _grid(height, width)
        self._fine_grid = _grid(height * fine, width * fine)

    def step(self, weight: float) -> None:
        """Advance one frame; `weight` is how strongly the dye sinks."""
        flow = self.flow
        x, y = self._grid
        flow = sample(flow, x - flow[0], y - flow[1])
        height, width = flow.shape[1:]
        load = self.dye.reshape(2, height, self.fine, width, self.fine).mean(axis=(2, 4)).sum(axis=0)
        flow[1] += weight * load
        self.flow = self._without_divergence(flow)
        wide = np.repeat(np.repeat(self.flow, self.fine, axis=1), self.fine, axis=2) if self.fine == 1 else None
        fast = (enlarge(self.flow, *self.dye.shape[1:]) if wide is None else wide) * self.fine
        self.dye = self._carried(fast)

    def _carried(self, fast: Floats) -> Floats:
        """The dye moved along `fast` (fine cells per frame), second-order and kept within its bounds."""
        x, y = self._fine_grid
        ahead = sample(self.dye, x - fast[0], y - fast[1])
        back = sample(ahead, x + fast[0], y + fast[1])
        return np.clip(ahead + 0.5 * (self.dye - back), 0.0, 1.4) * 0.9985

    def _without_divergence(self, flow: Floats) -> Floats:
        fx, fy = np.fft.rfft2(flow[0]), np.fft.rfft2(flow[1])
        along = (fx * self._wave_x + fy * self._wave_y) / self._square
        fx, fy = (fx - along * self._wave_x) * self._calm, (fy - along * self._wave_y) * self._calm
        fx[0, 0] = fy[0, 0] = 0.0
        return np.stack([np.fft.irfft2(f, s=flow.shape[1:]) for f in (fx, fy)]).astype(np.float32)


def _grid(height: int, width: int) -> tuple[Plane, Plane]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return x, y


def ink(scale: float = 1.0) -> Film:
    """Drops of warm and cool ink fall into dark water and unfold into veils."""
    width, height = shrink(270, 480, scale)
    fps, seconds = 24, 9.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.6)
        water = Water(height // 2, width // 2, fine=2)
        rough = clouds(height, width, slope=1.5, seed=31)
        swirl = clouds(height // 2, width // 2, slope=2.4, seed=12)
        water.flow[0] += np.gradient(swirl, axis=0).astype(np.float32) * 12 * scale
        water.flow[1] -= np.gradient(swirl, axis=1).astype(np.float32) * 12 * scale
        ground = rgb("#03070D") + smooth(1.9, -1.7, stage.y) * rgb("#123047") * 0.8
        hues = np.stack([rgb("#FF7A3C"), rgb("#25C9D0")])
        hearts = np.stack([rgb("#FFD98A"), rgb("#7A6BFF")])
        for moment in range(round(fps * seconds)):
            for at, x, y, which, size in DROPS:
                age = moment / fps - at
                if 0 <= age < 0.55:
                    apart = np.hypot(stage.x - x, (stage.y - y - 0.25 * age) * 0.8)
                    drop = smooth(size, size * 0.35, apart + 0.10 * (rough - 0.5)) * 0.13
                    water.dye[which] = np.minimum(water.dye[which] + drop, 1.2)
            water.step(0.085 * scale)
            light = ground + np.zeros_like(rough)
            for which in range(2):
                dye = water.dye[which]
                light += hues[which] * (dye * 0.75) + hearts[which] * np.square(dye) * 0.9
            yield stage.develop(light, moment, bloom=0.45)

    return Film(width, height, fps, seconds, draw, music.perform("ink"))


# Tide ---------------------------------------------------------------------------------------------

HORIZON, MOON_X, MOON_Y = -0.18, 0.22, -0.86


def tide(scale: float = 1.0) -> Film:
    """A low amber moon and its road of light over a slow sea; loops."""
    width, height = shrink(300, 532, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.5)
        first = int(HORIZON * stage.unit + height / 2)
        sky_y, sea_y = stage.y[:first], stage.y[first:]
        moon = np.hypot(stage.x - MOON_X, sky_y - MOON_Y)
        seas = clouds(first, width, slope=1.3, seed=9)
        face = smooth(0.205, 0.195, moon) * (0.72 + 0.4 * seas)
        night = rgb("#060A18") + smooth(-1.8, HORIZON, sky_y) * rgb("#25406B") * 0.9
        night = (
            night + fade(np.square(moon) / 0.22) * rgb("#FFB866") * 0.30 + fade(moon / 0.75) * rgb("#C9703F") * 0.28
        )
        veil = clouds(first, width * 2, slope=1.9, seed=50)
        depth = 0.12 / (sea_y - HORIZON + 0.012)  # distance grows towards the horizon
        across = stage.x * depth * 8.0
        waves = _swell(seed=2)
        count = round(fps * seconds)
        for moment in range(count):
            turn = 2 * np.pi * moment / count
            drift = np.roll(veil, round(moment * width * 2 / count), axis=1)[:, :width]
            cloud = smooth(0.52, 1.0, drift) * smooth(-1.5, -0.35, sky_y)
            sky = night + face * rgb("#FFE2B0") * 1.9
            sky = sky * (1 - 0.55 * cloud) + cloud * (0.05 + 0.5 * fade(moon / 0.5)) * rgb("#E8A469") * 0.6
            light = np.empty((3, height, width), np.float32)
            light[:, :first] = sky
            light[:, first:] = _sea(across, depth, stage.x, sea_y, waves, turn)
            yield stage.develop(light, moment, bloom=0.5, exposure=1.4)

    return Film(width, height, fps, seconds, draw, music.perform("tide"))


def _swell(seed: int) -> list[tuple[float, float, float, int, float]]:
    """Waves as (across, away, slope, cycles per loop, phase), long swell first."""
    rng = np.random.default_rng(seed)
    waves: list[tuple[float, float, float, int, float]] = []
    for k in range(11):
        length = 1.5 * 1.42**k
        angle = float(rng.normal(0, 0.55))
        cycles = max(1, round(1.6 * 1.19**k))
        phase = float(rng.uniform(0, 2 * np.pi))
        waves.append(
            (length * float(np.sin(angle)), length * float(np.cos(angle)) * 3.0, 1.0 / 1.12**k, cycles, phase)
        )
    return waves


def _sea(
    across: Plane, depth: Plane, x: Plane, y: Plane, waves: list[tuple[float, float, float, int, float]], turn: float
) -> Light:
    """The water below the horizon: sky mirrored in moving slopes, and glints where they face the moon."""
    tilt, lean = np.zeros_like(across), np.zeros_like(across)
    for side, away, slope, cycles, phase in waves:
        fine = 1.0 / (1.0 + np.square(np.float32(away * 0.045) * depth / 0.12 * 0.5))  # calm what a pixel cannot hold
        wave = np.cos(side * across + away * depth * 3.0 + (phase + cycles * turn)) * (slope * fine)
        tilt += wave * np.float32(0.35 + 0.65 * abs(side) / (abs(side) + abs(away) / 3))
        lean += wave
    near = np.clip((y - HORIZON) / 1.9, 0, 1)
    toward = np.square(lean) * 0.05 + np.square((x - MOON_X) * (2.2 - 1.4 * near) + tilt * (0.10 + 0.22 * near)) * 3.2
    glint = fade(toward * 1.7) * smooth(-0.9, 1.6, lean)
    glint = glint * (0.35 + 1.5 * smooth(0.4, 1.8, lean))
    mirror = 0.5 + 0.5 * np.tanh(lean * 0.5)
    water = (
        rgb("#050B16") * 0.8
        + mirror * (0.75 - 0.45 * near) * rgb("#1D3C5C")
        + fade(near / 0.06) * rgb("#6B5A63") * 0.35
    )
    return water + glint * (rgb("#FFB85C") * 1.25 * (1 - 0.35 * near))
