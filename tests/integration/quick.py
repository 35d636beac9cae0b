"""An engine that only pretends: each step leaves a real file, made once by ffmpeg, within a millisecond.

For tests of what surrounds the engine: the steps of the job, the feed, the tables. The real one has its own tests.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from tests import footage, hostile

from reelm.media import transcodes
from reelm.media.errors import NotAVideo
from reelm.media.model import Encoded, Gain, Limits, Poster, Probe, Rendition

CLIP = b"a clip of 720x1280"
RUBBISH = b"no clip at all"
PROBE = Probe(width=720, height=1280, duration_ms=1000)


@cache
def _sample() -> bytes:
    folder = Path(mkdtemp(prefix="reelm-quick-"))
    made = footage.small(folder / "sample.mp4", "-movflags", "+faststart", size="72x128", fps="10", seconds=1)
    content = made.read_bytes()
    shutil.rmtree(folder)
    return content


def _read(path: Path) -> bytes:
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def examine(source: Path, limits: Limits) -> tuple[Probe, Gain]:
    if _read(source) == RUBBISH:
        raise NotAVideo
    return PROBE, Gain()


async def encode_rendition(source: Path, seen: Probe, rendition: Rendition, *, out_dir: Path, **_: Any) -> Encoded:
    assert _read(source) == CLIP
    out = out_dir / f"{rendition.short_side}.mp4"
    _write(out, _sample())
    return Encoded(out, rendition.width, rendition.height, 1000, 1000, len(_sample()), 8 * len(_sample()), "h264/aac")


async def extract_poster(encoded: Encoded, out_dir: Path, limits: Limits, **_: Any) -> Poster:
    out = out_dir / "poster.webp"
    _write(out, hostile.png(4, 4))
    return Poster(out, encoded.width, encoded.height, b"thumbhash", 0)


STEPS = (examine, encode_rendition, extract_poster)


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the pretended steps in the place of the real ones."""
    for step in STEPS:
        monkeypatch.setattr(transcodes, step.__name__, step)


@contextmanager
def engine() -> Generator[None]:
    """The pretended steps, for a while."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        install(monkeypatch)
        yield
