"""How does an upload become what people watch? The doing: measure the sound, encode a size, take the poster.

Each step is one sandboxed ffmpeg, whose command `commands.py` plans. A step leaves its file in `out_dir` or,
when it raises or is cancelled, none.
"""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from reelm.media import boxes, commands, poster
from reelm.media.errors import TranscodeFailed, UploadTruncated
from reelm.media.ffmpeg import locate_ffmpeg, run_ffmpeg
from reelm.media.loudness import limits_deeply, plan_gain, read_summary, refine_gain
from reelm.media.model import (
    NO_GAIN,
    Container,
    Encoded,
    FrameStrip,
    Gain,
    Limits,
    Loudness,
    Poster,
    Probe,
    Rendition,
)
from reelm.media.probe import probe, recognise_file
from reelm.media.thumbhash import encode_thumbhash

_MOST_THREADS = 8
_LATER = 5
_REFINEMENTS = 3
_CLOSE_ENOUGH_DB = 0.5
_POSTER_BYTES = 60_000
_POSTER_QUALITIES = (74, 50, 30)


async def examine(source: Path, limits: Limits) -> tuple[Probe, Gain]:
    """Probe an upload and, at the same time, measure its first sound track: what encoding needs to begin.

    The measurement is stopped as soon as the probe refuses. Raises as `probe` and `measure_gain`.
    """
    container = await recognise_file(source)
    early = asyncio.create_task(_measure(source, container, limits, "a:0"))
    try:
        seen = await probe(source, limits)
        if seen.audio is None or not seen.audio.is_first:
            return seen, await measure_gain(source, seen, limits)
        return seen, await _settle(source, seen, limits, await early)
    finally:
        early.cancel()
        await asyncio.gather(early, return_exceptions=True)


async def measure_gain(source: Path, seen: Probe, limits: Limits) -> Gain:
    """How to bring the clip's sound to the target. No change for a clip without sound, or with silence.

    Raises as `run_ffmpeg`.
    """
    if seen.audio is None:
        return Gain()
    return await _settle(source, seen, limits, await _measure(source, seen.container, limits, _track(seen)))


async def _settle(source: Path, seen: Probe, limits: Limits, measured: Loudness | None) -> Gain:
    """The gain; measured again with it where the limiter takes away much of what the gain gives."""
    gain = plan_gain(measured)
    if measured is None or not limits_deeply(measured, gain):
        return gain
    for _ in range(_REFINEMENTS):
        refined = refine_gain(gain, await _measure(source, seen.container, limits, _track(seen), gain))
        if abs(refined.db - gain.db) < _CLOSE_ENOUGH_DB:
            break
        gain = refined
    return gain


def _track(seen: Probe) -> str:
    return str(seen.audio.index) if seen.audio else "a:0"


async def _measure(
    source: Path, container: Container, limits: Limits, stream: str, gain: Gain = NO_GAIN
) -> Loudness | None:
    command = commands.plan_loudness(locate_ffmpeg(), source, container, stream=stream, gain=gain, limits=limits)
    finished = await run_ffmpeg(command, source=source, writes=(), limits=limits)
    return read_summary(finished.stderr_tail)


async def encode_rendition(
    source: Path,
    seen: Probe,
    rendition: Rendition,
    *,
    gain: Gain,
    out_dir: Path,
    limits: Limits,
    on_progress: Callable[[float], None] | None = None,
    keep_frames: bool = False,
) -> Encoded:
    """Encode one size into `out_dir/<short side>.mp4` and check what came out.

    `on_progress` gets 0..1. `keep_frames`, for the size people wait for, also leaves the frames `extract_poster`
    chooses from; the others are encoded at a lower priority.
    Raises `UploadTruncated` where the result is shorter than the upload promised, else as `run_ffmpeg`.
    """
    out = out_dir / f"{rendition.short_side}.mp4"
    strip = None
    if keep_frames:
        strip = poster.plan_frame_strip(rendition, seen.duration_ms, out_dir / "frames.raw")
    command = commands.plan_encode(
        locate_ffmpeg(), source, seen, rendition,
        gain=gain, limits=limits, out=out, strip=strip, threads=_threads(),
    )  # fmt: skip
    watch = _Progress(seen.duration_ms, on_progress).take if on_progress else None
    try:
        await run_ffmpeg(
            command,
            source=source,
            writes=[out_dir],
            limits=limits,
            on_stdout=watch,
            nice=0 if keep_frames else _LATER,
        )
        return replace(await asyncio.to_thread(_check, out, seen, rendition), frames=strip)
    except BaseException:
        _remove(out, *((strip.path,) if strip else ()))
        raise


