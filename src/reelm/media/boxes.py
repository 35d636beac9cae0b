"""What do a container's outermost frames say? Pure reading of ISO base media boxes (ISO/IEC 14496-12), EBML and RIFF.

Two uses: to see that an upload is cut off before any decoder touches it, and to check what the encoder wrote
without starting another process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from reelm.media.model import Container

_MOST_BOXES = 100_000
_LARGEST_MOOV = 64 * 1024**2


@dataclass(frozen=True)
class Box:
    """One box: its four-letter kind, where its content begins, and where it claims to end."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True)
class MovieFacts:
    """What a finished MP4 says about itself. `codecs` as in RFC 6381; sizes in pixels."""

    faststart: bool
    width: int
    height: int
    video_ms: int
    duration_ms: int
    codecs: str


def list_boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets, in order; stops at the first that is no box."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        header = file.read(16)
        size, kind, content = int.from_bytes(header[:4]), header[4:8], start + 8
        if size == 1:
            size, content = int.from_bytes(header[8:16]), start + 16
        elif size == 0:
            size = end - start
        if size < content - start:
            return
        yield Box(kind, content, start + size)
        start += size


def is_cut_off(file: BinaryIO, container: Container) -> bool:
    """Whether the file promises more bytes than it holds. False where the container makes no promise."""
    end = file.seek(0, SEEK_END)
    if container is Container.MOV:
        return _is_mov_cut_off(file, end)
    if container is Container.MATROSKA:
        return _is_matroska_cut_off(file, end)
    if container is Container.AVI:
        file.seek(4)
        return int.from_bytes(file.read(4), "little") + 8 > end
    return False


def _is_mov_cut_off(file: BinaryIO, end: int) -> bool:
    """Cut off when a box that matters runs past the end, or when there is no `moov` to say what the bytes mean."""
    described = False
    for box in list_boxes(file, 0, end):
        described = described or box.kind == b"moov"
        if box.end > end and box.kind in (b"moov", b"mdat", b"moof", b"ftyp"):
            return True
    return not described


def _is_matroska_cut_off(file: BinaryIO, end: int) -> bool:
    """RFC 8794: the Segment names its size, or says that it is unknown (all ones), as recorders do."""
    file.seek(0)
    head = file.read(4096)
    at = head.find(b"\x18\x53\x80\x67", 4)
    if at < 0:
        return False
    first = head[at + 4] if at + 4 < len(head) else 0
    length = 9 - first.bit_length()
    if not first or length > 8:
        return False
    size = int.from_bytes(head[at + 4 : at + 4 + length]) & ((1 << 7 * length) - 1)
    unknown = (1 << 7 * length) - 1
    return size != unknown and at + 4 + length + size > end


def read_movie(file: BinaryIO) -> MovieFacts | None:
    """Read an MP4 of ours. None where it is no complete MP4 with an H.264 track."""
    end = file.seek(0, SEEK_END)
    tops = list(list_boxes(file, 0, end))
    kinds = [box.kind for box in tops]
    if b"moov" not in kinds or b"mdat" not in kinds or any(box.end > end for box in tops):
        return None
    moov = tops[kinds.index(b"moov")]
    if moov.end - moov.start > _LARGEST_MOOV:
        return None
    width = height = video_ms = 0
    codecs: list[str] = []
    whole_ms = _read_length(_content(file, _find(file, moov, b"mvhd")))
    for track in list_boxes(file, moov.start, moov.end):
        if track.kind != b"trak":
            continue
        length_ms, codec, size = _read_track(file, track)
        if codec.startswith("avc1"):
            width, height, video_ms = *size, length_ms
        codecs.append(codec)
    if not width:
        return None
    ordered = ",".join(sorted(filter(None, codecs), key=lambda codec: not codec.startswith("avc1")))
    return MovieFacts(kinds.index(b"moov") < kinds.index(b"mdat"), width, height, video_ms, whole_ms, ordered)


def _read_track(file: BinaryIO, track: Box) -> tuple[int, str, tuple[int, int]]:
    """A track's length in ms, its codec (RFC 6381, empty if it is none of ours) and its picture size."""
    media = _find(file, track, b"mdia")
    length_ms = _read_length(_content(file, _find(file, media, b"mdhd")))
    entries = _content(file, _find(file, _find(file, _find(file, media, b"minf"), b"stbl"), b"stsd"))
    kind = entries[12:16]
    if kind == b"avc1":
        at = entries.find(b"avcC")
        size = int.from_bytes(entries[40:42]), int.from_bytes(entries[42:44])
        return length_ms, f"avc1.{entries[at + 5 : at + 8].hex()}", size
    return length_ms, "mp4a.40.2" if kind == b"mp4a" else "", (0, 0)


def _read_length(header: bytes) -> int:
    """The duration in an `mvhd` or `mdhd`, in ms."""
    wide = header[:1] == b"\x01"
    timescale = int.from_bytes(header[20:24] if wide else header[12:16])
    ticks = int.from_bytes(header[24:32] if wide else header[16:20])
    return round(ticks * 1000 / timescale) if timescale else 0


def _find(file: BinaryIO, parent: Box | None, kind: bytes) -> Box | None:
    boxes = list_boxes(file, parent.start, parent.end) if parent else iter(())
    return next((box for box in boxes if box.kind == kind), None)


def _content(file: BinaryIO, box: Box | None) -> bytes:
    if box is None:
        return b""
    file.seek(box.start)
    return file.read(box.end - box.start)
