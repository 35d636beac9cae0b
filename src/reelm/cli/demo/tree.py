"""Footage of a tree: grown by a rewriting rule, then taken through its year."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Plane, Stage, ease, fade, glow, rgb, smooth
from .strokes import Ink


@dataclass(frozen=True)
class Wood:
    """The branches of a grown tree, one row per branch: ends, widths and the time of growth (0..1)."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    wide: Floats
    born: Floats
    generation: Floats


def grow(seed: int, generations: int = 10) -> Wood:
    """Grow a tree by the bracketed rule F -> F[+F][-F]F of Lindenmayer, with a little chance in every turn.

    Coordinates are stage units with the root at (0, 1.36); a branch of generation g is born at g / generations.
    """
    rng = np.random.default_rng(seed)
    x, y, angle, long, wide = (np.array([v], np.float32) for v in (0.0, 1.36, 0.0, 0.60, 0.085))
    rows: list[tuple[Floats, ...]] = []
    for generation in range(generations):
        tip_x, tip_y = x + long * np.sin(angle), y - long * np.cos(angle)
        full = np.full(len(x), generation, np.float32)
        rows.append((x, y, tip_x, tip_y, wide, full / generations, full))
        shoots = [(0.42, 0.775, 0.68), (-0.42, 0.765, 0.67)] + ([(0.04, 0.80, 0.6)] if generation in (1, 3) else [])
        parts: list[tuple[Floats, ...]] = []
        for turn, shorter, thinner in shoots:
            jitter = rng.normal(0, 0.17, len(x)).astype(np.float32)
            stretch = rng.uniform(0.82, 1.12, len(x)).astype(np.float32)
            bent = (angle + turn + jitter) * np.float32(0.88)
            parts.append((tip_x, tip_y, bent, long * np.float32(shorter) * stretch, wide * np.float32(thinner)))
        x, y, angle, long, wide = (np.concatenate(column) for column in zip(*parts, strict=True))
        keep = rng.random(len(x)) < (1.0 if generation < 5 else 0.86)
        x, y, angle, long, wide = x[keep], y[keep], angle[keep], long[keep], wide[keep]
    x0, y0, x1, y1, wide, born, generation = (np.concatenate(column) for column in zip(*rows, strict=True))
    return Wood(x0 * SLENDER, y0, x1 * SLENDER, y1, wide, born, generation)


SEED, SLENDER = 16, 0.84
SEASONS = (0.0, 0.22, 0.46, 0.66, 0.84, 1.0)  # bare, blossom, summer, autumn, falling, snow
LEAF = ("#F7B7C8", "#FFC2D2", "#3E9C4E", "#FF9A1F", "#E0401F", "#8A3A2A")
ZENITH = ("#0B1230", "#1A2A55", "#0E3A4A", "#2A1E3E", "#1B1A38", "#0A1022")
HAZE = ("#2E2B58", "#B0708F", "#5BA79A", "#E08A4A", "#96505E", "#465A86")
GRASS = ("#141A22", "#1E2E2A", "#163A28", "#3A2A18", "#2A2024", "#8C9DB8")


def season(colours: tuple[str, ...], t: float) -> Light:
    """The colour of that list at time 0..1 of the year, shape (3, 1, 1)."""
    rows = np.stack([rgb(code).ravel() for code in colours])
    return np.array([np.interp(t, SEASONS, rows[:, c]) for c in range(3)], np.float32).reshape(3, 1, 1)


