"""Turn a clip of the script into a source file, and a person into an avatar, through ffmpeg."""

import io
import subprocess
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from .film import HEIGHT, WIDTH, Film
from .light import Floats
from .marks import SIDE, draw_mark
from .script import DemoClip, DemoPerson
from .tones import RATE


class FootageFailed(Exception):
    """ffmpeg ended before the film did; the message is what it said last."""


def render_clip(clip: DemoClip, out: Path, *, on_progress: Callable[[float], None] | None = None) -> None:
    """Draw and play `clip` and write it to `out` as an MP4 (H.264, AAC, 540 x 960).

    The same clip always gives the same frames and sound. `on_progress` hears 0..1 about once a second of
    footage. `out` appears only when it is whole. Raises `FootageFailed` when ffmpeg does.
    """
    film = clip.make(1.0)
    part = out.with_name(f".{out.stem}.part.mp4")
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.wav"
        _write_wave(sound, film.play(film.seconds))
        try:
            _encode(film, sound, part, on_progress or _unheard)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)


def render_avatar(person: DemoPerson, out: Path) -> None:
    """Draw the mark of `person` and write it to `out` as a 512 x 512 PNG."""
    frame = draw_mark(person.handle)
    size = f"{SIDE}x{SIDE}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-i", "-",
        "-frames:v", "1", "-f", "image2", "-c:v", "png", str(out),
    ]  # fmt: skip
    done = subprocess.run(command, input=frame.tobytes(), capture_output=True, check=False)
    if done.returncode:
        raise FootageFailed(done.stderr.decode(errors="replace")[-500:])


def plan_encoding(film: Film, sound: Path, out: Path) -> list[str]:
    """The ffmpeg arguments for `film`, whose raw frames come on standard input."""
    look = f"scale={WIDTH}:{HEIGHT}:flags=bicubic:out_color_matrix=bt709:out_range=tv"
    look += f",noise=c0s={film.grain}:c0f=t:c0_seed=1895,format=yuv420p"
    return [
        "-y", "-loglevel", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{film.width}x{film.height}", "-r", str(film.fps), "-i", "-",
        "-i", str(sound), "-vf", look,
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", str(2 * film.fps),
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv",
        "-c:a", "aac", "-b:a", "160k", "-t", f"{film.seconds:.3f}", "-movflags", "+faststart", str(out),
    ]  # fmt: skip


def _encode(film: Film, sound: Path, out: Path, on_progress: Callable[[float], None]) -> None:
    with tempfile.TemporaryFile() as said:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), *plan_encoding(film, sound, out)]
        ffmpeg = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said)
        assert ffmpeg.stdin is not None
        try:
            for moment, frame in enumerate(film.draw()):
                ffmpeg.stdin.write(frame.data)
                if moment % film.fps == 0:
                    on_progress(moment / film.frame_count)
            ffmpeg.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg ended early; its exit status below says so
        except BaseException:
            ffmpeg.kill()
            ffmpeg.wait()
            raise
        if ffmpeg.wait():
            said.seek(0, io.SEEK_SET)
            raise FootageFailed(said.read().decode(errors="replace")[-500:])
    on_progress(1.0)


def _write_wave(path: Path, sound: Floats) -> None:
    """Write (2, samples) in -1..1 as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(sound.T, -1, 1) * 32767).astype("<i2").tobytes())


def _unheard(_share: float) -> None:
    """Progress nobody asked for."""
