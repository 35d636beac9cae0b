"""How does a picture become an avatar? A centred square of 256 pixels, WebP, without the camera's remarks."""

import asyncio
from pathlib import Path

from reelm.media import commands
from reelm.media.errors import ImageNotTaken, TranscodeFailed, TranscodeTimedOut, UploadTruncated
from reelm.media.ffmpeg import locate_ffmpeg, run_ffmpeg
from reelm.media.model import Limits

SIDE = 256
MOST_MEGAPIXELS = 36
_LIMITS = Limits(max_pixels=MOST_MEGAPIXELS * 1_000_000, encode_wall_s=20, encode_cpu_s=20, memory_bytes=1024**3)


def recognise_picture(head: bytes) -> str:
    """The ffmpeg demuxer for a picture, by its first bytes. Raises `ImageNotTaken`.

    >>> recognise_picture(b"\\x89PNG\\r\\n\\x1a\\n")
    'png_pipe'
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png_pipe"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg_pipe"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp_pipe"
    raise ImageNotTaken(limit_megapixels=MOST_MEGAPIXELS)


async def make_avatar(source: Path, out: Path) -> None:
    """Write the avatar made from the picture at `source` to `out`.

    Raises `ImageNotTaken` for what is no PNG, JPEG or WebP, is damaged or has more than 36 megapixels; and
    `SandboxUnavailable`. Leaves no file when it raises.
    """
    demuxer = recognise_picture(await asyncio.to_thread(_read_head, source))
    command = commands.plan_avatar(locate_ffmpeg(), source, demuxer, side=SIDE, limits=_LIMITS, out=out)
    made = False
    try:
        await run_ffmpeg(command, source=source, writes=[out.parent], limits=_LIMITS)
        made = await asyncio.to_thread(_has_bytes, out)
    except (UploadTruncated, TranscodeFailed, TranscodeTimedOut):
        made = False
    finally:
        if not made:
            _remove(out)
    if not made:
        raise ImageNotTaken(limit_megapixels=MOST_MEGAPIXELS)


def _read_head(source: Path) -> bytes:
    with source.open("rb") as file:
        return file.read(16)


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
