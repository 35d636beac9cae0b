"""Footage of a drawn clock: four hours of an evening in nine seconds."""

from collections.abc import Iterator

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


def _numerals(stage: Stage) -> Plane:
    """The twelve numerals as a mask, upright to the centre."""
    plane = np.full((stage.height, stage.width), 9.0, np.float32)
    high, middle = 0.105, RADIUS * 0.79
    for hour, text in enumerate(NUMERALS):
        turn = hour * np.pi / 6
        cos, sin = float(np.cos(turn)), float(np.sin(turn))
        u = stage.x * cos + stage.y * sin
        v = -stage.x * sin + stage.y * cos + middle
        at = -0.5 * sum(_letter(mark)[1] for mark in text)
        for mark in text:
            strokes, advance = _letter(mark)
            at += advance / 2
            for x0, y0, x1, y1 in strokes:
                ends = ((x0 + at) * high, y0 * high, (x1 + at) * high, y1 * high)
                plane = np.minimum(plane, segment(u, v, ends))
            at += advance / 2
    return smooth(0.0105, 0.0045, plane)


def _ticks(stage: Stage) -> Plane:
    """Sixty minute marks around the rim, every fifth longer, as a mask."""
    radius, angle = np.hypot(stage.x, stage.y), np.arctan2(stage.x, -stage.y)
    plane = np.zeros_like(radius)
    for count, inner, half in ((60, 0.915, 0.0028), (12, 0.895, 0.006)):
        step = 2 * np.pi / count
        off = np.abs((angle + step / 2) % step - step / 2) * radius
        span = smooth(inner - 0.004, inner + 0.004, radius / RADIUS) * smooth(0.952, 0.944, radius / RADIUS)
        plane = np.maximum(plane, smooth(half + 0.003, half - 0.001, off) * span)
    return plane


def _hand(x: Plane, y: Plane, turn: float, long: float, root: float, tip: float, tail: float) -> Plane:
    """A tapering hand at `turn` radians from twelve, as a soft-edged mask."""
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    u, v = x * cos + y * sin, x * sin - y * cos
    share = np.clip((v + tail) / (long + tail), 0, 1)
    beyond = np.maximum(np.maximum(v - long, -tail - v), 0)
    return smooth(0.004, -0.004, np.hypot(u, beyond) - (root + (tip - root) * share))


def clock(scale: float = 1.0) -> Film:
    """A dial on a wall from late afternoon to night: the light goes, the hands begin to glow."""
    width, height = shrink(450, 800, scale)
    fps, seconds = 24, 9.0

    def draw() -> Iterator[Frame]:
        stage = Stage.of(width, height, vignette=0.6)
        dial = Dial(stage)
        count = round(fps * seconds)
        for moment in range(count):
            passed = moment / count
            hour = HOURS[0] + (HOURS[1] - HOURS[0]) * passed
            yield stage.develop(dial.at(hour), moment, bloom=0.45, exposure=1.3)

    return Film(width, height, fps, seconds, draw, music.perform("clock"))