async def extract_poster(
    encoded: Encoded, out_dir: Path, limits: Limits, *, cover_at_ms: int | None = None
) -> Poster:
    """Take the poster from a finished rendition: at `cover_at_ms`, or at the best moment found.

    Leaves `out_dir/poster.webp`, and removes the frames that the choice was made from.
    """
    at_ms = await _choose_moment(encoded, out_dir, limits) if cover_at_ms is None else cover_at_ms
    at_ms = max(0, min(at_ms, encoded.video_ms - 100))
    out, thumb = out_dir / "poster.webp", out_dir / "thumb.raw"
    size = poster.thumb_size(encoded.width, encoded.height)
    done = False
    try:
        for quality in _POSTER_QUALITIES:
            command = commands.plan_poster(
                locate_ffmpeg(), encoded.path, at_ms,
                out=out, thumb=thumb, thumb_size=size, quality=quality, limits=limits,
            )  # fmt: skip
            await run_ffmpeg(command, source=encoded.path, writes=[out_dir], limits=limits)
            if _size(out) <= _POSTER_BYTES:
                break
        thumbhash = await asyncio.to_thread(_read_thumbhash, thumb, size)
        done = True
    finally:
        _remove(thumb, *(() if done else (out,)))
    return Poster(out, encoded.width, encoded.height, thumbhash, at_ms)


def _read_thumbhash(thumb: Path, size: tuple[int, int]) -> bytes:
    try:
        return encode_thumbhash(*size, thumb.read_bytes())
    except (ValueError, FileNotFoundError):
        raise TranscodeFailed from None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def _choose_moment(encoded: Encoded, out_dir: Path, limits: Limits) -> int:
    strip = encoded.frames
    if strip is None or not await asyncio.to_thread(strip.path.exists):
        strip = await _take_strip(encoded, out_dir, limits)
    try:
        frames = poster.read_frames(strip)
    finally:
        _remove(strip.path)
    if not frames:
        return encoded.video_ms // 3
    best = await asyncio.to_thread(poster.choose_frame, frames, strip.width)
    return round(best * 1000 / strip.fps)


async def _take_strip(encoded: Encoded, out_dir: Path, limits: Limits) -> FrameStrip:
    rendition = Rendition(0, encoded.width, encoded.height, Fraction(30), crf=0, maxrate_kbps=0)
    strip = poster.plan_frame_strip(rendition, encoded.duration_ms, out_dir / "frames.raw")
    command = commands.plan_strip(locate_ffmpeg(), encoded.path, strip, limits)
    await run_ffmpeg(command, source=encoded.path, writes=[out_dir], limits=limits)
    return strip


def _check(out: Path, seen: Probe, rendition: Rendition) -> Encoded:
    """Read back what was written: complete, of the planned size, as long as the upload."""
    with out.open("rb") as file:
        facts = boxes.read_movie(file)
        size_bytes = out.stat().st_size
    if facts is None or not facts.faststart or (facts.width, facts.height) != (rendition.width, rendition.height):
        raise TranscodeFailed
    expected = seen.video_ms or seen.duration_ms
    slack = 500 + expected * (2 if seen.video_ms else 25) // 100
    if facts.video_ms < expected - slack:
        raise UploadTruncated
    return Encoded(
        path=out,
        width=facts.width,
        height=facts.height,
        duration_ms=facts.duration_ms,
        video_ms=facts.video_ms,
        size_bytes=size_bytes,
        bitrate=round(size_bytes * 8000 / max(1, facts.duration_ms)),
        codecs=facts.codecs,
    )


def _threads() -> int:
    return min(_MOST_THREADS, len(os.sched_getaffinity(0)))


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


class _Progress:
    """Turns ffmpeg's `-progress` lines into a share of the whole."""

    def __init__(self, duration_ms: int, tell: Callable[[float], None]) -> None:
        self._whole_us = max(1, duration_ms * 1000)
        self._tell = tell
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            key, _, value = line.partition(b"=")
            if key == b"out_time_us" and value.strip().isdigit():
                self._tell(min(1.0, int(value) / self._whole_us))