def tree(scale: float = 1.0) -> Film:
    """A tree grows, blossoms, greens, burns and lets go, and then it snows."""
    width, height = shrink(360, 640, scale)
    fps, seconds = 24, 9.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.5)
        wood = grow(seed=SEED)
        bark, born, lit = _timber(wood, stage)
        foliage = Foliage(wood, stage, 9000 if scale > 0.5 else 500)
        hill = 1.27 - 0.05 * np.cos(stage.x * 1.4)
        land = smooth(-0.01, 0.01, stage.y - hill)
        low = smooth(-1.5, 1.25, stage.y)
        halo = fade((np.square(stage.x) + np.square(stage.y + 0.15)) / 0.75)
        flakes = Drift(700, stage, seed=77)
        count = round(fps * seconds)
        for moment in range(count):
            t = moment / count
            zenith, haze, grass = season(ZENITH, t), season(HAZE, t), season(GRASS, t)
            light = zenith * 0.8 + (haze - zenith) * (0.42 * low) + haze * (halo * 0.34)
            ground = grass * (0.35 + 0.9 * smooth(0.55, 0.0, stage.y - hill)) + haze * 0.05
            light = light * (1 - land) + ground * land
            grown = bark * smooth(born - 0.02, born + 0.012, np.full_like(born, 0.30 + t * 3.4))
            frost = ease((t - 0.86) / 0.12) * smooth(0.5, 0.9, lit)
            wood_light = rgb("#150E12") * 0.6 + (0.1 + lit) * (haze * 0.20) + frost * rgb("#DCE8FF") * 0.7
            light = light * (1 - grown) + wood_light * grown
            light = foliage.over(light, t)
            light += flakes.at(moment / fps) * rgb("#EAF2FF") * (0.9 * max(0.0, (t - 0.80) / 0.2))
            yield stage.develop(light, moment, bloom=0.4, exposure=1.35)

    return Film(width, height, fps, seconds, draw, music.perform("tree"))


