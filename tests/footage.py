"""Real footage for tests, made by ffmpeg: what phones, cameras, screen recorders and browsers upload.

Every function writes one short file and returns its path. Also a script: `python -m tests.footage FOLDER` writes
the vertical clip the ingest benchmark uses.
"""

import os
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg

LATITUDE, LONGITUDE = "+48.8577", "+002.2950"
PHONE = "Fairphone 5 of Zoë"
MOTION = "testsrc2=size={size}:rate={fps}:duration={seconds}"
BEAT = "aevalsrc='0.5*sin(440*2*PI*t)*(0.6+0.4*sin(2*PI*t))|0.5*sin(660*2*PI*t)':s=44100:d={seconds}"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def make(path: Path, *arguments: str) -> Path:
    """Run ffmpeg to write `path`."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=120)
    return path


def motion(size: str = "360x640", fps: str = "30", seconds: float = 2) -> tuple[str, ...]:
    """Input arguments: a moving picture."""
    return ("-f", "lavfi", "-i", MOTION.format(size=size, fps=fps, seconds=seconds))


def beat(seconds: float = 2) -> tuple[str, ...]:
    """Input arguments: a stereo tone that swells."""
    return ("-f", "lavfi", "-i", BEAT.format(seconds=seconds))


def vertical(path: Path, seconds: float = 2, size: str = "1080x1920", fps: str = "30") -> Path:
    """A phone clip: upright, grainy, moving, with sound, about 10 Mb/s at full size."""
    grain = "noise=alls=12:allf=t,gblur=sigma=0.6"
    rate = ("-b:v", "10M", "-maxrate", "14M", "-bufsize", "20M", "-g", "30")
    return make(
        path, *motion(size, fps, seconds), *beat(seconds), "-vf", grain, *H264, *rate, "-c:a", "aac", "-shortest"
    )


def small(path: Path, *extra: str, size: str = "360x640", fps: str = "30", seconds: float = 2) -> Path:
    """A small clip with sound; `extra` are output arguments."""
    return make(path, *motion(size, fps, seconds), *beat(seconds), *H264, "-c:a", "aac", "-shortest", *extra)


def silent_film(path: Path) -> Path:
    """A clip without a sound track."""
    return make(path, *motion(), *H264, "-an")


def with_level(path: Path, volume: str, seconds: float = 4, layout: str = "stereo") -> Path:
    """A clip whose sound is brought to `volume` (such as `-30dB` or `0`)."""
    chain = f"volume={volume},aformat=channel_layouts={layout}"
    return small(path, "-af", chain, "-ar", "44100", size="180x320", fps="10", seconds=seconds)


def with_peaks(path: Path) -> Path:
    """Quiet speech-like sound with loud clicks: at -14 LUFS its peaks would pass full scale."""
    clicks = "aevalsrc='0.04*sin(300*2*PI*t)+0.7*sin(900*2*PI*t)*lt(mod(t,1),0.01)':s=48000:d=6"
    picture = motion("180x320", "10", 6)
    return make(path, *picture, "-f", "lavfi", "-i", clicks, *H264, "-c:a", "aac", "-b:a", "192k")


def surround(path: Path) -> Path:
    """Sound in 5.1, each channel its own tone."""
    tones = "|".join(f"0.2*sin({220 * n}*2*PI*t)" for n in range(1, 7))
    sound = ("-f", "lavfi", "-i", f"aevalsrc='{tones}':c=5.1:s=48000:d=4")
    return make(path, *motion("180x320", "10", 4), *sound, *H264, "-c:a", "aac")


def rotated(path: Path, degrees: int = 90) -> Path:
    """Filmed upright on a phone whose sensor lies on its side: 640x360 coded, to be shown turned."""
    coded = small(path.with_suffix(".coded.mp4"), size="640x360")
    make(path, "-display_rotation", str(degrees), "-i", str(coded), "-c", "copy")
    coded.unlink()
    return path


def hdr(path: Path, transfer: str = "smpte2084") -> Path:
    """HDR10 (`smpte2084`) or HLG (`arib-std-b67`), 10 bits, HEVC, with mastering data."""
    light = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"
    tags = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:log-level=none:{light}"
    grey = f"color=c=0x909090:size=360x640:rate=25:duration=1,format=yuv420p10le,setparams=color_trc={transfer}"
    tagged = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc", "-tag:v", "hvc1")
    return make(
        path, "-f", "lavfi", "-i", grey, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", tags, *tagged
    )


def varying(path: Path) -> Path:
    """A varying frame rate, as phones record in changing light: some frames simply aren't there."""
    gaps = "select='not(between(mod(n,17),3,6))*not(eq(mod(n,7),2))'"
    return make(path, *motion(seconds=3), "-vf", gaps, "-fps_mode", "vfr", *H264, "-an")


