"""Footage of a drawn clock: four hours of an evening in eight seconds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import music
from .film import Film, shrink
from .light import Frame, Light, Plane, Stage, ease, fade, glow, rgb, smooth
from .strokes import segment

RADIUS = 0.74  # of the dial, in stage units
NUMERALS = ("XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI")
HOURS = (17.0, 21.0)  # the clip runs between these

# Wall colour high and low, at HOUR_KEYS.
HOUR_KEYS = (17.0, 18.0, 19.0, 19.9, 21.0)
WALL_HIGH = ("#2C5A78", "#4A5674", "#5A3A5E", "#1F2348", "#0A0F22")
WALL_LOW = ("#9DB7B4", "#E8B483", "#F0764A", "#5A3A6A", "#141B38")
SUNLIGHT = ("#FFF2D6", "#FFD08A", "#FF8A4A", "#6A4A8A", "#2A3A6A")


@dataclass(frozen=True)
class Hand:
    """How far a hand reaches and how far behind the hub; half its width at the root and at the tip."""

    long: float
    tail: float
    root: float
    tip: float


HOUR_HAND = Hand(RADIUS * 0.52, 0.10, 0.026, 0.012)
MINUTE_HAND = Hand(RADIUS * 0.84, 0.13, 0.016, 0.006)


def hour_colour(codes: tuple[str, ...], hour: float) -> Light:
    """The colour of that list at an hour of the clip, shape (3, 1, 1)."""
    rows = np.stack([rgb(code).ravel() for code in codes])
    return np.array([np.interp(hour, HOUR_KEYS, rows[:, c]) for c in range(3)], np.float32).reshape(3, 1, 1)


def _letter(mark: str) -> tuple[tuple[tuple[float, float, float, float], ...], float]:
    """Strokes of one Roman digit in a box one high, and its advance."""
    if mark == "I":
        return ((0.0, -0.5, 0.0, 0.5),), 0.30
    if mark == "V":
        return ((-0.26, -0.5, 0.0, 0.5), (0.0, 0.5, 0.26, -0.5)), 0.62
    return ((-0.26, -0.5, 0.26, 0.5), (-0.26, 0.5, 0.26, -0.5)), 0.64


def _numerals(x: Plane, y: Plane) -> Plane:
    """The twelve numerals as a mask, upright to the centre."""
    plane = np.full((y.shape[0], x.shape[1]), 9.0, np.float32)
    high, middle = 0.105, RADIUS * 0.79
    for hour, text in enumerate(NUMERALS):
        turn = hour * np.pi / 6
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        u = x * cos + y * sin
        v = -x * sin + y * cos + middle
        at = -0.5 * sum(_letter(mark)[1] for mark in text)
        for mark in text:
            strokes, advance = _letter(mark)
            at += advance / 2
            for x0, y0, x1, y1 in strokes:
                ends = ((x0 + at) * high, y0 * high, (x1 + at) * high, y1 * high)
                plane = np.minimum(plane, segment(u, v, ends))
            at += advance / 2
    return smooth(0.0105, 0.0045, plane)


def _ticks(x: Plane, y: Plane) -> Plane:
    """Sixty minute marks around the rim, every fifth longer, as a mask."""
    radius, angle = np.hypot(x, y), np.arctan2(x, -y)
    plane = np.zeros_like(radius)
    for count, inner, half in ((60, 0.915, 0.0028), (12, 0.895, 0.006)):
        step = 2 * np.pi / count
        off = np.abs((angle + step / 2) % step - step / 2) * radius
        span = smooth(inner - 0.004, inner + 0.004, radius / RADIUS) * smooth(0.952, 0.944, radius / RADIUS)
        plane = np.maximum(plane, smooth(half + 0.003, half - 0.001, off) * span)
    return plane


def _hand(x: Plane, y: Plane, turn: float, hand: Hand) -> Plane:
    """A tapering hand at `turn` radians from twelve, as a soft-edged mask."""
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    u, v = x * cos + y * sin, x * sin - y * cos
    share = np.clip((v + hand.tail) / (hand.long + hand.tail), 0, 1)
    beyond = np.maximum(np.maximum(v - hand.long, -hand.tail - v), 0)
    return smooth(0.004, -0.004, np.hypot(u, beyond) - (hand.root + (hand.tip - hand.root) * share))


def clock(scale: float = 1.0) -> Film:
    """A dial on a wall from late afternoon to night: the light goes, the hands begin to glow."""
    width, height = shrink(405, 720, scale)
    fps, seconds = 24, 8.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.6)
        wall, dial = Wall(stage), Dial(stage)
        count = round(fps * seconds)
        for moment in range(count):
            passed = moment / count
            hour = HOURS[0] + (HOURS[1] - HOURS[0]) * passed
            light = wall.at(hour)
            light[(slice(None), *dial.window)] = dial.over(light[(slice(None), *dial.window)], hour)
            yield stage.develop(light, moment, bloom=0.45, exposure=1.3)

    return Film(width, height, fps, seconds, draw, music.perform("clock"))


def nightfall(hour: float) -> float:
    """How much of the evening is over: 0 in daylight, 1 after dark."""
    return ease((hour - 18.7) / 1.7)


class Wall:
    """The wall behind the dial, with the last sunlight slanting over it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.low = smooth(-1.6, 1.7, stage.y)

    def at(self, hour: float) -> Light:
        """The wall and the dial's shadow on it at an hour of the day."""
        stage = self.stage
        high, low, sun = (hour_colour(codes, hour) for codes in (WALL_HIGH, WALL_LOW, SUNLIGHT))
        night = nightfall(hour)
        fall = (hour - HOURS[0]) / (HOURS[1] - HOURS[0])
        square = np.square(stage.x - (0.05 + 0.20 * fall)) + np.square(stage.y - (0.10 + 0.10 * fall))
        shadow = smooth((RADIUS * 1.28) ** 2, (RADIUS * 0.80) ** 2, square)
        slant = fade(np.square((stage.x * 0.8 + stage.y * 0.55 + 1.9 - 2.9 * fall) / 0.75))
        wall = (high + (low - high) * self.low) * (0.40 + 0.24 * (1 - night))
        wall = wall + slant * (sun * (0.22 * (1 - night)))
        wall *= 1 - (0.66 * (1 - 0.5 * night)) * shadow
        return wall


