"""The sound of a rendition: one stereo track at -14 LUFS, below -1 dBTP, in step with the picture."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests import footage
from tests.integration.media.engine import look, loudness_of, make


@pytest.mark.parametrize(
    ("name", "made_by"),
    [
        ("quiet", partial(footage.with_level, volume="-24dB")),
        ("loud", partial(footage.with_level, volume="5dB")),
        ("mono", partial(footage.with_level, volume="-10dB", layout="mono")),
        ("5.1", footage.surround),
        ("peaks", footage.with_peaks),
    ],
)
async def test_sound_ends_at_minus_14_lufs_below_minus_1_dbtp(
    name: str, made_by: Callable[[Path], Path], tmp_path: Path
) -> None:
    made = await make(made_by(tmp_path / "clip.mp4"), tmp_path / "out")
    assert look(made.encoded.path).sound == ("aac", 2, 48_000)
    measured = await loudness_of(made.encoded.path)
    assert measured.integrated_lufs == pytest.approx(-14, abs=1)
    assert measured.true_peak_dbtp <= -0.9
    assert made.gain.limit == (name == "peaks")


async def test_a_very_quiet_clip_is_raised_by_20_db_and_no_more(tmp_path: Path) -> None:
    made = await make(footage.with_level(tmp_path / "clip.mp4", "-45dB"), tmp_path / "out")
    assert made.gain.db == 20
    assert (await loudness_of(made.encoded.path)).integrated_lufs < -25


async def test_silence_stays_silence(tmp_path: Path) -> None:
    made = await make(footage.with_level(tmp_path / "clip.mp4", "0"), tmp_path / "out")
    assert made.gain.db == 0
    assert (await loudness_of(made.encoded.path)).integrated_lufs <= -70


async def test_a_clip_without_sound_gets_none(tmp_path: Path) -> None:
    made = await make(footage.silent_film(tmp_path / "clip.mp4"), tmp_path / "out")
    assert made.probe.audio is None
    assert look(made.encoded.path).streams == ("video",)
    assert "mp4a" not in made.encoded.codecs


async def test_of_many_sound_tracks_the_first_readable_is_kept(tmp_path: Path) -> None:
    tracks = ("-map", "0:v", "-map", "1:a", "-map", "1:a", "-c:a:1", "alac")
    made = await make(footage.small(tmp_path / "clip.mov", *tracks), tmp_path / "out")
    assert made.probe.audio
    assert made.probe.audio.is_first
    assert look(made.encoded.path).streams == ("video", "audio")


async def test_sound_that_is_longer_than_the_picture_is_kept(tmp_path: Path) -> None:
    source = footage.make(
        tmp_path / "clip.mp4", *footage.motion("180x320", seconds=1), *footage.beat(3), *footage.H264, "-c:a", "aac"
    )
    made = await make(source, tmp_path / "out")
    assert abs(made.encoded.duration_ms - 3000) < 100
