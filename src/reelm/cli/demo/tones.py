"""The instruments of the demo's music: plucked strings, pads, bells, felt keys, soft drums, moving air.

Every sound is float32 in about -1..1 at `RATE` samples a second; pitches are MIDI numbers (69 = 440 Hz).
"""

from functools import lru_cache

import numpy as np

from .light import Floats

RATE = 44_100
_TABLE = 2048


def hertz(pitch: float) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def seconds_of(count: int) -> Floats:
    """The time in seconds of each of `count` samples."""
    return np.arange(count, dtype=np.float32) / np.float32(RATE)


@lru_cache(maxsize=8)
def _wave(slope: float, partials: int) -> Floats:
    """One period of a wave whose partials fall as 1/k^slope, phases spread so that it stays round."""
    at = np.arange(_TABLE) * (2 * np.pi / _TABLE)
    wave = sum(np.sin(k * at + 0.7 * k * k) / k**slope for k in range(1, partials + 1))
    table = np.asarray(wave, np.float32)
    return table / np.abs(table).max()


def _read(table: Floats, frequency: float, count: int, start: float = 0.0) -> Floats:
    phase = np.arange(count, dtype=np.float64) * (frequency * _TABLE / RATE) + start * _TABLE
    return table.take(phase.astype(np.int64) & (_TABLE - 1))


def swell(count: int, attack_s: float, release_s: float) -> Floats:
    """An envelope that rises and falls as half cosines."""
    shape = np.ones(count, np.float32)
    up, down = min(int(attack_s * RATE), count // 2), min(int(release_s * RATE), count // 2)
    shape[:up] = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, up))
    shape[count - down :] = 0.5 + 0.5 * np.cos(np.linspace(0, np.pi, down))
    return shape


def pad(pitches: tuple[int, ...], length_s: float, *, bright: float = 1.7, attack_s: float = 0.9) -> Floats:
    """A held chord of three slightly detuned voices per note, wide in stereo; shape (2, n)."""
    count = int(length_s * RATE)
    table = _wave(bright, 14)
    sound = np.zeros((2, count), np.float32)
    for k, pitch in enumerate(pitches):
        f = hertz(pitch)
        middle = _read(table, f, count, 0.13 * k)
        sound[0] += _read(table, f * 1.0031, count, 0.37 + 0.2 * k) + 0.6 * middle
        sound[1] += _read(table, f * 0.9968, count, 0.71 + 0.3 * k) + 0.6 * middle
    shimmer = 1.0 + 0.10 * np.sin(seconds_of(count) * 5.1)
    return sound * (swell(count, attack_s, min(1.3, length_s * 0.4)) * shimmer / (1.6 * len(pitches)))


@lru_cache(maxsize=256)
def pluck(pitch: int, length_s: float = 2.2, softness: float = 0.55) -> Floats:
    """A plucked string: noise going round a delay line that averages (Karplus and Strong, 1983)."""
    frequency = hertz(pitch)
    period = max(int(RATE / frequency), 8)
    rng = np.random.default_rng(pitch)
    line = rng.uniform(-1, 1, period).astype(np.float32)
    for _ in range(1 + int(softness * 6)):
        line = 0.5 * (line + np.roll(line, 1))
    line -= line.mean()
    line /= np.abs(line).max() + 1e-6
    rounds = int(length_s * frequency) + 2
    loss = np.float32(0.5 * 10 ** (-2.6 / (length_s * frequency)))
    out = np.empty((rounds, period), np.float32)
    for k in range(rounds):
        out[k] = line
        line = (line + np.concatenate((line[-1:], line[:-1]))) * loss
    count = int(length_s * RATE)
    string = np.interp(np.arange(count) * (frequency * period / RATE), np.arange(out.size), out.ravel())
    return (string * swell(count, 0.002, 0.3)).astype(np.float32)


@lru_cache(maxsize=256)
def bell(pitch: int, length_s: float = 3.0) -> Floats:
    """A small glass bell: a few inharmonic partials, the high ones gone first."""
    t = seconds_of(int(length_s * RATE))
    f = hertz(pitch)
    partials = ((1.0, 1.0, 1.3), (2.003, 0.42, 2.2), (2.99, 0.20, 3.6), (5.41, 0.10, 7.0))
    sound = sum(gain * np.sin(2 * np.pi * f * ratio * t) * np.exp(-decay * t) for ratio, gain, decay in partials)
    return np.asarray(sound * swell(len(t), 0.004, 0.4) * 0.6, np.float32)


@lru_cache(maxsize=256)
def felt(pitch: int, length_s: float = 2.6) -> Floats:
    """A piano string under felt: soft attack, few partials, a long quiet tail."""
    count = int(length_s * RATE)
    t = seconds_of(count)
    f = hertz(pitch)
    dull, bright = _read(_wave(2.6, 5), f, count), _read(_wave(1.5, 9), f * 1.0006, count)
    thud = np.sin(2 * np.pi * 82 * t) * np.exp(-t * 60) * 0.16
    sound = dull * np.exp(-1.5 * t) + 0.30 * bright * np.exp(-5.5 * t) + thud
    return np.asarray(sound * swell(count, 0.009, 0.5) * 0.75, np.float32)


