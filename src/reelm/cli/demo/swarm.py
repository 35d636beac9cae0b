"""Footage of many small things moving: pendulums, starlings, silk."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Plane, Stage, clouds, enlarge, fade, glow, paint, ramp, rgb, smooth
from .strokes import Ink, between, sample

# Pendulums ----------------------------------------------------------------------------------------

Doubles: TypeAlias = npt.NDArray[np.float64]
COUNT, STEPS, BEADS = 48, 8, 8


def pendulums(scale: float = 1.0) -> Film:
    """Forty-eight double pendulums let go a hair apart: one thread of light that chaos unravels."""
    width, height = shrink(450, 800, scale)
    fps, seconds = 24, 9.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.55)
        hue = ramp([(0, "#FF4D6D"), (0.3, "#FFB224"), (0.62, "#2ED3C6"), (1, "#6C7BFF")], COUNT)
        arm, pivot = 0.475 * stage.unit, (width / 2, height * 0.43)
        state = np.zeros((4, COUNT), np.float64)
        state[0] = 2.15 + np.linspace(0, 1, COUNT) * 0.0022
        state[1] = 2.75
        trail = stage.dark()
        ground = rgb("#06080D") + fade(np.hypot(stage.x, stage.y + 0.25) / 0.6) * rgb("#1A3048") * 0.55
        tint = np.stack([np.tile(hue[c] * np.float32(0.075), BEADS * STEPS) for c in range(3)])
        for moment in range(-16, round(fps * seconds)):
            path = [_tips(state, arm, pivot)]
            for _ in range(STEPS):
                state = _swung(state, 1 / fps / STEPS * 1.1)
                path.append(_tips(state, arm, pivot))
            x = np.concatenate([between(a[2], b[2], BEADS) for a, b in pairwise(path)])
            y = np.concatenate([between(a[3], b[3], BEADS) for a, b in pairwise(path)])
            ink = Ink.at(x, y, (height, width))
            trail *= 0.962
            for c in range(3):
                trail[c] += ink.sum(tint[c])
            if moment >= 0:
                yield stage.develop(
                    ground + trail + _arms(path[-1], pivot, hue, stage), moment, bloom=0.75, exposure=1.5
                )

    return Film(width, height, fps, seconds, draw, music.perform("pendulums"))


def _pull(
    s: Doubles,
) -> Doubles:
    """Time derivative of (angle, angle, speed, speed) for equal masses and arms under gravity 9.81."""
    a, b, va, vb = s
    g, d = 9.81, a - b
    share = 3.0 - np.cos(2 * d)
    fa = (-3 * g * np.sin(a) - g * np.sin(a - 2 * b) - 2 * np.sin(d) * (vb * vb + va * va * np.cos(d))) / share
    fb = 2 * np.sin(d) * (2 * va * va + 2 * g * np.cos(a) + vb * vb * np.cos(d)) / share
    return np.stack([va, vb, fa, fb])


def _swung(s: Doubles, dt: float) -> Doubles:
    """One fourth-order Runge-Kutta step of `dt` seconds."""
    k1 = _pull(s)
    k2 = _pull(s + 0.5 * dt * k1)
    k3 = _pull(s + 0.5 * dt * k2)
    k4 = _pull(s + dt * k3)
    return s + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def _tips(state: Doubles, arm: float, pivot: tuple[float, float]) -> Floats:
    """Pixel places of elbow and tip as rows x, y, x, y; shape (4, COUNT)."""
    a, b = state[0], state[1]
    elbow_x, elbow_y = pivot[0] + arm * np.sin(a), pivot[1] + arm * np.cos(a)
    places = np.stack([elbow_x, elbow_y, elbow_x + arm * np.sin(b), elbow_y + arm * np.cos(b)])
    return places.astype(np.float32)


def _arms(bobs: Floats, pivot: tuple[float, float], hue: Floats, stage: Stage) -> Light:
    """The rods as thin pale lines and the bobs as soft beads in their own colours."""
    shape = (stage.height, stage.width)
    count = max(8, round(0.48 * stage.unit))
    root_x, root_y = np.full(COUNT, pivot[0], np.float32), np.full(COUNT, pivot[1], np.float32)
    x = np.concatenate([between(root_x, bobs[0], count), between(bobs[0], bobs[2], count)])
    y = np.concatenate([between(root_y, bobs[1], count), between(bobs[1], bobs[3], count)])
    rods = np.minimum(Ink.at(x, y, shape).sum(0.25), 2.2)
    angle = np.arange(60, dtype=np.float32)[:, None] * 2.39996
    radius = np.sqrt(np.arange(60, dtype=np.float32)[:, None] / 60) * 0.021 * stage.unit
    beads = Ink.at(bobs[2] + radius * np.cos(angle), bobs[3] + radius * np.sin(angle), shape)
    light = np.stack([beads.sum(np.tile(hue[c] * np.float32(0.5), 60)) for c in range(3)])
    return np.minimum(light, 1.6) + rods * (rgb("#DCE6F2") * 0.06)


# Starlings ----------------------------------------------------------------------------------------

BIRDS = 9000


class Flock:
    """Birds that keep to the density and heading of those around them, read from a grid.

    Reynolds' three rules ("Flocks, Herds and Schools", 1987) with the neighbours replaced by a blurred
    grid, which makes a step linear in the number of birds. Places and speeds are in stage units.
    """

    def __init__(self, seed: int, count: int) -> None:
        rng = np.random.default_rng(seed)
        self.place = (rng.normal(0, 0.22, (2, count)) + np.array([[-0.15], [-0.35]])).astype(np.float32)
        self.speed = rng.normal(0, 0.1, (2, count)).astype(np.float32) + np.array([[0.5], [0.1]], np.float32)
        self.size = rng.uniform(0.55, 1.35, count).astype(np.float32)
        self._rng = rng

    def step(self, dt: float, lure: tuple[float, float], hawk: tuple[float, float]) -> None:
        """Fly `dt` seconds: with the others, not into them, towards `lure`, away from `hawk`."""
        shape, cell = (96, 56), 0.045
        gx, gy = self.place[0] / cell + shape[1] / 2, self.place[1] / cell + shape[0] / 2
        ink = Ink.at(gx, gy, shape)
        fields = np.stack([ink.sum(), ink.sum(self.speed[0]), ink.sum(self.speed[1])])
        near, wide = glow(fields, 2.2, 1), glow(fields[0], 7.0, 2)
        crowd = np.sqrt(near[0] / near[0].max())
        push = np.stack(
            [near[1] / (near[0] + 0.05), near[2] / (near[0] + 0.05), *_slope(crowd), *_slope(wide / wide.max())]
        )
        align_x, align_y, dx, dy, far_x, far_y = sample(push, gx, gy)
        force = np.stack([align_x - self.speed[0], align_y - self.speed[1]]) * 2.6
        force += np.stack([far_x, far_y]) * 6.0 - np.stack([dx, dy]) * 14.0
        goal = np.array(lure, np.float32)[:, None] - self.place
        force += (
            goal * 2.2
            - np.sign(self.place[0:1])
            * np.array([[1.0], [0.0]], np.float32)
            * np.maximum(np.abs(self.place[0]) - 0.55, 0)
            * 14.0
        )
        fear = self.place - np.array(hawk, np.float32)[:, None]
        force += fear * (26.0 * fade(np.square(fear).sum(axis=0) / 0.05))
        force += self._rng.normal(0, 1.0, self.speed.shape).astype(np.float32)
        self.speed += force * dt
        pace = np.hypot(self.speed[0], self.speed[1])
        self.speed *= np.clip(pace, 0.35, 1.0) / np.maximum(pace, 1e-6)
        self.place += self.speed * dt

    def shade(self) -> Floats:
        """How dark each bird looks: wings seen from the side as it banks make the bands that run through."""
        heading = np.arctan2(self.speed[1], self.speed[0])
        return self.size * (0.45 + 0.75 * np.square(np.sin(heading + 3.0 * self.place[0] + 0.6)))


def _slope(field: Plane) -> tuple[Plane, Plane]:
    down: Plane = np.gradient(field, axis=0)
    right: Plane = np.gradient(field, axis=1)
    return right, down


def starlings(scale: float = 1.0) -> Film:
    """A murmuration folding over the reeds at dusk, a falcon somewhere in it."""
    width, height = shrink(405, 720, scale)
    fps, seconds = 24, 9.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.5)
        dusk, land = _dusk(stage)
        flock = Flock(seed=5, count=BIRDS if scale > 0.5 else 900)
        for warm in range(70):
            flock.step(1 / 30, *_course(warm / 30 - 70 / 30))
        for moment in range(round(fps * seconds)):
            lure, hawk = _course(moment / fps)
            before = flock.place.copy()
            flock.step(1 / fps, lure, hawk)
            x = between(before[0], flock.place[0], 4) * stage.unit + width / 2
            y = between(before[1], flock.place[1], 4) * stage.unit + height / 2
            birds = Ink.at(x, y, (height, width)).sum(np.tile(flock.shade() * np.float32(0.62 * width / 450), 4))
            shade = fade(birds * 0.9 + glow(birds, stage.unit * 0.02, 3) * 0.25)
            light = dusk * (shade * (1 - land)) + rgb("#0A0A14") * (1 - shade) * 0.5 + land * rgb("#05060C")
            yield stage.develop(light, moment, bloom=0.25, exposure=1.3)

    return Film(width, height, fps, seconds, draw, music.perform("starlings"))


def _course(at: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the flock is drawn to and where the falcon is, `at` seconds in."""
    lure = 0.22 * float(np.sin(at * 0.8)), -0.30 + 0.42 * float(np.sin(at * 0.57 + 0.8))
    hawk = 0.55 * float(np.sin(at * 1.5 + 1.0)), -0.30 + 0.6 * float(np.cos(at * 1.13))
    return lure, hawk


