"""What do the media steps pass to each other? Plain facts about clips, sizes, limits and results."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """What this realm takes in, set by the operator."""

    max_duration_s: int = 180
    max_pixels: int = 4096 * 2304
    max_fps: int = 1000
    max_streams: int = 128
    probe_wall_s: float = 20.0
    encode_wall_s: float = 900.0
    encode_cpu_s: int = 1800
    memory_bytes: int = 3 * 1024**3
    output_bytes: int = 512 * 1024**2


@dataclass(frozen=True)
class Allowance:
    """What one sandboxed process may use before it is ended.

    `memory_bytes` counts private writable memory; `file_bytes` bounds each file written;
    `stdout_bytes` bounds what is kept of standard output, and going beyond ends the process; `nice` is how far
    it steps back for others (0 not at all, 19 always).
    """

    wall_s: float
    cpu_s: int
    memory_bytes: int
    file_bytes: int
    stdout_bytes: int = 1024 * 1024
    nice: int = 0


class Ending(StrEnum):
    """How a sandboxed process came to its end."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    OUTPUT_TOO_BIG = "output too big"


@dataclass(frozen=True)
class Finished:
    """A sandboxed process that has ended. `stderr_tail` may quote the upload: never log it."""

    ending: Ending
    returncode: int
    stdout: bytes
    stderr_tail: str
    wall_s: float
    cpu_s: float
    max_rss_bytes: int
    barriers: tuple[str, ...]


@dataclass(frozen=True)
class Barrier:
    """One wall between an upload and the machine, and whether this machine has it."""

    name: str
    in_force: bool
    stops: str


class Container(StrEnum):
    """The containers taken in, each under the name of its ffmpeg demuxer."""

    MOV = "mov"
    MATROSKA = "matroska"
    AVI = "avi"
    MPEGTS = "mpegts"


@dataclass(frozen=True)
class AudioTrack:
    """The one sound track that is kept. `index` is its stream number in the file; `is_first` among the sounds."""

    index: int
    is_first: bool
    codec: str
    channels: int
    sample_rate: int


@dataclass(frozen=True)
class Probe:
    """What an upload holds, as far as encoding it needs to know.

    `width` and `height` are as a viewer sees them: square pixels, rotation applied. `rotation` is the
    clockwise turn in degrees already counted in. `fps` is the average rate, `nominal_fps` the container's
    promise; they differ where the rate varies. `video_ms` is how long the picture alone lasts, 0 where the
    file does not say. Colour names are ffmpeg's (`bt709`, `smpte2084`), or None.
    """

    width: int
    height: int
    duration_ms: int
    fps: Fraction = Fraction(30)
    nominal_fps: Fraction = Fraction(30)
    variable_fps: bool = False
    container: Container = Container.MOV
    video_index: int = 0
    video_ms: int = 0
    video_codec: str = "h264"
    coded_width: int = 0
    coded_height: int = 0
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    pix_fmt: str = "yuv420p"
    color_transfer: str | None = None
    color_primaries: str | None = None
    color_matrix: str | None = None
    full_range: bool = False
    interlaced: bool = False
    audio: AudioTrack | None = None

    @property
    def is_hdr(self) -> bool:
        """Whether the picture is PQ or HLG and must be tone-mapped for ordinary screens."""
        return self.color_transfer in ("smpte2084", "arib-std-b67")


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: a short side and how well to encode it."""

    short_side: int
    crf: int
    maxrate_kbps: int


@dataclass(frozen=True)
class Ladder:
    """The sizes a realm offers, smallest first."""

    rungs: tuple[Rung, ...]
    max_fps: int = 60


DEFAULT_LADDER = Ladder(rungs=(Rung(480, 24, 1_600), Rung(720, 24, 3_200), Rung(1080, 24, 6_000)))


@dataclass(frozen=True)
class Rendition:
    """One version of a clip to be encoded: even sides, constant frame rate."""

    short_side: int
    width: int
    height: int
    fps: Fraction
    crf: int
    maxrate_kbps: int


@dataclass(frozen=True)
class Loudness:
    """How loud a clip is: integrated LUFS and true peak in dBTP (ITU-R BS.1770). Silence is -70 and below."""

    integrated_lufs: float
    true_peak_dbtp: float


@dataclass(frozen=True)
class Gain:
    """How to bring a clip to the target loudness: a linear change, and a limiter where peaks would clip."""

    db: float = 0.0
    limit: bool = False


NO_GAIN = Gain()


@dataclass(frozen=True)
class Encoded:
    """A finished rendition on disk. `bitrate` is in bits per second, `codecs` as in RFC 6381.

    `video_ms` is how long its picture is: the sound may go on, and then `duration_ms` is longer.
    `frames` are small grey frames taken while encoding, for choosing the poster.
    """

    path: Path
    width: int
    height: int
    duration_ms: int
    video_ms: int
    size_bytes: int
    bitrate: int
    codecs: str
    frames: "FrameStrip | None" = None


@dataclass(frozen=True)
class FrameStrip:
    """Where the small grey frames of a clip lie: `width*height` bytes each, `fps` of them a second."""

    path: Path
    width: int
    height: int
    fps: Fraction


@dataclass(frozen=True)
class Poster:
    """The still picture of a clip, a WebP file, and its ThumbHash. `at_ms` is where in the clip it was taken."""

    path: Path
    width: int
    height: int
    thumbhash: bytes
    at_ms: int
