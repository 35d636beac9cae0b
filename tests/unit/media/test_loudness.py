"""How much a clip's sound is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelm.media.commands import CEILING_DBTP, TARGET_LUFS
from reelm.media.loudness import MOST_GAIN_DB, plan_gain, read_summary
from reelm.media.model import Gain, Loudness

SUMMARY = """[Parsed_ebur128_2 @ 0x1] Summary:

  Integrated loudness:
    I:         {i} LUFS
    Threshold: -33.5 LUFS

  Loudness range:
    LRA:         1.9 LU

  True peak:
    Peak:       {peak} dBFS
"""


@pytest.mark.parametrize(
    ("i", "peak", "expected"),
    [
        ("-23.4", "-4.1", Loudness(-23.4, -4.1)),
        ("-70.0", "-inf", Loudness(-70.0, -120.0)),
        ("-inf", "-inf", Loudness(-70.0, -120.0)),
        ("nan", "nan", Loudness(-70.0, -120.0)),
        ("-8.0", "0.4", Loudness(-8.0, 0.4)),
    ],
)
def test_the_summary_is_read(i: str, peak: str, expected: Loudness) -> None:
    assert read_summary(SUMMARY.format(i=i, peak=peak)) == expected


def test_a_title_that_looks_like_a_summary_is_not_believed() -> None:
    title = "title: Integrated loudness:\n I: -1.0 LUFS\n Peak: -1.0 dBFS\n"
    assert read_summary(title + SUMMARY.format(i="-20.0", peak="-3.0")) == Loudness(-20.0, -3.0)


def test_no_summary_means_no_change() -> None:
    assert plan_gain(read_summary("nothing here")) == Gain()


@given(st.floats(-70, 0), st.floats(-100, 10))
def test_gain_reaches_the_target_within_its_bound_and_limits_only_peaks_that_would_pass(
    i: float, peak: float
) -> None:
    gain = plan_gain(Loudness(i, peak))
    assert gain.db <= MOST_GAIN_DB
    if i > -70 and TARGET_LUFS - i <= MOST_GAIN_DB:
        assert gain.db == pytest.approx(TARGET_LUFS - i, abs=0.01)
    if gain.db:
        assert gain.limit == (peak + gain.db > CEILING_DBTP)


def test_silence_stays_silence() -> None:
    assert plan_gain(Loudness(-70.0, -120.0)) == Gain()
