"""Which ffmpeg command does each step run? Argument lists built as data; nothing here runs them.

Every command opens exactly one file, through the `file` protocol only, with the one demuxer that the probe
saw, so that a playlist dressed up as a clip is never followed.
"""

from fractions import Fraction
from pathlib import Path

from reelm.media.model import Container, FrameStrip, Gain, Limits, Probe, Rendition

TARGET_LUFS = -14.0
CEILING_DBTP = -1.0
# The encoder adds up to this much to peaks that the limiter left at its ceiling.
AAC_OVERSHOOT_DB = 1.0
AUDIO_KBPS = 128
_LARGEST_BLOCK = 1024**3
_WIDE_PRIMARIES = ("bt2020", "smpte431", "smpte432")
_STRIPPED = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn")
_BITEXACT = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")
_STEREO = "aresample=48000:async=1000:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo"


def plan_encode(
    ffmpeg: Path,
    source: Path,
    probe: Probe,
    rendition: Rendition,
    *,
    gain: Gain,
    limits: Limits,
    out: Path,
    strip: FrameStrip | None = None,
    threads: int = 0,
) -> list[str]:
    """Encode one rendition into a faststart MP4 and, if asked, a strip of small grey frames beside it.

    H.264 High and AAC, closed GOPs of two seconds, BT.709, square pixels. No metadata, chapter, subtitle,
    data stream, frame side data or encoder signature of the source or of the tools survives. `threads` bounds
    the decoder's; 0 lets it choose.
    """
    graph = [f"[0:{probe.video_index}]{video_chain(probe, rendition)}"]
    if strip is None:
        graph[0] += "[v]"
    else:
        graph[0] += "[full];[full]split[v][few]"
        graph.append(f"[few]fps={strip.fps},scale={strip.width}:{strip.height}:flags=area,format=gray[strip]")
    if probe.audio:
        graph.append(f"[0:{probe.audio.index}]{audio_chain(gain)}[a]")
    argv = [
        *_opening(ffmpeg, limits),
        *("-progress", "pipe:1", "-stats_period", "0.5", "-xerror", "-threads", str(threads)),
        *_input(source, probe.container, limits),
        *("-filter_complex", ";".join(graph)),
        *("-map", "[v]"),
        *(("-map", "[a]") if probe.audio else ()),
        *_STRIPPED,
        *_BITEXACT,
        *_h264(rendition),
        *(("-c:a", "aac", "-b:a", f"{AUDIO_KBPS}k", "-ar", "48000", "-ac", "2") if probe.audio else ()),
        *("-movflags", "+faststart", "-max_muxing_queue_size", "4096"),
        *("-f", "mp4", "-y", f"file:{out}"),
    ]
    if strip is not None:
        argv += ["-map", "[strip]", "-c:v", "rawvideo", "-f", "rawvideo", "-y", f"file:{strip.path}"]
    return argv


def plan_loudness(
    ffmpeg: Path, source: Path, container: Container, *, stream: str, gain: Gain, limits: Limits
) -> list[str]:
    """Measure integrated loudness and true peak of the stereo mix that will be encoded (EBU R 128).

    `stream` is the number of the sound track, or `a:0` for the first; `gain` is applied before.
    The summary is on standard error.
    """
    return [
        *_opening(ffmpeg, limits, loglevel="info"),
        "-nostats",
        *_input(source, container, limits),
        *("-map", f"0:{stream}", "-vn", "-sn", "-dn"),
        *("-af", f"{audio_chain(gain)},ebur128=peak=true:framelog=quiet"),
        *("-f", "null", "-"),
    ]


def plan_poster(
    ffmpeg: Path,
    rendition: Path,
    at_ms: int,
    *,
    out: Path,
    thumb: Path,
    thumb_size: tuple[int, int],
    quality: int,
    limits: Limits,
) -> list[str]:
    """Take one frame of a finished rendition as WebP (whose colours are BT.601), and once more small as raw RGBA."""
    big = "scale=in_color_matrix=bt709:out_color_matrix=bt601:out_range=tv,format=yuv420p[a]"
    small = f"scale={thumb_size[0]}:{thumb_size[1]}:in_color_matrix=bt709:flags=area,format=rgba[b]"
    return [
        *_opening(ffmpeg, limits),
        *("-ss", f"{at_ms / 1000:.3f}"),
        *_input(rendition, Container.MOV, limits),
        *("-filter_complex", f"[0:v:0]trim=end_frame=1,split[c][d];[c]{big};[d]{small}"),
        *("-map", "[a]", "-frames:v", "1", *_webp(quality), "-y", f"file:{out}"),
        *("-map", "[b]", "-frames:v", "1", "-c:v", "rawvideo", "-f", "rawvideo", "-y", f"file:{thumb}"),
    ]


def plan_strip(ffmpeg: Path, rendition: Path, strip: FrameStrip, limits: Limits) -> list[str]:
    """Take a strip of small grey frames from a finished rendition."""
    return [
        *_opening(ffmpeg, limits),
        *_input(rendition, Container.MOV, limits),
        *("-map", "0:v:0"),
        *("-vf", f"fps={strip.fps},scale={strip.width}:{strip.height}:flags=area,format=gray"),
        *("-c:v", "rawvideo", "-f", "rawvideo", "-y", f"file:{strip.path}"),
    ]


