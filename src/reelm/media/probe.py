"""What is in an upload? Its kind by its first bytes, then one look inside by a sandboxed child."""

import asyncio
import importlib.util
import json
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from reelm.media import boxes
from reelm.media.errors import (
    AudioOnly,
    CodecNotTaken,
    FormatNotTaken,
    NotAVideo,
    TooManyFrames,
    TooManyPixels,
    TranscodeTimedOut,
    UploadEmpty,
    UploadTooLong,
    UploadTruncated,
)
from reelm.media.model import Allowance, AudioTrack, Container, Ending, Finished, Limits, Probe
from reelm.media.sandbox import run_sandboxed

_CHILD = Path(__file__).with_name("probe_child.py")
_HEAD = 4096
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_PICTURE_BRANDS = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
    b"avif": "AVIF",
    b"avis": "AVIF",
}
_OTHER_KINDS = {
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"BM": "BMP", b"II*\x00": "TIFF", b"MM\x00*": "TIFF",
    b"PK\x03\x04": "ZIP", b"PK\x05\x06": "ZIP", b"\x1f\x8b": "GZIP", b"7z\xbc\xaf": "7Z", b"Rar!": "RAR",
    b"%PDF": "PDF", b"FLV\x01": "FLV", b"\x30\x26\xb2\x75": "WMV", b"OggS": "OGG", b"\x00\x00\x01\xba": "MPEG-PS",
    b"#EXTM3U": "HLS", b"ffconcat": "FFCONCAT", b"<svg": "SVG", b"<MPD": "DASH", b"\x00\x00\x00\x0cJXL ": "JXL",
}  # fmt: skip
_SOUND = (b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"#!AMR")


def recognise(head: bytes) -> Container:
    """The container a file's first 4 KiB show. Raises `FormatNotTaken`, `AudioOnly` or `NotAVideo`.

    >>> recognise(b"\\x00\\x00\\x00\\x18ftypmp42" + bytes(300)).value
    'mov'
    """
    if head[4:8] in _MOV_BOXES:
        if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
            raise FormatNotTaken(found=_PICTURE_BRANDS[head[8:12]])
        return Container.MOV
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return Container.MATROSKA
    if head[:4] == b"RIFF":
        return _recognise_riff(head[8:12])
    for first in (0, 4):
        if len(head) > 600 and all(head[first + n * (188 + first)] == 0x47 for n in range(3)):
            return Container.MPEGTS
    raise _name_refusal(head)


def _recognise_riff(kind: bytes) -> Container:
    if kind == b"AVI ":
        return Container.AVI
    if kind == b"WAVE":
        raise AudioOnly
    raise FormatNotTaken(found="WEBP") if kind == b"WEBP" else NotAVideo


def _name_refusal(head: bytes) -> FormatNotTaken | AudioOnly | NotAVideo:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(_SOUND):
        return AudioOnly()
    for magic, found in _OTHER_KINDS.items():
        if head.startswith(magic) or text.startswith(magic):
            return FormatNotTaken(found=found)
    if text.startswith((b"<?xml", b"<!--", b"<!DOCTYPE svg")):
        for magic in (b"<svg", b"<MPD"):
            if magic in text:
                return FormatNotTaken(found=_OTHER_KINDS[magic])
    return NotAVideo()


async def probe(path: Path, limits: Limits) -> Probe:
    """Look into an upload, decoding one frame of it.

    Raises `UploadEmpty`, `NotAVideo`, `FormatNotTaken`, `CodecNotTaken`, `AudioOnly`, `UploadTruncated`,
    `UploadTooLong`, `TooManyPixels`, `TooManyFrames`, `TranscodeTimedOut`: the file's fault, in words for its
    owner; and `SandboxUnavailable`, the machine's.
    """
    container = await recognise_file(path)
    allowance = Allowance(limits.probe_wall_s, round(limits.probe_wall_s) + 1, limits.memory_bytes, file_bytes=0)
    packages = _locate_packages()
    finished = await run_sandboxed(
        [sys.executable, "-I", "-S", str(_CHILD), _plan(path, container, packages, limits)],
        reads=[path, _CHILD, Path(sys.base_prefix, "lib"), packages],
        writes=(),
        limits=allowance,
    )
    return _judge(_answer(finished, limits), container, limits)


@cache
def _locate_packages() -> Path:
    """The folder PyAV lies in. Found without importing it, which would cost this process 40 MB."""
    found = importlib.util.find_spec("av")
    if found is None or found.origin is None:
        raise RuntimeError("PyAV is not installed")
    return Path(found.origin).parents[1]


def _plan(path: Path, container: Container, packages: Path, limits: Limits) -> str:
    plan = {
        "path": str(path.resolve()),
        "container": str(container),
        "packages": str(packages),
        "max_pixels": limits.max_pixels,
        "max_streams": limits.max_streams,
        "max_duration_s": limits.max_duration_s,
    }
    return json.dumps(plan)


async def recognise_file(path: Path) -> Container:
    """The container of a file, by its first bytes and its outermost boxes; nothing is decoded.

    Raises `UploadEmpty`, `UploadTruncated` and as `recognise`.
    """
    return await asyncio.to_thread(_recognise_file, path)


def _recognise_file(path: Path) -> Container:
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if not head:
            raise UploadEmpty
        container = recognise(head)
        if boxes.is_cut_off(file, container):
            raise UploadTruncated
    return container


def _answer(finished: Finished, limits: Limits) -> dict[str, Any]:
    """What the child printed. A child ended by a signal was fed something made to crash or swell it."""
    if finished.ending is Ending.TIMED_OUT:
        raise TranscodeTimedOut(limit_s=round(limits.probe_wall_s))
    if finished.ending is not Ending.EXITED or finished.returncode < 0:
        raise UploadTruncated
    if finished.returncode:
        raise RuntimeError(f"the probe itself failed with status {finished.returncode}")
    return json.loads(finished.stdout)


def _judge(answer: dict[str, Any], container: Container, limits: Limits) -> Probe:
    match answer.get("problem"), answer.get("facts"):
        case "pixels", [int(width), int(height)]:
            raise TooManyPixels(limit=limits.max_pixels, width=width, height=height)
        case "long", [int(duration_ms)]:
            raise UploadTooLong(limit_s=limits.max_duration_s, was_s=-(-duration_ms // 1000))
        case "audio", _:
            raise AudioOnly
        case "nothing", _:
            raise NotAVideo
        case "codec", _:
            raise CodecNotTaken
        case str(), _:
            raise UploadTruncated
        case _:
            found = _read(answer, container)
    if found.fps > limits.max_fps * Fraction(101, 100):
        raise TooManyFrames(limit=limits.max_fps, was=round(found.fps))
    return found


def _read(facts: dict[str, Any], container: Container) -> Probe:
    aspect = Fraction(facts["sample_aspect"])
    width, height = max(1, round(facts["coded_width"] * aspect)), facts["coded_height"]
    if facts["rotation"] % 180 == 90:
        width, height = height, width
    known: dict[str, Any] = facts | {
        "width": width,
        "height": height,
        "container": container,
        "sample_aspect": aspect,
        "fps": Fraction(facts["fps"]),
        "nominal_fps": Fraction(facts["nominal_fps"]),
        "audio": AudioTrack(**facts["audio"]) if facts["audio"] else None,
    }
    return Probe(**known)