def _dusk(stage: Stage) -> tuple[Floats, Plane]:
    """The evening sky (3, h, w) and the mask of the marsh below it."""
    bands = ramp(
        [(0, "#131A3E"), (0.3, "#3B3F78"), (0.55, "#9A5A86"), (0.76, "#EE8660"), (0.92, "#FFC27A"), (1, "#FFD9A0")]
    )
    rows = np.clip((stage.y + 1.78) / 3.2, 0, 1) + np.zeros_like(stage.x)
    bars = enlarge(clouds(64, 6, slope=1.3, seed=3), stage.height, stage.width)
    streaks = smooth(0.35, 1.0, bars) * fade(np.square(stage.y - 0.75) / 0.35)
    sun = fade(np.square(stage.x + 0.35) / 0.3) * fade(np.square(stage.y - 1.25) / 0.25)
    light = paint(rows, bands) * (1 - 0.28 * streaks) + streaks * rgb("#FF7A5A") * 0.16 + sun * rgb("#FF9A4A") * 0.7
    rng = np.random.default_rng(8)
    reeds = np.zeros(stage.width, np.float32)
    for _ in range(150):
        at, tall, thin = (
            float(rng.uniform(-1.05, 1.05)),
            min(float(rng.gamma(2.0, 0.03)), 0.16),
            float(rng.uniform(0.008, 0.02)),
        )
        reeds = np.maximum(reeds, tall * np.clip(1 - np.abs(stage.x[0] - at) / thin, 0, 1))
    trees = 0.5 + 0.5 * np.sin(stage.x * 2.1 + 0.6) + 0.16 * np.sin(stage.x * 17) * np.sin(stage.x * 7.3 + 1)
    edge = 1.5 / stage.unit
    far = smooth(-edge, edge, stage.y - (1.44 - 0.09 * trees))
    light = light * (1 - far) + far * (rgb("#4A2A48") * 0.8 + sun * rgb("#FF9A4A") * 0.12)
    land = smooth(-edge, edge, stage.y - (1.60 + 0.03 * np.sin(stage.x * 3) - reeds[None, :]))
    return light.astype(np.float32), land