class Dial:
    """The fixed parts of the picture, drawn once."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.radius = np.hypot(stage.x, stage.y)
        self.face = smooth(RADIUS + 0.004, RADIUS - 0.004, self.radius)
        rim = np.abs(self.radius - RADIUS * 1.02)
        self.rim = smooth(0.028, 0.020, rim)
        self.bevel = (stage.x * -0.6 + stage.y * -0.8) / np.maximum(self.radius, 0.05)
        angle = np.arctan2(stage.x, -stage.y)
        brushed = 0.5 + 0.5 * np.cos(2 * (angle + 0.6))
        self.rays = brushed**3 + 0.10 * np.cos(angle * 180) * smooth(0.05, 0.3, self.radius)
        self.marks = np.maximum(_numerals(stage), _ticks(stage))
        self.marks_glow = glow(self.marks, stage.unit * 0.02, 2)
        self.low = smooth(-1.6, 1.7, stage.y)
        reach = round(RADIUS * 0.97 * stage.unit)
        middle_y, middle_x = stage.height // 2, stage.width // 2
        self.window = slice(middle_y - reach, middle_y + reach), slice(middle_x - reach, middle_x + reach)

    def hands(self, hour: float, off_x: float = 0.0, off_y: float = 0.0) -> Plane:
        """Both hands at that hour over the whole picture, moved by an offset; the minute hand blurs as it runs."""
        rows, columns = self.window
        x, y = self.stage.x[:, columns] - off_x, self.stage.y[rows] - off_y
        mask = _hand(x, y, hour * np.pi / 6, RADIUS * 0.52, 0.026, 0.012, 0.10)
        sweep = np.zeros_like(mask)
        for part in (-0.0044, -0.0022, 0.0):
            sweep += _hand(x, y, (hour + part) * 2 * np.pi, RADIUS * 0.84, 0.016, 0.006, 0.13)
        plane = np.zeros((self.stage.height, self.stage.width), np.float32)
        plane[rows, columns] = np.maximum(mask, sweep / 3)
        return plane

    def at(self, hour: float) -> Light:
        """The picture at an hour of the day."""
        stage = self.stage
        high, low, sun = (hour_colour(codes, hour) for codes in (WALL_HIGH, WALL_LOW, SUNLIGHT))
        night = ease((hour - 18.7) / 1.7)
        fall = (hour - HOURS[0]) / (HOURS[1] - HOURS[0])
        shade_x, shade_y = 0.05 + 0.20 * fall, 0.10 + 0.10 * fall
        shadow = smooth(RADIUS * 1.28, RADIUS * 0.86, np.hypot(stage.x - shade_x, stage.y - shade_y))
        slant = fade(np.square((stage.x * 0.8 + stage.y * 0.55 + 1.9 - 2.9 * fall) / 0.75))
        wall = (high + (low - high) * self.low) * (0.42 + 0.30 * (1 - night))
        light = (wall + slant * sun * (0.20 * (1 - night))) * (1 - 0.62 * (1 - 0.5 * night) * shadow)
        face = rgb("#10151D") * 1.3 + (0.10 + 0.16 * np.clip(self.bevel * 0.5 + 0.5, 0, 1)) * sun * (
            0.6 - 0.45 * night
        )
        face = face * (1.25 - 0.55 * smooth(0.0, RADIUS, self.radius))
        light = light + (face - light) * self.face
        gold = rgb("#B98A45") * (0.35 + 0.9 * np.clip(self.bevel, 0, 1) ** 2 + 0.5 * np.clip(-self.bevel, 0, 1) ** 3)
        light = light + (gold * (1 - 0.72 * night) - light) * self.rim
        return self._furnish(light, hour, night, sun)

    def _furnish(self, light: Light, hour: float, night: float, sun: Light) -> Light:
        """Add the marks, the hands with their shadow, and the glow that comes with the dark."""
        lume = rgb("#5FE0C8")
        day = rgb("#EADFC8") * 0.55 + sun * 0.25
        light = light + (day * (1 - night) + lume * (0.55 * night) - light) * self.marks
        light += lume * self.marks_glow * (0.28 * night)
        shade = glow(self.hands(hour, 0.018, 0.032), self.stage.unit * 0.012, 2)
        light *= 1 - 0.6 * (1 - night) * shade * self.face
        hands = self.hands(hour)
        metal = rgb("#FFB224") * (1 - night) + rgb("#FFD58A") * (1.05 * night)
        light = light + (metal - light) * hands
        light += glow(hands, self.stage.unit * 0.03, 3) * rgb("#FFB224") * (0.5 * night)
        hub = smooth(0.040, 0.032, self.radius)
        return light + (rgb("#3A2A14") + rgb("#FFB224") * 0.35 - light) * hub
