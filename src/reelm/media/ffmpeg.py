"""Where is ffmpeg, and how does its ending become a reason? Every ffmpeg of ours runs through here, sandboxed."""

import logging
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from reelm.media.errors import TranscodeFailed, TranscodeTimedOut, UploadTruncated
from reelm.media.model import Allowance, Ending, Finished, Limits
from reelm.media.sandbox import run_sandboxed

_log = logging.getLogger(__name__)
_OUT_OF_CPU = -24
_DAMAGE = ("invalid data", "error while decoding", "corrupt", "partial file", "truncat", "end of file", "concealing")


@cache
def locate_ffmpeg() -> Path:
    """The ffmpeg that came with us."""
    return Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve()


async def run_ffmpeg(
    argv: Sequence[str],
    *,
    source: Path,
    writes: Sequence[Path],
    limits: Limits,
    on_stdout: Callable[[bytes], None] | None = None,
    nice: int = 0,
) -> Finished:
    """Run one ffmpeg command that reads `source` alone.

    Raises `TranscodeTimedOut`, `UploadTruncated` where ffmpeg complains of damage, `TranscodeFailed` otherwise.
    """
    allowance = Allowance(
        wall_s=limits.encode_wall_s,
        cpu_s=limits.encode_cpu_s,
        memory_bytes=limits.memory_bytes,
        file_bytes=limits.output_bytes,
        stdout_bytes=8 * 1024**2,
        nice=nice,
    )
    finished = await run_sandboxed(argv, reads=[source], writes=writes, limits=allowance, on_stdout=on_stdout)
    if finished.ending is Ending.TIMED_OUT or finished.returncode == _OUT_OF_CPU:
        raise TranscodeTimedOut(limit_s=round(limits.encode_wall_s))
    if finished.ending is not Ending.EXITED or finished.returncode != 0:
        facts = {"ending": finished.ending.value, "status": finished.returncode, "rss": finished.max_rss_bytes}
        _log.info("ffmpeg failed", extra={"facts": facts})
        complaint = finished.stderr_tail.lower()
        raise UploadTruncated if any(word in complaint for word in _DAMAGE) else TranscodeFailed
    return finished
