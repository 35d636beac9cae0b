"""Footage of water: ink unfolding in it, and a moonlit tide."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Plane, Stage, clouds, enlarge, fade, rgb, smooth
from .strokes import sample

# Ink ----------------------------------------------------------------------------------------------

DROPS = (
    # at (s), x (-1..1), y (units), which of the two inks, size
    (-1.6, -0.34, -1.15, 0, 0.22),
    (-1.2, 0.40, -0.85, 1, 0.20),
    (-0.4, 0.04, -1.50, 1, 0.21),
    (0.7, -0.55, -1.45, 0, 0.18),
    (1.4, 0.46, -1.50, 0, 0.22),
    (2.6, -0.12, -1.50, 1, 0.22),
    (3.6, 0.62, -1.45, 1, 0.17),
    (4.2, -0.48, -1.50, 0, 0.21),
    (5.4, 0.18, -1.50, 0, 0.20),
    (6.6, -0.30, -1.50, 1, 0.20),
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
        rows = np.arange(height * fine, dtype=np.float32)[:, None] / (height * fine)
        self._keep = 0.9985 - 0.25 * smooth(0.96, 1.0, rows)  # nothing leaves below to come back above
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
        self.dye = self._carried(enlarge(self.flow, *self.dye.shape[1:]) * self.fine)

    def _carried(self, fast: Floats) -> Floats:
        """The dye moved along `fast` (fine cells per frame), second-order and kept within its bounds."""
        x, y = self._fine_grid
        ahead = sample(self.dye, x - fast[0], y - fast[1])
        back = sample(ahead, x + fast[0], y + fast[1])
        return np.clip(ahead + 0.5 * (self.dye - back), 0.0, 1.4) * self._keep

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
        ground = (
            rgb("#03060C") + fade(np.square(stage.x) * 0.9 + np.square(stage.y + 0.9) / 1.6) * rgb("#103046") * 0.55
        )
        hues = np.stack([rgb("#FF7A3C"), rgb("#25C9D0")])
        hearts = np.stack([rgb("#FFD98A"), rgb("#7A6BFF")])
        for moment in range(-42, round(fps * seconds)):
            for at, x, y, which, size in DROPS:
                age = moment / fps - at
                if 0 <= age < 0.55:
                    apart = np.hypot(stage.x - x, (stage.y - y - 0.25 * age) * 0.8)
                    drop = smooth(size, size * 0.35, apart + 0.10 * (rough - 0.5)) * 0.13
                    water.dye[which] = np.minimum(water.dye[which] + drop, 1.2)
            water.step(0.125 * scale)
            if moment < 0:
                continue
            light = ground + np.zeros_like(rough)
            for which in range(2):
                dye = water.dye[which]
                light += hues[which] * (dye * 0.75) + hearts[which] * np.square(dye) * 0.62
            yield stage.develop(light, moment, bloom=0.45)

    return Film(width, height, fps, seconds, draw, music.perform("ink"))


# Tide ---------------------------------------------------------------------------------------------

HORIZON, MOON_X, MOON_Y = -0.16, 0.20, -0.74


@dataclass(frozen=True)
class Swell:
    """One plane wave: wave numbers across and away, steepness, cycles per loop, phase."""

    across: float
    away: float
    steep: float
    cycles: int
    phase: float


def swells(seed: int, count: int = 12) -> tuple[Swell, ...]:
    """Waves that travel mostly towards the eye, long swell first, each crest shorter and quicker."""
    rng = np.random.default_rng(seed)
    found: list[Swell] = []
    for k in range(count):
        number = 1.6 * 1.42**k
        angle = float(rng.normal(0, 0.62))
        steep = 0.085 / 1.07**k
        cycles = max(1, round(1.5 * number**0.5))  # deep water: frequency grows as the root of the wave number
        across, away = number * float(np.sin(angle)), number * float(np.cos(angle))
        found.append(Swell(across, away, steep, cycles, float(rng.uniform(0, 6.28))))
    return tuple(found)


def tide(scale: float = 1.0) -> Film:
    """A low amber moon and its road of light over a slow sea; loops."""
    width, height = shrink(324, 576, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.5)
        first = int(HORIZON * stage.unit + height / 2)
        sky_y = stage.y[:first]
        sea = Sea(stage, first, swells(seed=2))
        moon = np.hypot(stage.x - MOON_X, sky_y - MOON_Y)
        spots = clouds(first, width, slope=1.5, seed=9)
        face = smooth(0.168, 0.156, moon) * (0.50 + 0.75 * spots)
        night = rgb("#040713") + fade((HORIZON - sky_y) / 0.55) * rgb("#2A4670") * 0.75
        night = night + fade(moon / 0.22) * rgb("#FFB866") * 0.20 + fade(moon / 0.7) * rgb("#B9683F") * 0.16
        veil = clouds(first // 2, width, slope=1.9, seed=50)
        veil = np.repeat(veil, 2, axis=0)[: 2 * (first // 2)]
        veil = np.pad(veil, ((0, first - veil.shape[0]), (0, 0)), mode="edge")
        count = round(fps * seconds)
        for moment in range(count):
            turn = 2 * np.pi * moment / count
            drift = sample(veil, *_shifted(width, first, width * moment / count))
            cloud = smooth(0.25, 1.1, drift) * smooth(-1.7, -0.45, sky_y)
            sky = night + face * rgb("#FFD089") * 1.5
            lit = 0.04 + 0.85 * fade(moon / 0.35)
            light = np.empty((3, height, width), np.float32)
            light[:, :first] = sky * (1 - 0.6 * cloud) + cloud * lit * rgb("#D9925C") * 0.55
            light[:, first:] = sea.at(turn)
            yield stage.develop(light, moment, bloom=0.55, exposure=1.5)

    return Film(width, height, fps, seconds, draw, music.perform("tide"))


def _shifted(width: int, height: int, by: float) -> tuple[Plane, Plane]:
    """Pixel coordinates moved `by` pixels along x, for `sample`."""
    x, y = _grid(height, width)
    return x + np.float32(by), y


class Sea:
    """The water below the horizon, mirrored ray by ray; waves too fine for a pixel widen the glints instead."""

    def __init__(self, stage: Stage, first: int, waves: tuple[Swell, ...]) -> None:
        self.x = stage.x
        self.down = np.maximum(stage.y[first:] - HORIZON, 0.5 / stage.unit)
        z = 1.15 / self.down
        self.across, self.away = stage.x * z, z
        self.waves = waves
        self.seen = [1.0 / (1.0 + np.square(w.away * z * z / 1.15 / stage.unit * 0.8) ** 2) for w in waves]
        rough = sum(w.steep**2 * (1 - seen) for w, seen in zip(waves, self.seen, strict=True))
        self.blur_y = np.asarray(0.045 + 2.6 * rough, np.float32)
        self.blur_x = np.asarray(0.012 + 2.6 * rough * np.square(self.down) + 0.004 / z, np.float32)

    def at(self, turn: float) -> Light:
        """The water at angle `turn` of the loop."""
        slope_x, slope_z = np.zeros_like(self.across), np.zeros_like(self.across)
        for wave, seen in zip(self.waves, self.seen, strict=True):
            number = float(np.hypot(wave.across, wave.away))
            phase = wave.across * self.across + (wave.away * self.away + (wave.phase + wave.cycles * turn))
            crest = np.cos(phase) * (seen * wave.steep)
            slope_x += crest * (wave.across / number)
            slope_z += crest * (wave.away / number)
        facing = np.maximum(self.down + self.x * slope_x + slope_z, 0.01)
        ahead = np.maximum(1 - 2 * facing * slope_z, 0.3)
        up = np.abs(2 * facing - self.down) / ahead
        aside = (self.x - 2 * facing * slope_x) / ahead
        miss = np.square(aside - MOON_X) / self.blur_x + np.square(up - (HORIZON - MOON_Y)) / self.blur_y
        glint = fade(miss * 0.7) * np.sqrt(0.012 / self.blur_x) * np.sqrt(0.045 / self.blur_y)
        fresnel = 0.10 + 0.75 * fade(facing * 2.2)
        mirror = rgb("#060B1A") + fade(up / 0.5) * rgb("#2A4670") * 0.8
        mirror = mirror + fade((np.square(aside - MOON_X) + np.square(up - 0.5)) / 0.9) * rgb("#B9683F") * 0.16
        return mirror * fresnel + rgb("#041019") * 0.7 + glint * (rgb("#FFB45A") * 1.9)
