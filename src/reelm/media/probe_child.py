"""Inside the sandbox: open one file with one demuxer, decode one frame, print what was seen as JSON.

Started as `python -I -S probe_child.py PLAN`. PLAN is JSON: `path`, `container`, `packages` (where PyAV lies),
`max_pixels`, `max_streams`, `max_duration_s`. Prints an object with `problem` (a word of `probe.py`) or with the
facts of a `Probe`. Titles, places and every other tag of the file are never read.
"""

import json
import re
import sys
from fractions import Fraction
from itertools import pairwise
from typing import Any

PLAN: dict[str, Any] = json.loads(sys.argv[1]) if __name__ == "__main__" else {}
sys.path += [PLAN["packages"]] if PLAN else []

import av  # noqa: E402
import av.error  # noqa: E402
import av.logging  # noqa: E402
from av.stream import Disposition  # noqa: E402

TRANSFERS = {1: "bt709", 6: "smpte170m", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67"}
PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020", 11: "smpte431", 12: "smpte432"}
MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}
SIZE_REFUSED = re.compile(r"Picture size (\d+)x(\d+)")
PACKETS_WITHOUT_A_FRAME = 300
TIMES_LOOKED_AT = 2000


class Unfit(Exception):
    """The file is no clip; the argument is the word for why."""


def look(source: Any) -> dict[str, Any]:
    """The facts of an open container. Raises `Unfit`."""
    video = choose_video(source)
    codec = video.codec_context
    if codec.width * codec.height > PLAN["max_pixels"]:
        raise Unfit("pixels", codec.width, codec.height)
    duration_ms, video_ms = measure(source, video)
    facts: dict[str, Any] = {"duration_ms": duration_ms, "video_ms": video_ms, "audio": choose_audio(source)}
    if duration_ms > PLAN["max_duration_s"] * 1000 + 999:
        raise Unfit("long", duration_ms)
    rate = video.average_rate or video.guessed_rate or Fraction(30)
    nominal = video.guessed_rate or rate
    frame = decode_first(source, video)
    if frame.width * frame.height > PLAN["max_pixels"]:
        raise Unfit("pixels", frame.width, frame.height)
    aspect = video.sample_aspect_ratio or codec.sample_aspect_ratio or Fraction(1)
    return facts | {
        "video_index": video.index,
        "video_codec": codec.name,
        "coded_width": frame.width,
        "coded_height": frame.height,
        "rotation": -round(frame.rotation) % 360,
        "sample_aspect": str(aspect if aspect > 0 else 1),
        "fps": str(rate),
        "nominal_fps": str(nominal),
        "variable_fps": is_variable(video, rate, nominal),
        "pix_fmt": frame.format.name,
        "color_transfer": TRANSFERS.get(int(frame.color_trc)),
        "color_primaries": PRIMARIES.get(int(frame.color_primaries)),
        "color_matrix": MATRICES.get(int(frame.colorspace)),
        "full_range": int(frame.color_range) == 2,
        "interlaced": bool(frame.interlaced_frame),
    }


def choose_video(source: Any) -> Any:
    """The first moving picture that can be decoded; cover art of a song is none."""
    moving = [s for s in source.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise Unfit("audio" if source.streams.audio else "nothing")
    for stream in moving:
        if stream.codec_context is not None and stream.codec_context.width:
            return stream
    raise Unfit("codec")


def choose_audio(source: Any) -> dict[str, Any] | None:
    """The first sound track that can be decoded; phones put tracks beside it that nothing else reads."""
    for place, stream in enumerate(source.streams.audio):
        codec = stream.codec_context
        if codec is not None and codec.sample_rate and codec.channels:
            facts = {"codec": codec.name, "channels": codec.channels, "sample_rate": codec.sample_rate}
            facts["is_first"] = place == 0
            return {"index": stream.index, **facts}
    return None


def measure(source: Any, video: Any) -> tuple[int, int]:
    """How long the clip and its picture last, in ms; by reading every packet where the file doesn't say."""
    alone = round(video.duration * video.time_base * 1000) if video.duration else 0
    if source.duration:
        return max(round(source.duration / 1000), alone), alone
    latest = Fraction(0)
    first: Fraction | None = None
    for packet in source.demux(video):
        if packet.pts is not None:
            at = packet.pts * packet.time_base
            first = at if first is None else min(first, at)
            latest = max(latest, at + (packet.duration or 0) * packet.time_base - first)
            if latest > PLAN["max_duration_s"] + 1:
                break
    source.seek(0)
    length = round(latest * 1000)
    return length, length


def decode_first(source: Any, video: Any) -> Any:
    """The first frame. Raises `Unfit` if none comes out of the first packets."""
    video.codec_context.thread_count = 1
    for count, packet in enumerate(source.demux(video)):
        try:
            for frame in video.codec_context.decode(packet):
                return frame
        except av.error.FFmpegError:
            continue
        if count > PACKETS_WITHOUT_A_FRAME:
            break
    raise Unfit("damaged")


def is_variable(video: Any, rate: Fraction, nominal: Fraction) -> bool:
    """Whether frames come unevenly: by the container's index where it has one, else by its two rates."""
    entries = video.index_entries
    times = [entries[i].timestamp for i in range(min(len(entries), TIMES_LOOKED_AT))]
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    if len(gaps) > 8 and len(entries) >= (video.frames or len(entries)):
        usual = gaps[len(gaps) // 2]
        odd = sum(1 for gap in gaps if abs(gap - usual) > max(1, usual // 20) + 1)
        return odd > len(gaps) // 50 + 1
    return abs(rate - nominal) > nominal / 50


def main() -> None:
    """Print the facts, or the problem. What the decoders log is searched for a size they refused, and dropped."""
    av.logging.set_level(av.logging.ERROR)
    with av.logging.Capture() as logs:
        answer = open_and_look()
    refused = next(filter(None, (SIZE_REFUSED.search(line) for _, _, line in logs)), None)
    if refused and "problem" in answer:
        answer = {"problem": "pixels", "facts": (int(refused[1]), int(refused[2]))}
    print(json.dumps(answer))


def open_and_look() -> dict[str, Any]:
    """The facts, or the problem."""
    options = {
        "format_whitelist": PLAN["container"],
        "protocol_whitelist": "file",
        "max_streams": str(PLAN["max_streams"]),
    }
    try:
        with av.open(
            f"file:{PLAN['path']}",
            format=PLAN["container"],
            container_options=options,
            stream_options=[{"max_pixels": str(PLAN["max_pixels"])}] * PLAN["max_streams"],
            metadata_errors="ignore",
        ) as source:
            return look(source)
    except Unfit as unfit:
        return {"problem": unfit.args[0], "facts": unfit.args[1:]}
    except (av.error.PermissionError, av.error.FileNotFoundError):
        raise
    except (av.error.FFmpegError, MemoryError):
        return {"problem": "damaged", "facts": ()}


if __name__ == "__main__":
    main()
