"""Which sizes and frame rates are encoded, for every shape a phone, a camera or a stranger comes up with."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.media.commands import gop_frames
from reelm.media.ladder import choose_fps, plan_renditions
from reelm.media.model import DEFAULT_LADDER, Probe

sides = st.integers(1, 9000)
rates = st.fractions(Fraction(1, 60), Fraction(1000), max_denominator=1001)


def source(width: int, height: int, fps: Fraction = Fraction(30), *, varies: bool = False) -> Probe:
    return Probe(width=width, height=height, duration_ms=15_000, fps=fps, nominal_fps=fps, variable_fps=varies)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1080, 1920), [(480, 854), (720, 1280), (1080, 1920)]),
        ((1920, 1080), [(854, 480), (1280, 720), (1920, 1080)]),
        ((2160, 3840), [(480, 854), (720, 1280), (1080, 1920)]),
        ((720, 1280), [(480, 854), (720, 1280)]),
        ((540, 960), [(480, 854)]),
        ((480, 480), [(480, 480)]),
        ((479, 853), [(478, 852)]),
        ((360, 640), [(360, 640)]),
        ((161, 287), [(160, 286)]),
        ((2, 2), [(2, 2)]),
        ((1, 1), [(2, 2)]),
        ((1080, 1081), [(480, 480), (720, 720), (1080, 1080)]),
        ((480, 19_000), [(104, 4096)]),
    ],
)
def test_sizes_are_the_rungs_a_source_fills(size: tuple[int, int], expected: list[tuple[int, int]]) -> None:
    planned = plan_renditions(source(*size), DEFAULT_LADDER)
    assert [(r.width, r.height) for r in planned] == expected


@given(sides, sides)
def test_every_source_gets_at_least_one_even_size_smallest_first_and_none_enlarged(width: int, height: int) -> None:
    planned = plan_renditions(source(width, height), DEFAULT_LADDER)
    assert planned
    assert [r.short_side for r in planned] == sorted({r.short_side for r in planned})
    for r in planned:
        assert r.width % 2 == r.height % 2 == 0
        assert r.width <= max(2, width)
        assert r.height <= max(2, height)
        assert max(r.width, r.height) <= 4096


@given(st.integers(480, 4000), st.integers(480, 4000))
def test_shapes_survive(width: int, height: int) -> None:
    for r in plan_renditions(source(width, height), DEFAULT_LADDER):
        exact = Fraction(width, height)
        assert abs(Fraction(r.width, r.height) - exact) <= exact * Fraction(2, min(r.width, r.height))


@given(sides, sides)
def test_lying_down_is_standing_up_turned(width: int, height: int) -> None:
    upright = plan_renditions(source(width, height), DEFAULT_LADDER)
    lying = plan_renditions(source(height, width), DEFAULT_LADDER)
    assert [(r.width, r.height) for r in upright] == [(r.height, r.width) for r in lying]


@pytest.mark.parametrize(
    ("given_fps", "expected"),
    [
        ("30", "30"), ("30000/1001", "30000/1001"), ("29.97", "30000/1001"), ("30.02", "30"), ("25", "25"),
        ("24000/1001", "24000/1001"), ("60", "60"), ("59.94", "60000/1001"), ("12.5", "25/2"), ("15", "15"),
        ("1000", "60"), ("120", "60"), ("240", "60"), ("1", "10"), ("1/60", "10"),
    ],
)  # fmt: skip
def test_steady_rates_are_kept_or_brought_within_reach(given_fps: str, expected: str) -> None:
    assert choose_fps(source(1080, 1920, Fraction(given_fps)), 60) == Fraction(expected)


@given(rates, rates, st.booleans())
def test_rates_stay_within_10_and_60_and_make_whole_gops_of_two_seconds(
    average: Fraction, nominal: Fraction, varies: bool
) -> None:
    seen = Probe(1080, 1920, 15_000, fps=average, nominal_fps=nominal, variable_fps=varies)
    fps = choose_fps(seen, 60)
    assert 10 <= fps <= 60
    assert abs(gop_frames(fps) / fps - 2) < Fraction(1, 100)


@given(st.fractions(Fraction(10), Fraction(60), max_denominator=1001))
def test_a_varying_rate_loses_no_frame_on_average(average: Fraction) -> None:
    seen = Probe(1080, 1920, 15_000, fps=average, nominal_fps=Fraction(90_000), variable_fps=True)
    assert choose_fps(seen, 60) * Fraction(1005, 1000) >= average
