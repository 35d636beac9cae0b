"""Which frame is chosen as poster."""

import random
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.media.model import Rendition
from reelm.media.poster import choose_frame, fit_within, plan_frame_strip, score_frame

W, H = 40, 60


def blank(level: int) -> bytes:
    return bytes([level]) * (W * H)


def picture(low: int = 40, high: int = 220, block: int = 4) -> bytes:
    return bytes(high if (x // block + y // block) % 2 else low for y in range(H) for x in range(W))


def ramp() -> bytes:
    """A picture out of focus: all tones, no edge."""
    return bytes(40 + 180 * x // W for _ in range(H) for x in range(W))


def test_black_white_and_blank_frames_lose() -> None:
    assert choose_frame([picture(), blank(0), blank(255), blank(128), picture()], W) == 4


def test_the_first_frame_is_never_taken_where_there_are_others() -> None:
    assert choose_frame([picture(), ramp()], W) == 1
    assert choose_frame([picture()], W) == 0


def test_sharp_beats_blurred() -> None:
    assert choose_frame([blank(0), ramp(), picture(), ramp()], W) == 2


def test_lit_beats_dark() -> None:
    assert choose_frame([blank(0), picture(0, 40), picture(60, 200)], W) == 2


def test_without_frames_there_is_no_choice() -> None:
    with pytest.raises(ValueError, match="no frame"):
        choose_frame([], W)


@given(st.integers(0, 2**32))
def test_scores_are_finite_and_never_negative(seed: int) -> None:
    assert 0 <= score_frame(random.Random(seed).randbytes(W * H), W) < 1000


@given(st.integers(1, 200_000), st.sampled_from([Fraction(10), Fraction(30000, 1001), Fraction(60)]))
def test_between_8_and_33_frames_are_kept_of_any_clip_that_has_them(duration_ms: int, fps: Fraction) -> None:
    rendition = Rendition(480, 480, 854, fps, crf=24, maxrate_kbps=1)
    strip = plan_frame_strip(rendition, duration_ms, Path("x"))
    count = strip.fps * duration_ms / 1000
    assert count <= 33
    assert count >= min(Fraction(79, 10), fps * duration_ms / 1000 - 1)
    assert max(strip.width, strip.height) <= 144


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_shrinking_keeps_a_pixel_and_enlarges_nothing(width: int, height: int) -> None:
    small = fit_within(width, height, 100)
    assert 1 <= small[0] <= min(width, 100)
    assert 1 <= small[1] <= min(height, 100)