class Dial:
    """The clock itself; everything that does not move is drawn once, in a square window of the picture."""

    def __init__(self, stage: Stage) -> None:
        self.unit = stage.unit
        reach = min(round(RADIUS * 1.12 * stage.unit), stage.width // 2)
        rows = slice(stage.height // 2 - reach, stage.height // 2 + reach)
        columns = slice(stage.width // 2 - reach, stage.width // 2 + reach)
        self.window = rows, columns
        self.x, self.y = stage.x[:, columns], stage.y[rows]
        radius = np.hypot(self.x, self.y)
        self.face = smooth(RADIUS + 0.004, RADIUS - 0.004, radius)
        self.rim = smooth(0.028, 0.020, np.abs(radius - RADIUS * 1.02))
        bevel = (self.x * -0.6 + self.y * -0.8) / np.maximum(radius, 0.05)
        self.gold = rgb("#B98A45") * (0.35 + 0.9 * np.clip(bevel, 0, 1) ** 2 + 0.5 * np.clip(-bevel, 0, 1) ** 3)
        angle = np.arctan2(self.x, -self.y)
        rays = (0.5 + 0.5 * np.cos(2 * (angle + 0.6))) ** 3
        rays = rays + 0.10 * np.cos(angle * 180) * smooth(0.05, 0.3, radius)
        depth = 1.2 - 0.55 * smooth(0.0, RADIUS, radius)
        self.enamel, self.sheen = rgb("#0B1220") * 1.1 * depth, (0.05 + 0.20 * rays) * depth
        self.marks = np.maximum(_numerals(self.x, self.y), _ticks(self.x, self.y))
        self.marks_glow = glow(self.marks, stage.unit * 0.02, 2)
        self.hub = smooth(0.040, 0.032, radius)

    def hands(self, hour: float, off_x: float = 0.0, off_y: float = 0.0) -> Plane:
        """Both hands at that hour, moved by an offset; the minute hand blurs as it runs."""
        x, y = self.x - off_x, self.y - off_y
        mask = _hand(x, y, hour * np.pi / 6, HOUR_HAND)
        sweep = np.zeros_like(mask)
        for part in (-0.0044, -0.0022, 0.0):
            sweep += _hand(x, y, (hour + part) * 2 * np.pi, MINUTE_HAND)
        return np.maximum(mask, sweep / 3)

    def over(self, wall: Light, hour: float) -> Light:
        """The dial at an hour of the day, laid over its window of the wall."""
        night, sun = nightfall(hour), hour_colour(SUNLIGHT, hour)
        lume, amber = rgb("#5FE0C8"), rgb("#FFB224")
        face = self.enamel + self.sheen * (sun * (0.50 - 0.42 * night))
        light = wall + (face - wall) * self.face
        light += (self.gold * (1 - 0.72 * night) - light) * self.rim
        day = rgb("#EADFC8") * 0.62 + sun * 0.25
        light += (day * (1 - night) + lume * (0.55 * night) - light) * self.marks
        light += self.marks_glow * (lume * (0.28 * night))
        shade = glow(self.hands(hour, 0.018, 0.032), self.unit * 0.012, 2)
        light *= 1 - (0.6 * (1 - night)) * shade * self.face
        hands = self.hands(hour)
        light += (amber * (1 - night) + rgb("#FFD58A") * (1.05 * night) - light) * hands
        light += glow(hands, self.unit * 0.03, 3) * (amber * (0.5 * night))
        light += (rgb("#3A2A14") + amber * 0.35 - light) * self.hub
        return light