# Silk ---------------------------------------------------------------------------------------------


def silk(scale: float = 1.0) -> Film:
    """Threads of light carried by a slowly turning flow field."""
    width, height = shrink(405, 720, scale)
    fps, seconds, threads = 24, 8.0, 9000 if scale > 0.5 else 1200

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.6)
        rng = np.random.default_rng(14)
        size = np.array([[width], [height]], np.float32)
        place = rng.random((2, threads), np.float32) * size
        age = rng.integers(0, 90, threads)
        hues = ramp(
            [
                (0, "#1B4DFF"),
                (0.28, "#12A5B8"),
                (0.50, "#3C3F9A"),
                (0.66, "#D4347A"),
                (0.84, "#FF8A3C"),
                (1, "#FFD98A"),
            ],
            256,
        )
        one, two = (clouds(160, 90, slope=3.3, seed=s) for s in (61, 62))
        tint, veil = clouds(160, 90, slope=2.8, seed=63), clouds(160, 90, slope=2.6, seed=68)
        trail = stage.dark()
        for moment in range(-50, round(fps * seconds)):
            turn = 2 * np.pi * moment / (fps * seconds)
            field = one * float(np.cos(turn)) + two * float(np.sin(turn)) + 0.5 * (one * two)
            down, right = np.gradient(field)
            flow = np.stack([down, -right]).astype(np.float32)
            flow *= np.float32(1.0 / flow.std())
            trail *= 0.945
            for _ in range(2):
                at = place / size * np.array([[90], [160]], np.float32)
                step = sample(flow, at[0], at[1]) * np.float32(1.25 * width / 405)
                ahead = place + step
                colour = (sample(tint, at[0], at[1]) * 255).astype(np.intp)
                level = np.square(sample(veil, at[0], at[1])) * np.float32(0.34) + np.float32(0.015)
                ink = Ink.at(between(place[0], ahead[0], 2), between(place[1], ahead[1], 2), (height, width))
                for c in range(3):
                    trail[c] += ink.sum(np.tile(hues[c].take(colour) * level, 2))
                place = ahead
            age += 1
            worn = age > 90
            place[:, worn] = rng.random((2, int(worn.sum())), np.float32) * size
            age[worn] = 0
            if moment >= 0:
                yield stage.develop(rgb("#05070C") + trail, moment, bloom=0.55, exposure=1.2)

    return Film(width, height, fps, seconds, draw, music.perform("silk"))
