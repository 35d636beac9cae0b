"""The music of the demo: one short loop per film, written as data and played by `tones`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import tones
from .light import Floats

LOUDNESS, CEILING = 0.135, 0.80  # of the finished loop: RMS and peak, full scale = 1
VOICES: dict[str, Callable[[int], Floats]] = {"pluck": tones.pluck, "bell": tones.bell, "felt": tones.felt}


@dataclass(frozen=True)
class Part:
    """A melodic line: which instrument plays which note of the chord at each step of a bar.

    A step is an index into the bar's chord, counted on into higher octaves; `None` is a rest.
    """

    voice: str
    steps: tuple[int | None, ...]
    gain: float
    octave: int = 0
    side: float = 0.0


@dataclass(frozen=True)
class Piece:
    """A loop: one bar per chord, bars of equal length, whatever the film lasts."""

    chords: tuple[tuple[int, ...], ...]
    parts: tuple[Part, ...] = ()
    pad_gain: float = 0.5
    pad_bright: float = 1.9
    bass: tuple[float, ...] = ()  # places in the bar, 0..1
    beat: tuple[tuple[str, tuple[float, ...], float], ...] = ()
    air: tuple[str, float] | None = None
    wet: float = 0.45
    hall_s: float = 2.6


_ = None
PIECES: dict[str, Piece] = {
    "sunrise": Piece(
        ((50, 57, 62, 64, 66), (47, 54, 59, 62, 66), (43, 55, 59, 62, 66), (45, 57, 59, 64, 69)),
        (
            Part("pluck", (0, 2, 3, 4, 5, 7, 6, 4), 0.36, side=-0.2),
            Part("bell", (_, _, _, 4, _, _, 6, _), 0.10, 12, 0.4),
        ),
        pad_gain=0.55,
        bass=(0.0,),
    ),
    "ink": Piece(
        ((51, 58, 62, 65, 67), (48, 55, 58, 63, 65), (44, 56, 60, 63, 67)),
        (Part("felt", (2, _, 4, _, 3, _, 6, 5), 0.36), Part("bell", (_, _, _, _, _, 7, _, _), 0.09, 12, -0.4)),
        pad_gain=0.5,
        bass=(0.0,),
        wet=0.6,
        hall_s=3.4,
    ),
    "coral": Piece(
        ((53, 60, 64, 67, 71), (55, 59, 62, 67, 69), (52, 59, 62, 67, 71), (53, 57, 60, 64, 67)),
        (
            Part("pluck", (0, 3, 2, 4, 3, 5, 4, 2), 0.34, 12, -0.35),
            Part("pluck", (_, 5, _, 3, _, 6, _, 4), 0.22, 12, 0.45),
        ),
        pad_gain=0.34,
        bass=(0.0, 0.625),
        beat=(("shaker", (0.125, 0.375, 0.625, 0.875), 0.05),),
    ),
    "aurora": Piece(
        ((45, 57, 60, 64, 71), (41, 57, 60, 64, 67), (48, 55, 62, 64, 67)),
        (
            Part("bell", (4, _, _, 6, _, 5, _, _), 0.16, 12, 0.3),
            Part("felt", (_, _, 3, _, _, _, 2, _), 0.14, 0, -0.3),
        ),
        pad_gain=0.75,
        air=("wind", 0.06),
        wet=0.7,
        hall_s=4.0,
    ),
    "clock": Piece(
        ((48, 55, 60, 63, 67), (44, 56, 60, 63, 67), (46, 53, 58, 62, 65), (43, 55, 59, 62, 65)),
        (
            Part("felt", (2, 4, 3, 5, 2, 4, 3, 6, 4, 3), 0.34, 0, -0.15),
            Part("bell", (5, _, _, _, _, _, _, _, _, _), 0.10, 12),
        ),
        pad_gain=0.36,
        bass=(0.0,),
        beat=(("tick", (0.0, 0.2, 0.4, 0.6, 0.8), 0.10),),
    ),
    "pendulums": Piece(
        ((50, 57, 60, 64, 65), (46, 58, 62, 65, 69), (53, 57, 60, 64, 67), (48, 55, 62, 64, 67)),
        (
            Part("pluck", (0, 2, 4, 3, 5, 4, 7, 4), 0.34, 0, -0.5),
            Part("pluck", (3, 5, 2, 6, 4, 7, 5), 0.26, 12, 0.5),
        ),
        pad_gain=0.4,
        bass=(0.0, 0.5),
        beat=(("kick", (0.0, 0.5), 0.22),),
    ),
    "starlings": Piece(
        ((42, 57, 61, 64, 68), (50, 57, 61, 66, 69), (45, 57, 61, 64, 71), (40, 56, 59, 64, 66)),
        (Part("felt", (4, _, 3, _, 2, _, 3, 5), 0.24), Part("pluck", (_, 2, 3, _, 5, _, _, 4), 0.14, 12, 0.4)),
        pad_gain=0.7,
        pad_bright=1.6,
        bass=(0.0,),
        air=("wind", 0.09),
        wet=0.55,
    ),
    "silk": Piece(
        ((49, 56, 61, 63, 68), (46, 58, 61, 65, 68), (54, 58, 61, 66, 68), (51, 56, 58, 63, 66)),
        (
            Part("pluck", (0, 4, 2, 5, 3, 6, 4, 7, 5, 6, 3, 4), 0.32, 0, 0.25),
            Part("pluck", (_, _, 7, _, _, 5, _, _, 6, _, _, 5), 0.16, 12, -0.45),
        ),
        pad_gain=0.42,
        bass=(0.0, 0.5),
        beat=(("shaker", (0.0, 0.25, 0.5, 0.75), 0.035),),
    ),
    "rain": Piece(
        ((50, 57, 60, 64, 65), (43, 53, 59, 64, 69), (48, 55, 59, 62, 64), (45, 55, 61, 64, 70)),
        (Part("felt", (1, _, 3, 4, _, 5, _, 3), 0.34, 0, -0.1), Part("felt", (_, _, _, _, 7, _, 6, _), 0.16, 0, 0.3)),
        pad_gain=0.24,
        bass=(0.0, 0.625),
        beat=(
            ("kick", (0.0, 0.625), 0.26),
            ("brush", (0.25, 0.75), 0.13),
            ("shaker", (0.0, 0.125, 0.375, 0.5, 0.625, 0.875), 0.03),
        ),
        air=("rain", 0.09),
        wet=0.32,
    ),
    "tide": Piece(
        ((43, 55, 59, 62, 66), (40, 55, 59, 62, 67), (48, 55, 60, 64, 66), (50, 57, 60, 64, 66)),
        (
            Part("bell", (2, _, _, 4, _, _, 3, _), 0.13, 12, -0.3),
            Part("pluck", (0, _, 2, _, 4, _, 3, _), 0.18, 0, 0.25),
        ),
        pad_gain=0.5,
        air=("waves", 0.20),
        wet=0.55,
        hall_s=3.2,
    ),
    "avenue": Piece(
        ((45, 57, 60, 64, 67), (41, 57, 60, 64, 65), (48, 55, 60, 64, 67), (43, 55, 59, 62, 66)),
        (
            Part("pluck", (2, 4, 3, 5, 4, 6, 5, 3), 0.20, 12, 0.4),
            Part("bell", (6, _, _, _, 5, _, _, _), 0.10, 12, -0.4),
        ),
        pad_gain=0.5,
        pad_bright=1.35,
        bass=(0.0, 0.25, 0.375, 0.5, 0.75, 0.875),
        beat=(
            ("kick", (0.0, 0.5), 0.34),
            ("brush", (0.25, 0.75), 0.14),
            ("shaker", (0.125, 0.375, 0.625, 0.875), 0.05),
        ),
        wet=0.38,
    ),
    "tree": Piece(
        (
            (53, 60, 65, 67, 69),
            (50, 57, 62, 65, 69),
            (46, 58, 62, 65, 69),
            (48, 55, 60, 64, 67),
            (50, 57, 60, 65, 69),
            (46, 58, 60, 65, 70),
        ),
        (
            Part("pluck", (0, 2, 4, 3, 5, 4), 0.32, 12, -0.25),
            Part("bell", (4, _, _, 5, _, 6), 0.11, 12, 0.35),
            Part("felt", (1, _, _, 3, _, _), 0.2),
        ),
        pad_gain=0.36,
        bass=(0.0,),
    ),
}
del _


def perform(name: str) -> Callable[[float], Floats]:
    """A player of that piece: called with a length in seconds, it returns (2, samples) at `tones.RATE`."""

    def play(length_s: float) -> Floats:
        return _mastered(_played(PIECES[name], length_s))

    return play


def _played(piece: Piece, length_s: float) -> Floats:
    track = tones.Track(length_s)
    bar_s = length_s / len(piece.chords)
    for number, chord in enumerate(piece.chords):
        start = number * bar_s
        track.add(tones.pad(chord[1:], bar_s * 1.35, bright=piece.pad_bright), start - 0.25 * bar_s, piece.pad_gain)
        for place in piece.bass:
            pitch = chord[0] - 12 if chord[0] > 43 else chord[0]
            track.add(tones.bass(pitch, min(1.6, bar_s)), start + place * bar_s, 0.30)
        for part in piece.parts:
            _line(track, part, chord, start, bar_s)
        for kind, places, gain in piece.beat:
            for place in places:
                track.add(tones.drum(kind), start + place * bar_s, gain, 0.0 if kind == "kick" else 0.15)
    if piece.air:
        track.add(tones.air(piece.air[0], length_s, seed=len(piece.chords)), 0.0, piece.air[1])
    return track.roomy(piece.wet, piece.hall_s)


def _line(track: tones.Track, part: Part, chord: tuple[int, ...], start_s: float, bar_s: float) -> None:
    """Play one bar of a part, a little human: accents on the beat, no two notes equally loud."""
    upper = chord[1:]
    for place, step in enumerate(part.steps):
        if step is None:
            continue
        pitch = upper[step % len(upper)] + 12 * (step // len(upper)) + part.octave
        accent = 1.0 if place == 0 else 0.82 + 0.12 * ((place * 7 + step * 3) % 5) / 4
        lag_s = 0.006 * ((place * 5 + step) % 3)
        side = part.side + 0.12 * ((step % 3) - 1)
        track.add(
            VOICES[part.voice](pitch), start_s + place * bar_s / len(part.steps) + lag_s, part.gain * accent, side
        )


def _mastered(sound: Floats) -> Floats:
    """Even loudness, rounded peaks, a short fade at both ends."""
    sound = sound - sound.mean(axis=1, keepdims=True)
    sound = sound * np.float32(LOUDNESS / (np.sqrt(np.square(sound).mean()) + 1e-9))
    sound = np.tanh(sound / CEILING) * CEILING
    return (sound * tones.swell(sound.shape[1], 0.12, 0.45)).astype(np.float32)