def _timber(wood: Wood, stage: Stage) -> tuple[Plane, Plane, Plane]:
    """Three planes: how much bark a pixel shows, when it grew (0..1), and how lit that side is."""
    shape = (stage.height, stage.width)
    along = np.linspace(0, 1, 90, dtype=np.float32)[:, None, None]
    across = np.linspace(-1, 1, 31, dtype=np.float32)[None, :, None]
    cover, light, first = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.full(shape, 9.0, np.float32)
    for generation in range(int(wood.generation.max()) + 1):
        own = wood.generation == generation
        n_along, n_across = max(6, 90 >> (generation // 2)), max(2, 31 >> generation)
        s, c = along[:: max(1, 90 // n_along)], across[:, :: max(1, 31 // n_across)]
        x0, y0, x1, y1, wide = (v[own] for v in (wood.x0, wood.y0, wood.x1, wood.y1, wood.wide))
        norm = np.hypot(x1 - x0, y1 - y0)
        thick = wide * (1 - 0.34 * s) * 0.5 * (1 + 0.9 * np.square(1 - s) * (generation == 0))
        px = (x0 + (x1 - x0) * s + c * thick * (y1 - y0) / norm) * stage.unit + stage.width / 2
        py = (y0 + (y1 - y0) * s - c * thick * (x1 - x0) / norm) * stage.unit + stage.height / 2
        ink = Ink.at(px, py, shape)
        share = np.float32(2.6 * max(1.0, (float(wide[0]) * stage.unit) / c.size) if generation < 4 else 1.2)
        here = np.minimum(ink.sum(1.0) * share * min(1.0, 0.5 + float(wide.mean()) * stage.unit * 0.5), 1.0)
        side = np.broadcast_to(0.5 + 0.5 * c * np.sign(y1 - y0) * -1, px.shape)
        light = np.maximum(
            light, np.where(here > 0.1, ink.sum(side.astype(np.float32)) / np.maximum(ink.sum(1.0), 0.05), 0)
        )
        when = np.broadcast_to(wood.born[own] + s * 0.1, px.shape).astype(np.float32)
        mean = ink.sum(when) / np.maximum(ink.sum(1.0), 1e-3)
        first = np.where((here > 0.02) & (cover < 0.3), np.minimum(first, mean), first)
        cover = np.maximum(cover, here)
    even = glow(light * cover, 1.6, 2) / np.maximum(glow(cover, 1.6, 2), 0.05)
    return cover, first.astype(np.float32), even.astype(np.float32)


class Foliage:
    """Leaves at the ends of the branches: they open, change colour, let go and lie on the ground."""

    def __init__(self, wood: Wood, stage: Stage, count: int) -> None:
        rng = np.random.default_rng(33)
        twigs = np.flatnonzero(wood.generation >= wood.generation.max() - 3)
        twig = rng.choice(twigs, count)
        s = rng.random(count, np.float32)
        spread = rng.normal(0, 0.034, (2, count)).astype(np.float32)
        self.x = wood.x0[twig] + (wood.x1[twig] - wood.x0[twig]) * s + spread[0]
        self.y = wood.y0[twig] + (wood.y1[twig] - wood.y0[twig]) * s + spread[1]
        self.opens = rng.normal(0.17, 0.03, count).astype(np.float32)
        self.falls = np.clip(rng.normal(0.76, 0.05, count), 0.62, 0.9).astype(np.float32)
        self.lag = rng.normal(0, 0.035, count).astype(np.float32)
        self.shine = (0.35 + 0.95 * rng.random(count) ** 2 - 0.35 * np.clip(self.y + 0.6, 0, 1)).astype(np.float32)
        self.phase = rng.uniform(0, 6.28, count).astype(np.float32)
        self.rest = (1.29 + np.abs(rng.normal(0, 0.12, count))).astype(np.float32)
        self.stage = stage
        grid = np.linspace(-1, 1, 5, dtype=np.float32)
        oy, ox = np.meshgrid(grid, grid, indexing="ij")
        keep = np.hypot(ox, oy) < 1.05
        self.stencil = np.stack([ox[keep], oy[keep]])[:, :, None]

    def over(self, light: Light, t: float) -> Light:
        """Lay the leaves of time 0..1 over a picture."""
        stage = self.stage
        open_ = smooth(0.0, 1.0, (t - self.opens) / 0.10)
        fallen = np.maximum(t - self.falls, 0) / 0.11
        drop = np.square(np.minimum(fallen, 1.4)) * 0.8 + fallen * 0.25
        sway = 0.004 * np.sin(t * 55 + self.phase + self.x * 3)
        x = self.x + sway + np.minimum(fallen, 1.6) * 0.13 * np.sin(t * 42 + self.phase) + fallen.clip(0, 2) * 0.05
        y = np.minimum(self.y + drop, np.maximum(self.rest, self.y))
        gone = 1 - smooth(0.88, 1.0, np.full_like(t * self.lag, t)) * 0.85
        radius = 0.0125 * open_ * (0.8 + 0.4 * np.sin(self.phase) ** 2) * stage.unit
        px = (x * stage.unit + stage.width / 2)[None] + self.stencil[0] * radius
        py = (y * stage.unit + stage.height / 2)[None] + self.stencil[1] * radius
        ink = Ink.at(px, py, (stage.height, stage.width))
        alpha = (open_ * gone * 0.30).astype(np.float32)
        when = np.clip(t + self.lag, 0, 1)
        tints = np.stack([rgb(code).ravel() for code in LEAF])
        count = self.stencil.shape[1]
        cover = ink.sum(np.tile(alpha, count))
        hue = [
            ink.sum(np.tile(np.interp(when, SEASONS, tints[:, c]).astype(np.float32) * self.shine * alpha, count))
            for c in range(3)
        ]
        veil = fade(cover * 2.2)
        return light * veil + np.stack(hue) / np.maximum(cover, 1e-3) * (1 - veil)


class Drift:
    """Snow: flakes that fall at their own pace and wander sideways."""

    def __init__(self, count: int, stage: Stage, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.x, self.y, self.near, self.phase = (rng.random(count, np.float32) for _ in range(4))
        self.stage = stage

    def at(self, seconds: float) -> Plane:
        """The snow in the air at that second, a plane of brightness."""
        width, height = self.stage.width, self.stage.height
        y = (self.y + seconds * (0.05 + 0.13 * self.near)) % 1.0 * height
        x = (self.x + 0.02 * np.sin(seconds * 1.3 + self.phase * 6.28) + seconds * 0.012) % 1.0 * width
        grid = np.array([-0.6, 0.0, 0.6], np.float32)[:, None] * (0.4 + 1.5 * self.near**3) * width / 450
        px = np.concatenate([x + grid, np.broadcast_to(x, grid.shape)])
        py = np.concatenate([np.broadcast_to(y, grid.shape), y + grid])
        return Ink.at(px, py, (height, width)).sum(np.tile(0.12 + 0.4 * self.near, 6).astype(np.float32))