def plan_avatar(ffmpeg: Path, source: Path, demuxer: str, *, side: int, limits: Limits, out: Path) -> list[str]:
    """Turn a picture into a centred square WebP without metadata. `demuxer` is png_pipe, jpeg_pipe or webp_pipe."""
    crop = "crop=w='min(iw,ih)':h='min(iw,ih)'"
    return [
        *_opening(ffmpeg, limits),
        *("-protocol_whitelist", "file", "-format_whitelist", demuxer, "-max_pixels", str(limits.max_pixels)),
        *("-f", demuxer, "-i", f"file:{source}"),
        *("-map", "0:v:0", "-vf", f"{crop},scale={side}:{side}:flags=lanczos,setsar=1,sidedata=mode=delete"),
        *("-map_metadata", "-1", "-frames:v", "1", *_webp(quality=80), "-y", f"file:{out}"),
    ]


def video_chain(probe: Probe, rendition: Rendition) -> str:
    """The filters between decoder and encoder; ffmpeg itself turns the picture before them.

    Frames are dropped and doubled before they are scaled, colour is brought to BT.709 limited range,
    and the pixel aspect is set last, because scaling leaves remainders such as 18278:18225 in it.
    """
    steps = ["bwdif=mode=send_frame:deint=interlaced"] if probe.interlaced else []
    steps.append(f"fps={rendition.fps}:start_time=0")
    size = f"{rendition.width}:{rendition.height}"
    if probe.is_hdr:
        steps += _tone_map(probe, size)
    elif probe.color_primaries in _WIDE_PRIMARIES:
        steps += [f"zscale={size}:pin={_primaries(probe)}:p=bt709:m=bt709:r=tv", "format=yuv420p"]
    else:
        steps += [
            f"scale={size}:in_color_matrix={_matrix(probe)}:out_color_matrix=bt709:out_range=tv",
            "format=yuv420p",
        ]
    tags = "range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    return ",".join([*steps, f"setparams={tags}", "sidedata=mode=delete", "setsar=1"])


def _tone_map(probe: Probe, size: str) -> list[str]:
    """PQ or HLG to BT.709: scale, go linear, change primaries, compress highlights (Hable), back to gamma."""
    matrix = probe.color_matrix if probe.color_matrix in ("bt2020nc", "bt2020c", "bt709") else "bt2020nc"
    given = (
        f"tin={probe.color_transfer}:min={matrix}:pin={_primaries(probe)}:rin={'pc' if probe.full_range else 'tv'}"
    )
    return [
        f"zscale={size}:{given}:t=linear:npl=100",
        "format=gbrpf32le",
        "zscale=p=bt709",
        "tonemap=tonemap=hable:desat=0",
        "zscale=t=bt709:m=bt709:r=tv",
        "format=yuv420p",
    ]


def _primaries(probe: Probe) -> str:
    return probe.color_primaries if probe.color_primaries in (*_WIDE_PRIMARIES, "bt709") else "bt2020"


def _matrix(probe: Probe) -> str:
    """The matrix the source was made with; where the file is silent, by size, as players guess it."""
    known = {"bt709": "bt709", "bt2020nc": "bt2020", "bt2020c": "bt2020", "smpte240m": "smpte240m", "fcc": "fcc"}
    if probe.color_matrix in known:
        return known[probe.color_matrix]
    if probe.color_matrix in ("smpte170m", "bt470bg"):
        return "bt601"
    return "bt709" if min(probe.width, probe.height) >= 720 else "bt601"


def audio_chain(gain: Gain) -> str:
    """The filters of the sound: one steady stereo track from zero, at the target loudness.

    The limiter works on four times the rate, so that peaks between samples stay below the ceiling too.
    """
    steps = [_STEREO]
    if gain.db:
        steps.append(f"volume={gain.db:.2f}dB:precision=float")
    if gain.limit:
        ceiling = 10 ** ((CEILING_DBTP - AAC_OVERSHOOT_DB) / 20)
        steps += ["aresample=192000", f"alimiter=limit={ceiling:.4f}:attack=5:release=50:level=false:latency=true"]
        steps.append("aresample=48000")
    return ",".join(steps)


def gop_frames(fps: Fraction) -> int:
    """Frames in two seconds.

    >>> gop_frames(Fraction(30)), gop_frames(Fraction(30000, 1001)), gop_frames(Fraction(25, 2))
    (60, 60, 25)
    """
    return max(1, round(fps * 2))


def _opening(ffmpeg: Path, limits: Limits, loglevel: str = "error") -> list[str]:
    block = min(_LARGEST_BLOCK, limits.memory_bytes)
    return [str(ffmpeg), "-nostdin", "-hide_banner", "-loglevel", loglevel, "-max_alloc", str(block)]


def _input(source: Path, container: Container, limits: Limits) -> list[str]:
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", str(container), "-f", str(container)),
        *("-max_pixels", str(limits.max_pixels), "-max_streams", str(limits.max_streams)),
        *("-t", str(limits.max_duration_s + 1), "-i", f"file:{source}"),
    ]


def _h264(rendition: Rendition) -> list[str]:
    gop = str(gop_frames(rendition.fps))
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-pix_fmt", "yuv420p"),
        *("-crf", str(rendition.crf), "-maxrate", f"{rendition.maxrate_kbps}k"),
        *("-bufsize", f"{2 * rendition.maxrate_kbps}k"),
        *("-g", gop, "-keyint_min", gop, "-sc_threshold", "0", "-x264-params", "open-gop=0", "-a53cc", "0"),
        *("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"),
        *("-bsf:v", "filter_units=remove_types=6", "-metadata:s:v:0", "encoder=AVC"),
    ]


def _webp(quality: int) -> list[str]:
    return ["-c:v", "libwebp", "-quality", str(quality), "-compression_level", "4", *_BITEXACT, "-f", "webp"]
