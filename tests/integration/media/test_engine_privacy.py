"""Nothing of where, when, with what and by whom a clip was filmed survives in what is served."""

from pathlib import Path

import pytest
from tests import footage
from tests.integration.media.engine import look, make

from reelm.media.avatar import make_avatar

SAID = (
    footage.LATITUDE, footage.LONGITUDE, "48.8577", "2.2950", footage.PHONE, "Fairphone", "private-name",
    "2026-05-04", "Lavf", "Lavc", "x264", "\xa9xyz", "uuid", "01:02:03:04",
)  # fmt: skip


def spellings(word: str) -> set[bytes]:
    return {word.encode(encoding) for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be")}


@pytest.mark.parametrize("flags", [(), ("-movflags", "use_metadata_tags")], ids=["boxes", "keys"])
async def test_no_place_device_name_date_or_tool_is_in_anything_served(
    flags: tuple[str, ...], tmp_path: Path
) -> None:
    source = footage.with_gps(tmp_path / "private-name.mov", *flags)
    before = source.read_bytes()
    assert {word for word in ("48.8577", "Fairphone", "private-name") if word.encode() not in before} == set()
    assert flags or b"\xa9xyz" in before
    made = await make(source, tmp_path / "out")
    for served in (tmp_path / "out").iterdir():
        content = served.read_bytes()
        for word in SAID:
            assert not any(spelling in content for spelling in spellings(word)), word
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"360.mp4", "poster.webp"}
    seen = look(made.encoded.path)
    assert seen.streams == ("video", "audio")
    # What is left are names of the format itself; `encoder` is the fixed word AVC of the sample entry.
    brands = {"major_brand", "minor_version", "compatible_brands"}
    assert seen.tags <= brands | {"language", "handler_name", "vendor_id", "encoder"}


async def test_two_encodings_of_one_clip_are_the_same_bytes(tmp_path: Path) -> None:
    """So nothing of the moment or the machine is in them."""
    source = footage.small(tmp_path / "clip.mp4", size="180x320")
    first = await make(source, tmp_path / "first")
    second = await make(source, tmp_path / "second")
    assert first.poster.path.read_bytes() == second.poster.path.read_bytes()
    assert first.encoded.size_bytes == pytest.approx(second.encoded.size_bytes, rel=0.01)


async def test_an_avatar_says_nothing_of_its_camera(tmp_path: Path) -> None:
    plain = footage.make(tmp_path / "plain.jpg", *footage.motion("640x480", seconds=0.1), "-frames:v", "1")
    exif = b"Exif\0\0" + footage.PHONE.encode() + footage.LATITUDE.encode()
    content = plain.read_bytes()
    source = tmp_path / "photo.jpg"
    source.write_bytes(content[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + content[2:])
    await make_avatar(source, tmp_path / "avatar.webp")
    made = (tmp_path / "avatar.webp").read_bytes()
    assert not any(word in made for word in (b"Exif", b"Fairphone", footage.LATITUDE.encode(), b"Lav"))