def stretched(path: Path) -> Path:
    """Pixels that are 4:3: 360x480 to be shown as 480x480."""
    return small(path, "-vf", "setsar=4/3", size="360x480")


def odd(path: Path) -> Path:
    """Sides no 4:2:0 picture can have, in 4:4:4."""
    return make(path, *motion("161x287"), *beat(), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")


def interlaced(path: Path) -> Path:
    """An old camcorder's fields."""
    return make(path, *motion("720x576", "50"), "-vf", "tinterlace=interleave_top", "-c:v", "mpeg2video", "-flags",
                "+ilme+ildct", "-b:v", "4M", "-f", "mpegts")  # fmt: skip


def recorded_in_browser(path: Path) -> Path:
    """WebM as MediaRecorder writes it: neither a duration nor a size up front."""
    coding = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
    return make(path, *motion(), *beat(), *coding, "-shortest", "-f", "webm", "-live", "1")


def with_gps(path: Path, *flags: str) -> Path:
    """Place, device, name and dates in every corner: tags, chapters, subtitles, timecode, SEI, XMP.

    With `-movflags use_metadata_tags` they are QuickTime keys, as Apple writes them; without, the likes of `©xyz`.
    """
    place = f"{LATITUDE}{LONGITUDE}/"
    tags = (
        f"location={place}", f"location-eng={place}", f"com.apple.quicktime.location.ISO6709={place}",
        f"com.apple.quicktime.model={PHONE}", f"make={PHONE}", f"model={PHONE}", f"title={path.name}",
        f"comment={place}", "creation_time=2026-05-04T03:02:01Z",
    )  # fmt: skip
    chapters = path.with_suffix(".txt")
    chapters.write_text(f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle={place}\n")
    words = path.with_suffix(".srt")
    words.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{place}\n")
    flat = [part for tag in tags for part in ("-metadata", tag)]
    make(
        path, *motion(), *beat(), "-i", str(chapters), "-i", str(words), "-map", "0", "-map", "1", "-map", "3",
        "-map_chapters", "2", *H264, "-c:a", "aac", "-c:s", "mov_text", "-timecode", "01:02:03:04", *flat,
        "-metadata:s:v:0", f"handler_name={PHONE}", "-metadata:s:a:0", f"title={place}",
        "-bsf:v", f"h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+{place}",
        *flags, "-f", "mov",
    )  # fmt: skip
    chapters.unlink()
    words.unlink()
    xmp = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac" + f"<x exif:GPS='{place}'/>".encode()
    with path.open("ab") as file:
        file.write((len(xmp) + 8).to_bytes(4) + b"uuid" + xmp)
    return path


def provided() -> list[Path]:
    """The real clips of the folder REELM_TEST_MEDIA names, or of `../shared/media`; none where neither is there."""
    folder = Path(os.environ.get("REELM_TEST_MEDIA") or Path(__file__).parents[2] / "shared" / "media")
    return sorted([*folder.glob("**/*.mp4"), *folder.glob("**/*.mkv")])


if __name__ == "__main__":
    vertical(Path(sys.argv[1], "vertical-15s.mp4"), seconds=15)