@lru_cache(maxsize=64)
def bass(pitch: int, length_s: float = 1.2) -> Floats:
    """A round bass note."""
    t = seconds_of(int(length_s * RATE))
    f = hertz(pitch)
    sound = np.sin(2 * np.pi * f * t) + 0.28 * np.sin(4 * np.pi * f * t) * np.exp(-3 * t)
    return np.asarray(sound * np.exp(-0.9 * t) * swell(len(t), 0.02, 0.35), np.float32)


@lru_cache(maxsize=8)
def drum(kind: str) -> Floats:
    """A soft `kick`, `tick`, `shaker` or `brush`."""
    if kind == "kick":
        t = seconds_of(int(0.32 * RATE))
        return np.asarray(np.sin(2 * np.pi * (46 * t + 2.6 * (1 - np.exp(-t * 34)))) * np.exp(-11 * t), np.float32)
    if kind == "tick":
        t = seconds_of(int(0.09 * RATE))
        wood = np.sin(2 * np.pi * 1180 * t) * np.exp(-t * 75) + 0.5 * np.sin(2 * np.pi * 2310 * t) * np.exp(-t * 130)
        return np.asarray(wood * 0.6, np.float32)
    long_s, low, high, decay = (0.10, 5200, 11000, 48.0) if kind == "shaker" else (0.26, 1500, 7000, 16.0)
    t = seconds_of(int(long_s * RATE))
    return np.asarray(_band(len(t), low, high, 1.0, 5) * np.exp(-decay * t) * swell(len(t), 0.012, 0.03), np.float32)


def _band(count: int, low: float, high: float, tilt: float, seed: int) -> Floats:
    """Noise between two frequencies in hertz, falling as 1/f^tilt, peak about 1; its end meets its start."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    f = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 1.0)
    shape = (f / low) ** -tilt / (1 + (low / f) ** 6) / (1 + (f / high) ** 6)
    noise = np.fft.irfft(spectrum * shape, count)
    return np.asarray(noise / (3.2 * noise.std()), np.float32)


def air(kind: str, length_s: float, seed: int) -> Floats:
    """A bed of `rain`, `waves` or `wind` that ends where it began; shape (2, n)."""
    count = int(length_s * RATE)
    low, high, tilt = {"rain": (900, 9000, 0.7), "waves": (180, 3800, 1.1), "wind": (140, 900, 1.2)}[kind]
    sides = np.stack([_band(count, low, high, tilt, seed + side) for side in range(2)])
    turn = np.linspace(0, 2 * np.pi, count, dtype=np.float32)
    if kind == "rain":
        return sides * (0.75 + 0.1 * np.sin(turn * 2))
    beat = 2 if kind == "waves" else 1
    surge = [np.square(0.5 + 0.5 * np.sin(beat * turn - 1.2 + 0.5 * side)) * 0.9 + 0.12 for side in range(2)]
    return (sides * np.stack(surge)).astype(np.float32)


class Track:
    """A loop of stereo sound: what runs past its end goes on at its start."""

    def __init__(self, length_s: float) -> None:
        self.sound = np.zeros((2, round(length_s * RATE)), np.float32)

    def add(self, sound: Floats, at_s: float, gain: float, side: float = 0.0) -> None:
        """Mix in a mono or stereo sound; `side` is -1 for left to 1 for right."""
        size = self.sound.shape[1]
        both = np.stack([sound, sound]) if sound.ndim == 1 else sound
        level = np.array([[np.cos((side + 1) * np.pi / 4)], [np.sin((side + 1) * np.pi / 4)]], np.float32)
        both = both * (level * np.float32(gain * 1.414))
        start = round(at_s * RATE) % size
        while both.shape[1] > 0:
            room = size - start
            self.sound[:, start : start + both.shape[1]] += both[:, :room]
            both, start = both[:, room:], 0

    def roomy(self, wet: float, decay_s: float) -> Floats:
        """The loop in a dark hall: circular convolution with decaying noise, mixed with the dry sound."""
        size = self.sound.shape[1]
        t = seconds_of(size)
        rng = np.random.default_rng(99)
        tail = rng.standard_normal((2, size)).astype(np.float32) * np.exp(-6.9 * t / decay_s) * smooth_start(t)
        f = np.fft.rfftfreq(size, 1 / RATE)
        dark = 1 / (1 + (f / 2600.0) ** 2) * (f / (f + 120.0))
        spectrum = np.fft.rfft(tail, axis=1) * dark
        hall = np.fft.irfft(np.fft.rfft(self.sound, axis=1) * spectrum, size, axis=1).astype(np.float32)
        hall *= np.float32(self.sound.std() / (hall.std() + 1e-9))
        return self.sound * (1 - 0.4 * wet) + hall * wet


def smooth_start(t: Floats) -> Floats:
    """The hall's first reflections arrive over its first 30 ms."""
    return np.clip(t / 0.03, 0, 1)
