"""Which moment stands for the clip? Sharp, lit and busy beats dark, blank and blurred, over small grey frames."""

from collections.abc import Sequence
from fractions import Fraction
from operator import sub
from pathlib import Path

from reelm.media.model import FrameStrip, Rendition

MOST_FRAMES = 32
_FEWEST_FRAMES = 8
_LONG_SIDE = 144
_THUMB_LONG_SIDE = 64


def plan_frame_strip(rendition: Rendition, duration_ms: int, path: Path) -> FrameStrip:
    """How many frames to keep for the choice, and how small: two a second, between 8 and 32 in all."""
    seconds = max(Fraction(duration_ms, 1000), Fraction(1, 10))
    fps = min(max(Fraction(2), _FEWEST_FRAMES / seconds), MOST_FRAMES / seconds, rendition.fps)
    width, height = fit_within(rendition.width, rendition.height, _LONG_SIDE)
    return FrameStrip(path, width, height, fps.limit_denominator(1000))


def fit_within(width: int, height: int, long_side: int) -> tuple[int, int]:
    """The size of a picture shrunk so that its long side is `long_side`; never enlarged, never below 1.

    >>> fit_within(480, 854, 100), fit_within(40, 20, 100)
    ((56, 100), (40, 20))
    """
    scale = min(Fraction(long_side, max(width, height)), Fraction(1))
    return max(1, round(width * scale)), max(1, round(height * scale))


def thumb_size(width: int, height: int) -> tuple[int, int]:
    """The size of the picture a ThumbHash is made from."""
    return fit_within(width, height, _THUMB_LONG_SIDE)


def choose_frame(frames: Sequence[bytes], width: int) -> int:
    """The index of the best frame, each `width` bytes a row. Never the first where there are others.

    The first frame is what cameras blur and editors fade in from. Raises `ValueError` without frames.
    """
    if not frames:
        raise ValueError("no frame to choose from")
    candidates = range(1, len(frames)) if len(frames) > 1 else range(1)
    return max(candidates, key=lambda index: score_frame(frames[index], width))


def score_frame(frame: bytes, width: int) -> float:
    """How well one grey frame would serve as a poster; higher is better, near 0 is black, white or blank.

    Sharpness is the mean step between neighbours; it counts less the darker or brighter the frame is as a whole.
    """
    across = sum(map(abs, map(sub, frame[1:], frame)))
    down = sum(map(abs, map(sub, frame[width:], frame)))
    sharpness = (across + down) / len(frame)
    ordered = sorted(frame[::5])
    spread = ordered[len(ordered) * 95 // 100] - ordered[len(ordered) * 5 // 100]
    return sharpness**0.5 * _lit(sum(frame) / len(frame)) * min(1.0, spread / 96)


def _lit(mean: float) -> float:
    """1 in the middle tones, falling to 0 towards black (16) and white (235)."""
    return max(0.0, min(1.0, (mean - 16) / 50, (240 - mean) / 40))


def read_frames(strip: FrameStrip) -> list[bytes]:
    """The frames of a strip that was written; fewer than planned where the clip was short."""
    size = strip.width * strip.height
    everything = strip.path.read_bytes()[: size * MOST_FRAMES * 2]
    return [everything[at : at + size] for at in range(0, len(everything) - size + 1, size)]
