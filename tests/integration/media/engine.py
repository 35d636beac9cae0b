"""The whole engine run once over a file, and the eyes with which tests look at what came out."""

import asyncio
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av

from reelm.media import commands
from reelm.media.encode import encode_rendition, examine, extract_poster
from reelm.media.ffmpeg import locate_ffmpeg, run_ffmpeg
from reelm.media.ladder import plan_renditions
from reelm.media.loudness import read_summary
from reelm.media.model import DEFAULT_LADDER, NO_GAIN, Container, Encoded, Gain, Limits, Loudness, Poster, Probe

LIMITS = Limits()


@dataclass(frozen=True)
class Made:
    """What became of one upload, its smallest rendition alone."""

    probe: Probe
    gain: Gain
    encoded: Encoded
    poster: Poster


async def make(source: Path, out_dir: Path, limits: Limits = LIMITS) -> Made:
    """Probe, measure, encode the smallest rendition, take the poster."""
    await asyncio.to_thread(out_dir.mkdir, exist_ok=True)
    seen, gain = await examine(source, limits)
    smallest = plan_renditions(seen, DEFAULT_LADDER)[0]
    encoded = await encode_rendition(
        source, seen, smallest, gain=gain, out_dir=out_dir, limits=limits, keep_frames=True
    )
    poster = await extract_poster(encoded, out_dir, limits)
    return Made(seen, gain, encoded, poster)


@dataclass(frozen=True)
class Seen:
    """A finished rendition as an independent reader finds it."""

    size: tuple[int, int]
    fps: Fraction
    pix_fmt: str
    aspect: Fraction | None
    colours: tuple[int, int, int, int]
    keyframes_s: tuple[float, ...]
    gaps_s: frozenset[Fraction]
    streams: tuple[str, ...]
    sound: tuple[str, int, int] | None
    tags: frozenset[str]
    frames: int


def look(path: Path) -> Seen:
    """Decode a rendition whole."""
    with av.open(str(path)) as file:
        video: Any = file.streams.video[0]
        tags = {*file.metadata, *(tag for stream in file.streams for tag in stream.metadata)}
        sound: Any = file.streams.audio[0].codec_context if file.streams.audio else None
        frames = [(frame.pts, frame.key_frame, frame) for frame in cast("Any", file).decode(video)]
        first = frames[0][2]
        times = sorted(pts for pts, _, _ in frames if pts is not None)
        return Seen(
            size=(first.width, first.height),
            fps=video.average_rate,
            pix_fmt=first.format.name,
            aspect=video.sample_aspect_ratio,
            colours=(int(first.color_primaries), int(first.color_trc), int(first.colorspace), int(first.color_range)),
            keyframes_s=tuple(round(float(pts * video.time_base), 3) for pts, key, _ in frames if key),
            gaps_s=frozenset((later - earlier) * video.time_base for earlier, later in pairwise(times)),
            streams=tuple(stream.type for stream in file.streams),
            sound=(sound.name, sound.channels, sound.sample_rate) if sound else None,
            tags=frozenset(tags),
            frames=len(frames),
        )


def grey_frame(path: Path) -> tuple[int, int, bytes]:
    """The first frame's luma: width, height and one byte a pixel."""
    with av.open(str(path)) as file:
        frame = next(file.decode(video=0)).reformat(format="gray")
        plane = frame.planes[0]
        rows = bytes(plane)
        packed = b"".join(rows[y * plane.line_size :][: frame.width] for y in range(frame.height))
        return frame.width, frame.height, packed


async def loudness_of(path: Path) -> Loudness:
    """Measured again, on the finished file."""
    command = commands.plan_loudness(locate_ffmpeg(), path, Container.MOV, stream="a:0", gain=NO_GAIN, limits=LIMITS)
    measured = read_summary((await run_ffmpeg(command, source=path, writes=(), limits=LIMITS)).stderr_tail)
    assert measured
    return measured
