"""Footage of growth: a coral drawn by two chemicals."""

from collections.abc import Iterator

import numpy as np

from . import music
from .film import Film, shrink
from .light import Floats, Frame, Light, Plane, Stage, enlarge, paint, ramp, rgb, smooth

FEED, KILL = 0.0545, 0.0620  # Gray-Scott, the "coral growth" corner of Pearson's map (1993)
ROUNDS = 15  # reaction steps per frame


class Reaction:
    """Two chemicals that feed on each other on a torus: Gray-Scott with a five-point Laplacian."""

    def __init__(self, height: int, width: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.a = np.ones((height + 2, width + 2), np.float32)
        self.b = np.zeros((height + 2, width + 2), np.float32)
        for _ in range(12):
            y, x = int(rng.uniform(0.1, 0.9) * height), int(rng.uniform(0.1, 0.9) * width)
            self.b[y - 2 : y + 3, x - 4 : x + 5] = 0.5
            self.b[y - 4 : y + 5, x - 2 : x + 3] = 0.5

    @property
    def level(self) -> Plane:
        """How much of the second chemical each cell holds, 0 to about 0.4."""
        return self.b[1:-1, 1:-1]

    def step(self) -> None:
        """Advance one unit of reaction time."""
        a, b = self.a, self.b
        for field in (a, b):
            field[0], field[-1] = field[-2], field[1]
            field[:, 0], field[:, -1] = field[:, -2], field[:, 1]
        inner = slice(1, -1), slice(1, -1)
        meet = a[inner] * b[inner]
        meet *= b[inner]
        da = _around(a) * np.float32(0.2097)
        da -= meet
        da += FEED * (1.0 - a[inner])
        db = _around(b) * np.float32(0.105)
        db += meet
        db -= (FEED + KILL) * b[inner]
        a[inner] += da
        b[inner] += db


def _around(field: Plane) -> Plane:
    total = field[:-2, 1:-1] + field[2:, 1:-1]
    total += field[1:-1, :-2]
    total += field[1:-1, 2:]
    total -= 4.0 * field[1:-1, 1:-1]
    return total


def coral(scale: float = 1.0) -> Film:
    """Two chemicals growing a reef: older walls cool to blue, the living edge stays warm."""
    width, height = shrink(360, 640, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.65)
        cells = Reaction(max(height // 3, 24), max(width // 3, 24), seed=29)
        for _ in range(700):
            cells.step()
        palette = ramp(
            [
                (0, "#FFF0C2"),
                (0.10, "#FFB224"),
                (0.28, "#F2545B"),
                (0.52, "#7A3FA8"),
                (0.8, "#2457A8"),
                (1, "#176B87"),
            ]
        )
        ground = rgb("#040811") + smooth(1.9, -1.6, stage.y) * rgb("#0C2233")
        age = np.zeros_like(cells.level)
        for moment in range(round(fps * seconds)):
            for _ in range(ROUNDS):
                cells.step()
            age = np.where(cells.level > 0.16, age + 1, age * 0.97).astype(np.float32)
            body = enlarge(cells.level, height, width)
            years = np.clip(enlarge(0.5 * (age + _eldest(age)), height, width) / 300, 0, 1)
            yield stage.develop(
                ground + _relief(body, years, palette, stage, moment), moment, bloom=0.5, exposure=1.4
            )

    return Film(width, height, fps, seconds, draw, music.perform("coral"))


def _eldest(age: Plane) -> Plane:
    """The greatest age in each 3 x 3 block, so that a wall's own edge is as old as the wall."""
    rows = np.maximum(np.maximum(np.roll(age, 1, 0), np.roll(age, -1, 0)), age)
    return np.maximum(np.maximum(np.roll(rows, 1, 1), np.roll(rows, -1, 1)), rows)


def _relief(body: Plane, years: Plane, palette: Floats, stage: Stage, moment: int) -> Light:
    """The reef lit from the upper left as if its chemical were height."""
    down, right = np.gradient(body)
    steep = np.float32(stage.unit * 0.085)
    turn = moment * 0.012
    lit = (-right * float(np.cos(turn)) - down * float(np.sin(turn) + 0.8)) * steep
    wall = smooth(0.09, 0.24, body)
    shine = np.clip(lit, 0, 1.5)
    shade = 0.30 + 0.65 * np.clip(0.5 + lit * 0.9, 0, 1.2)
    skin = paint(np.sqrt(years), palette)
    return skin * (wall * shade * (0.45 + 1.2 * np.square(1 - years))) + shine * shine * wall * rgb("#FFE7C2") * 0.30
