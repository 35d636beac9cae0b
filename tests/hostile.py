"""Files that nobody uploads by accident, one function each: writes the file and returns its path."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests import footage

SECRET = b"the secret of another person"


def text(path: Path) -> Path:
    path.write_text("This is not a clip.\n" * 500)
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def noise(path: Path) -> Path:
    path.write_bytes(os.urandom(200_000))
    return path


def truncated_faststart(path: Path) -> Path:
    """The index is there, the second half of the picture is not."""
    return _halve(footage.small(path, "-movflags", "+faststart"))


def truncated(path: Path) -> Path:
    """The index, which comes last, is not there."""
    return _halve(footage.small(path))


def truncated_matroska(path: Path) -> Path:
    return _halve(footage.small(path, "-f", "matroska"))


def holed(path: Path) -> Path:
    """Whole by its index, but most of the picture is overwritten with noise."""
    footage.small(path, "-movflags", "+faststart", seconds=3)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 2000
    content[start : start + len(content) // 2] = os.urandom(len(content) // 2)
    path.write_bytes(content)
    return path


def _halve(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def playlist(path: Path) -> Path:
    """An HLS playlist that calls itself MP4 and names another person's file on this machine."""
    other = path.with_suffix(".ts")
    footage.small(other, "-f", "mpegts")
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{other}\n#EXT-X-ENDLIST\n")
    return path


def playlist_after_a_blank(path: Path) -> Path:
    playlist(path)
    path.write_text("\n" + path.read_text())
    return path


def concat_script(path: Path) -> Path:
    other = footage.small(path.with_suffix(".other.mp4"))
    path.write_text(f"ffconcat version 1.0\nfile '{other}'\n")
    return path


def dash_manifest(path: Path) -> Path:
    path.write_text('<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>')
    return path


def svg(path: Path) -> Path:
    path.write_text(
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    )
    return path


def archive(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("clip.mp4", SECRET)
    return path


def ten_hours(path: Path) -> Path:
    """Ten hours of one frame a minute."""
    return footage.make(
        path, "-f", "lavfi", "-i", "color=size=32x32:rate=1/60:duration=36000", *footage.H264, "-f", "mp4"
    )


def thirty_thousand_square(path: Path) -> Path:
    """30000x30000 pixels in a few hundred kilobytes: one PNG as the only frame of a Matroska film."""
    path.write_bytes(_matroska_of_png(png(30_000, 30_000), 30_000, 30_000))
    return path


def small_outside_large_inside(path: Path) -> Path:
    """The container says 64x64, the frame inside is 30000x30000."""
    path.write_bytes(_matroska_of_png(png(30_000, 30_000), 64, 64))
    return path


def thousand_frames_a_second(path: Path) -> Path:
    return footage.small(path, size="90x160", fps="1000", seconds=1)


def sound_only(path: Path) -> Path:
    return footage.make(path, *footage.beat(), "-c:a", "aac", "-f", "mp4")


def song_with_cover(path: Path) -> Path:
    """Sound with a still picture attached, as music players write it."""
    cover = path.with_suffix(".png")
    cover.write_bytes(png(64, 64))
    arguments = ("-i", str(cover), "-map", "0:a", "-map", "1:v", "-c:a", "aac", "-c:v", "png")
    return footage.make(path, *footage.beat(), *arguments, "-disposition:v", "attached_pic", "-f", "ipod")


def still_picture(path: Path) -> Path:
    path.write_bytes(png(320, 240))
    return path


def codec_of_nobody(path: Path) -> Path:
    """A film whose picture names a codec that doesn't exist."""
    footage.make(path, *footage.motion(), *footage.H264, "-an", "-f", "mov")
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzq1").replace(b"avcC", b"zzqC"))
    return path


def outside_reference(path: Path) -> Path:
    """A QuickTime film whose frames lie in another file of this machine (a `dref` of kind `alis`)."""
    footage.make(path, *footage.motion(), *footage.H264, "-an", "-movflags", "+faststart", "-f", "mov")
    content = path.read_bytes()
    here = content.index(b"dref") + 12
    path.write_bytes(
        content[: here + 4] + content[here + 4 : here + 8].replace(b"url ", b"alis") + content[here + 8 :]
    )
    return path


def png(width: int, height: int) -> bytes:
    """A black PNG of one bit a pixel."""
    row = bytes(1 + (width + 7) // 8)
    squeezer, body = zlib.compressobj(6), io.BytesIO()
    for _ in range(height):
        body.write(squeezer.compress(row))
    body.write(squeezer.flush())
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body.getvalue()) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _matroska_of_png(picture: bytes, width: int, height: int) -> bytes:
    def element(name: str, content: bytes | int) -> bytes:
        content = content.to_bytes(8) if isinstance(content, int) else content
        return bytes.fromhex(name) + (len(content) | 1 << 56).to_bytes(8) + content

    video = element("E0", element("B0", width) + element("BA", height))
    bitmap = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MPNG", 0, 0, 0, 0, 0)
    track = element("D7", 1) + element("73C5", 1) + element("83", 1)
    track += element("86", b"V_MS/VFW/FOURCC") + element("63A2", bitmap) + video
    frame = element("A3", b"\x81\x00\x00\x80" + picture)
    info = element("1549A966", element("2AD7B1", 1_000_000) + element("4489", struct.pack(">d", 2000.0)))
    cluster = element("1F43B675", element("E7", 0) + frame)
    return element("1A45DFA3", element("4282", b"matroska")) + element(
        "18538067", info + element("1654AE6B", element("AE", track)) + cluster
    )


EVERY: dict[str, Callable[[Path], Path]] = {
    made.__name__: made
    for made in (
        text, empty, noise, truncated_faststart, truncated, truncated_matroska, holed, playlist,
        playlist_after_a_blank, concat_script, dash_manifest, svg, archive, ten_hours, thirty_thousand_square,
        small_outside_large_inside, thousand_frames_a_second, sound_only, song_with_cover, still_picture,
        codec_of_nobody,
    )
}  # fmt: skip
