"""The picture of a rendition: size, rate, GOPs, colour, for footage as it really comes."""

from fractions import Fraction
from pathlib import Path

import pytest
from tests import footage
from tests.integration.media.engine import LIMITS, grey_frame, look, make

from reelm.media.boxes import read_movie
from reelm.media.encode import encode_rendition, examine
from reelm.media.ladder import plan_renditions
from reelm.media.model import DEFAULT_LADDER

BT709_LIMITED = (1, 1, 1, 1)


async def test_a_phone_clip_becomes_480_then_720_then_1080(tmp_path: Path) -> None:
    source = footage.vertical(tmp_path / "clip.mp4", seconds=1)
    seen, gain = await examine(source, LIMITS)
    told: list[float] = []
    sizes: list[tuple[int, int]] = []
    for rendition in plan_renditions(seen, DEFAULT_LADDER):
        encoded = await encode_rendition(
            source, seen, rendition, gain=gain, out_dir=tmp_path, limits=LIMITS, on_progress=told.append
        )
        sizes.append(look(encoded.path).size)
        assert encoded.path == tmp_path / f"{rendition.short_side}.mp4"
    assert sizes == [(480, 854), (720, 1280), (1080, 1920)]
    assert told
    assert all(0 <= share <= 1 for share in told)


async def test_a_rendition_is_faststart_h264_high_with_closed_gops_of_two_seconds(tmp_path: Path) -> None:
    made = await make(footage.small(tmp_path / "clip.mp4", seconds=5), tmp_path / "out")
    seen = look(made.encoded.path)
    assert seen.keyframes_s == (0.0, 2.0, 4.0)
    assert seen.gaps_s == {Fraction(1, 30)}
    assert (seen.pix_fmt, seen.aspect, seen.colours) == ("yuv420p", 1, BT709_LIMITED)
    assert seen.streams == ("video", "audio")
    assert seen.sound == ("aac", 2, 48_000)
    with made.encoded.path.open("rb") as file:
        facts = read_movie(file)
    assert facts
    assert facts.faststart
    assert made.encoded.codecs.startswith("avc1.6400")
    assert made.encoded.codecs.endswith(",mp4a.40.2")
    assert (made.encoded.width, made.encoded.height) == (360, 640)
    assert made.encoded.size_bytes == made.encoded.path.stat().st_size
    assert abs(made.encoded.duration_ms - 5000) < 60


@pytest.mark.parametrize("degrees", [90, 270, 180, 0])
async def test_rotation_is_applied_once_and_no_longer_told(degrees: int, tmp_path: Path) -> None:
    made = await make(footage.rotated(tmp_path / "clip.mp4", degrees), tmp_path / "out")
    expected = (360, 640) if degrees % 180 else (640, 360)
    assert (made.probe.width, made.probe.height) == look(made.encoded.path).size == expected
    assert made.probe.rotation == -degrees % 360
    again = await make(made.encoded.path, tmp_path / "again")
    assert again.probe.rotation == 0


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
async def test_hdr_is_tone_mapped_and_mid_grey_stays_neither_dark_nor_blown(transfer: str, tmp_path: Path) -> None:
    made = await make(footage.hdr(tmp_path / "clip.mp4", transfer), tmp_path / "out")
    assert made.probe.is_hdr
    seen = look(made.encoded.path)
    assert (seen.pix_fmt, seen.colours) == ("yuv420p", BT709_LIMITED)
    _, _, grey = grey_frame(made.encoded.path)
    assert 110 < sum(grey) / len(grey) < 215
    assert b"mdcv" not in made.encoded.path.read_bytes()


async def test_a_varying_rate_becomes_constant(tmp_path: Path) -> None:
    made = await make(footage.varying(tmp_path / "clip.mp4"), tmp_path / "out")
    assert made.probe.variable_fps
    seen = look(made.encoded.path)
    assert seen.fps == 30
    assert seen.gaps_s == {Fraction(1, 30)}
    assert abs(seen.frames - 90) <= 3


@pytest.mark.parametrize(
    ("fps", "expected"), [("60", "60"), ("60000/1001", "60000/1001"), ("12.5", "25/2"), ("5", "10")]
)
async def test_rates_are_kept_up_to_60(fps: str, expected: str, tmp_path: Path) -> None:
    made = await make(footage.small(tmp_path / "clip.mp4", size="180x320", fps=fps), tmp_path / "out")
    assert not made.probe.variable_fps
    seen = look(made.encoded.path)
    assert seen.fps == Fraction(expected)
    assert seen.gaps_s == {1 / Fraction(expected)}


async def test_stretched_pixels_become_square(tmp_path: Path) -> None:
    made = await make(footage.stretched(tmp_path / "clip.mp4"), tmp_path / "out")
    seen = look(made.encoded.path)
    assert (seen.size, seen.aspect) == ((480, 480), 1)


async def test_odd_sides_in_444_become_even_in_420(tmp_path: Path) -> None:
    seen = look((await make(footage.odd(tmp_path / "clip.mp4"), tmp_path / "out")).encoded.path)
    assert (seen.size, seen.pix_fmt, seen.aspect) == ((160, 286), "yuv420p", 1)


async def test_fields_become_frames(tmp_path: Path) -> None:
    made = await make(footage.interlaced(tmp_path / "clip.ts"), tmp_path / "out")
    assert made.probe.interlaced
    assert look(made.encoded.path).size == (600, 480)


async def test_what_a_browser_records_is_taken_though_it_names_no_duration(tmp_path: Path) -> None:
    made = await make(footage.recorded_in_browser(tmp_path / "clip.webm"), tmp_path / "out")
    assert abs(made.probe.duration_ms - 2000) < 100
    assert abs(made.encoded.duration_ms - 2000) < 100


@pytest.mark.parametrize("name", ["clip.avi", "clip.mkv", "clip.ts", "clip.3gp", "clip.mov"])
async def test_each_container_is_taken(name: str, tmp_path: Path) -> None:
    made = await make(footage.small(tmp_path / name, size="180x320"), tmp_path / "out")
    assert abs(made.encoded.duration_ms - 2000) < 150


async def test_a_clip_too_small_for_any_rung_keeps_its_size(tmp_path: Path) -> None:
    made = await make(footage.small(tmp_path / "clip.mp4", size="64x48"), tmp_path / "out")
    assert look(made.encoded.path).size == (64, 48)


@pytest.mark.skipif(not footage.provided(), reason="no real clips: set REELM_TEST_MEDIA to a folder of them")
@pytest.mark.parametrize("source", footage.provided(), ids=lambda path: path.name)
async def test_real_clips_pass(source: Path, tmp_path: Path) -> None:
    made = await make(source, tmp_path / "out")
    assert abs(made.encoded.duration_ms - made.probe.duration_ms) <= 100
    assert look(made.encoded.path).colours == BT709_LIMITED
