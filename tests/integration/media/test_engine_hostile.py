"""Hostile files: each ends in its refusal, quickly, and leaves nothing behind."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests import footage, hostile
from tests.integration.media.engine import LIMITS, look, make

from reelm.kernel.errors import Problem
from reelm.media.encode import encode_rendition
from reelm.media.errors import (
    AudioOnly,
    CodecNotTaken,
    FormatNotTaken,
    NotAVideo,
    TooManyFrames,
    TooManyPixels,
    TranscodeFailed,
    TranscodeTimedOut,
    UploadEmpty,
    UploadTooLong,
    UploadTruncated,
)
from reelm.media.model import Container, Gain, Probe, Rendition

REFUSALS: list[tuple[Callable[[Path], Path], Problem]] = [
    (hostile.text, NotAVideo()),
    (hostile.empty, UploadEmpty()),
    (hostile.noise, NotAVideo()),
    (hostile.truncated_faststart, UploadTruncated()),
    (hostile.truncated, UploadTruncated()),
    (hostile.truncated_matroska, UploadTruncated()),
    (hostile.holed, UploadTruncated()),
    (hostile.playlist, FormatNotTaken("HLS")),
    (hostile.playlist_after_a_blank, FormatNotTaken("HLS")),
    (hostile.concat_script, FormatNotTaken("FFCONCAT")),
    (hostile.dash_manifest, FormatNotTaken("DASH")),
    (hostile.svg, FormatNotTaken("SVG")),
    (hostile.archive, FormatNotTaken("ZIP")),
    (hostile.still_picture, FormatNotTaken("PNG")),
    (hostile.ten_hours, UploadTooLong(180, 36_000)),
    (hostile.thirty_thousand_square, TooManyPixels(LIMITS.max_pixels, 30_000, 30_000)),
    (hostile.small_outside_large_inside, TooManyPixels(LIMITS.max_pixels, 30_000, 30_000)),
    (hostile.sound_only, AudioOnly()),
    (hostile.song_with_cover, AudioOnly()),
    (hostile.codec_of_nobody, CodecNotTaken()),
]


@pytest.mark.parametrize(("made_by", "expected"), REFUSALS, ids=lambda value: getattr(value, "__name__", ""))
async def test_each_hostile_file_ends_in_its_refusal_and_leaves_nothing(
    made_by: Callable[[Path], Path], expected: Problem, tmp_path: Path
) -> None:
    source = made_by(tmp_path / "clip.mp4")
    out = tmp_path / "out"
    started = time.monotonic()
    with pytest.raises(type(expected)) as refusal:
        await make(source, out)
    assert refusal.value.facts() == expected.facts()
    assert time.monotonic() - started < 15
    assert not out.exists() or not list(out.iterdir())


def test_every_hostile_file_is_tried() -> None:
    tried = {made_by.__name__ for made_by, _ in REFUSALS}
    assert tried | {"thousand_frames_a_second"} == set(hostile.EVERY)


async def test_a_thousand_frames_a_second_are_brought_down_to_60(tmp_path: Path) -> None:
    made = await make(hostile.thousand_frames_a_second(tmp_path / "clip.mp4"), tmp_path / "out")
    assert made.probe.fps == 1000
    assert look(made.encoded.path).fps == 60


async def test_more_frames_than_the_realm_takes_are_refused(tmp_path: Path) -> None:
    source = hostile.thousand_frames_a_second(tmp_path / "clip.mp4")
    with pytest.raises(TooManyFrames):
        await make(source, tmp_path / "out", replace(LIMITS, max_fps=240))


async def test_more_pixels_than_the_realm_takes_are_refused(tmp_path: Path) -> None:
    source = footage.small(tmp_path / "clip.mp4")
    with pytest.raises(TooManyPixels) as refusal:
        await make(source, tmp_path / "out", replace(LIMITS, max_pixels=360 * 640 - 1))
    assert (refusal.value.width, refusal.value.height) == (360, 640)


async def test_a_clip_a_little_over_the_limit_is_told_by_how_much(tmp_path: Path) -> None:
    source = footage.small(tmp_path / "clip.mp4", seconds=4)
    with pytest.raises(UploadTooLong) as refusal:
        await make(source, tmp_path / "out", replace(LIMITS, max_duration_s=2))
    assert refusal.value.facts() == {"limit_s": 2, "was_s": 4}


async def test_encoding_that_takes_too_long_is_ended_and_leaves_nothing(tmp_path: Path) -> None:
    source = footage.vertical(tmp_path / "clip.mp4")
    with pytest.raises(TranscodeTimedOut):
        await make(source, tmp_path / "out", replace(LIMITS, encode_wall_s=0.05))
    assert not list((tmp_path / "out").iterdir())


async def test_encoding_without_enough_memory_fails_and_leaves_nothing(tmp_path: Path) -> None:
    source = footage.vertical(tmp_path / "clip.mp4")
    rendition = Rendition(480, 480, 854, (seen := Probe(1080, 1920, 2000)).fps, crf=24, maxrate_kbps=1600)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises((TranscodeFailed, UploadTruncated)):
        await encode_rendition(
            source, seen, rendition, gain=Gain(), out_dir=out, limits=replace(LIMITS, memory_bytes=60 * 1024**2)
        )
    assert not list(out.iterdir())


@pytest.mark.parametrize("made_by", [hostile.playlist, hostile.concat_script], ids=lambda made: made.__name__)
async def test_past_the_first_look_no_other_file_is_opened(made_by: Callable[[Path], Path], tmp_path: Path) -> None:
    """As if recognising had been fooled: the demuxer is forced, so a script is only a broken film."""
    source, out = made_by(tmp_path / "clip.mp4"), tmp_path / "out"
    out.mkdir()
    seen = Probe(360, 640, 2000, container=Container.MOV)
    rendition = Rendition(360, 360, 640, seen.fps, crf=24, maxrate_kbps=1600)
    with pytest.raises((TranscodeFailed, UploadTruncated)):
        await encode_rendition(source, seen, rendition, gain=Gain(), out_dir=out, limits=LIMITS)
    assert not list(out.iterdir())


async def test_frames_said_to_lie_in_another_file_are_not_fetched(tmp_path: Path) -> None:
    """The reference is followed nowhere; the film is taken by the bytes it holds itself, or refused."""
    source = hostile.outside_reference(tmp_path / "clip.mov")
    try:
        made = await make(source, tmp_path / "out")
    except Problem as problem:
        assert problem.status == 422  # noqa: PT017 - either outcome is right
    else:
        assert made.encoded.width == 360
