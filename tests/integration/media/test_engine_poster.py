"""The poster: neither the first frame nor a black one, small, true in colour; and the avatar."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests import footage, hostile
from tests.integration.media.engine import LIMITS, grey_frame, make

from reelm.media.avatar import make_avatar
from reelm.media.encode import extract_poster
from reelm.media.errors import ImageNotTaken

BLACK_THEN_PICTURE = "drawbox=t=fill:c=black:enable='lt(t,1.5)'"


async def test_the_poster_is_taken_from_where_there_is_something_to_see(tmp_path: Path) -> None:
    source = footage.small(tmp_path / "clip.mp4", "-vf", BLACK_THEN_PICTURE, seconds=3)
    made = await make(source, tmp_path / "out")
    assert made.poster.at_ms >= 1400
    width, height, grey = grey_frame(made.poster.path)
    assert (width, height) == (made.poster.width, made.poster.height) == (360, 640)
    assert sum(grey) / len(grey) > 60
    assert made.poster.path.read_bytes()[8:12] == b"WEBP"
    assert made.poster.path.stat().st_size < 60_000
    assert 5 < len(made.poster.thumbhash) <= 25


async def test_a_chosen_cover_is_taken_and_one_beyond_the_end_is_the_last(tmp_path: Path) -> None:
    source = footage.small(tmp_path / "clip.mp4", "-vf", BLACK_THEN_PICTURE, seconds=3)
    encoded = (await make(source, tmp_path / "out")).encoded
    dark = await extract_poster(encoded, tmp_path / "out", LIMITS, cover_at_ms=500)
    assert dark.at_ms == 500
    assert max(grey_frame(dark.path)[2]) < 40
    late = await extract_poster(encoded, tmp_path / "out", LIMITS, cover_at_ms=99_000)
    assert late.at_ms < 3000
    assert max(grey_frame(late.path)[2]) > 100


async def test_a_cover_chosen_where_only_the_sound_goes_on_is_the_last_picture(tmp_path: Path) -> None:
    source = footage.make(
        tmp_path / "clip.mp4", *footage.motion("180x320", "15", 1), *footage.beat(4), *footage.H264, "-c:a", "aac"
    )
    encoded = (await make(source, tmp_path / "out")).encoded
    late = await extract_poster(encoded, tmp_path / "out", LIMITS, cover_at_ms=3_900)
    assert 800 <= late.at_ms <= 1000 < encoded.duration_ms
    assert late.path.exists()


async def test_a_poster_can_be_chosen_later_from_the_rendition_alone(tmp_path: Path) -> None:
    source = footage.small(tmp_path / "clip.mp4", "-vf", BLACK_THEN_PICTURE, seconds=3)
    encoded = (await make(source, tmp_path / "out")).encoded
    again = await extract_poster(encoded, tmp_path / "out", LIMITS)
    assert again.at_ms >= 1400
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"360.mp4", "poster.webp"}


async def test_even_grain_fits_a_small_poster(tmp_path: Path) -> None:
    source = footage.make(
        tmp_path / "clip.mp4", *footage.motion("480x854", seconds=1), "-vf", "noise=alls=90:allf=t", *footage.H264
    )
    made = await make(source, tmp_path / "out")
    assert made.poster.path.stat().st_size < 90_000


async def test_a_clip_of_one_frame_has_a_poster(tmp_path: Path) -> None:
    source = footage.make(tmp_path / "clip.mp4", *footage.motion(), *footage.H264, "-frames:v", "1")
    made = await make(source, tmp_path / "out")
    assert made.poster.path.exists()


@pytest.mark.parametrize(("name", "size"), [("a.png", "300x500"), ("a.jpg", "900x200"), ("a.webp", "64x64")])
async def test_pictures_become_square_avatars(name: str, size: str, tmp_path: Path) -> None:
    source = footage.make(tmp_path / name, *footage.motion(size, seconds=0.1), "-frames:v", "1")
    await make_avatar(source, tmp_path / "avatar.webp")
    assert grey_frame(tmp_path / "avatar.webp")[:2] == (256, 256)


@pytest.mark.parametrize("made_by", [hostile.text, hostile.empty, hostile.svg, hostile.archive, hostile.playlist])
async def test_what_is_no_picture_becomes_no_avatar(made_by: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(ImageNotTaken):
        await make_avatar(made_by(tmp_path / "a.png"), tmp_path / "avatar.webp")
    assert not (tmp_path / "avatar.webp").exists()


async def test_pictures_cut_off_or_too_large_become_no_avatar(tmp_path: Path) -> None:
    whole = footage.make(tmp_path / "a.png", *footage.motion("300x300", seconds=0.1), "-frames:v", "1").read_bytes()
    for content in (whole[: len(whole) // 2], hostile.png(30_000, 30_000), hostile.png(6001, 6000), whole[:8]):
        (tmp_path / "bad.png").write_bytes(content)
        with pytest.raises(ImageNotTaken):
            await make_avatar(tmp_path / "bad.png", tmp_path / "avatar.webp")
        assert not (tmp_path / "avatar.webp").exists()
