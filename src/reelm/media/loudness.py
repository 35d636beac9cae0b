"""How much louder or quieter must a clip become? From the loudness measured (EBU R 128) to the change applied."""

import re

from reelm.media.commands import CEILING_DBTP, TARGET_LUFS
from reelm.media.model import NO_GAIN, Gain, Loudness

SILENCE_LUFS = -70.0
MOST_GAIN_DB = 20.0
_NO_PEAK = -120.0
_SHALLOW_DB = 3.0
_INTEGRATED = re.compile(r"^\s*I:\s+(-?[\d.]+|-?inf|nan) LUFS", re.MULTILINE)
_PEAK = re.compile(r"^\s*Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", re.MULTILINE)


def read_summary(stderr: str) -> Loudness | None:
    """The figures ffmpeg's `ebur128` filter prints last; None where it printed none.

    >>> read_summary("Summary:\\n  Integrated loudness:\\n    I:  -23.1 LUFS\\n  True peak:\\n    Peak: -3.0 dBFS")
    Loudness(integrated_lufs=-23.1, true_peak_dbtp=-3.0)
    """
    summary = stderr[max(stderr.rfind("Integrated loudness:"), 0) :]
    integrated, peak = _INTEGRATED.search(summary), _PEAK.search(summary)
    if not integrated or not peak:
        return None
    return Loudness(_decibel(integrated[1], SILENCE_LUFS), _decibel(peak[1], _NO_PEAK))


def _decibel(text: str, silent: float) -> float:
    return silent if text.strip("-") in ("inf", "nan") else float(text)


def plan_gain(measured: Loudness | None) -> Gain:
    """The change that brings a clip to -14 LUFS: linear, with a limiter only where peaks would pass -1 dBTP.

    Silence stays silence, and a very quiet clip is raised by 20 dB at most: beyond that one hears the noise.

    >>> plan_gain(Loudness(-24.0, -12.0)), plan_gain(Loudness(-20.0, -2.0)), plan_gain(Loudness(-70.0, -90.0))
    (Gain(db=10.0, limit=False), Gain(db=6.0, limit=True), Gain(db=0.0, limit=False))
    """
    if measured is None or measured.integrated_lufs <= SILENCE_LUFS:
        return NO_GAIN
    db = round(min(TARGET_LUFS - measured.integrated_lufs, MOST_GAIN_DB), 2)
    return Gain(db=db, limit=measured.true_peak_dbtp + db > CEILING_DBTP)


def limits_deeply(measured: Loudness, gain: Gain) -> bool:
    """Whether the limiter has to take away so much that the clip ends up quieter than the gain alone says."""
    return gain.limit and measured.true_peak_dbtp + gain.db > CEILING_DBTP + _SHALLOW_DB


def refine_gain(gain: Gain, after: Loudness | None) -> Gain:
    """The gain corrected by what the clip measured with it and with the limiter.

    >>> refine_gain(Gain(db=11.0, limit=True), Loudness(-16.5, -1.5))
    Gain(db=13.5, limit=True)
    """
    if after is None or after.integrated_lufs <= SILENCE_LUFS:
        return gain
    return Gain(db=round(min(gain.db + TARGET_LUFS - after.integrated_lufs, MOST_GAIN_DB), 2), limit=True)
