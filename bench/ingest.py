"""How long until an upload plays? Against plain ffmpeg making the same 480 rendition alone, in one run.

The clip is 15 s of 1080×1920 with sound. Reelm's time runs from the answer to the last byte uploaded until the clip's
state is `published`: posting, the job queue, the sandboxed probe, loudness, the encode, the poster and the commit.
"""

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from bench._cell import running_cell
from bench.table import Report, at_most
from reelm.media.commands import plan_encode
from reelm.media.ffmpeg import locate_ffmpeg
from reelm.media.ladder import plan_renditions
from reelm.media.model import DEFAULT_LADDER, Gain, Limits, Probe
from reelm.media.probe import probe

ROUNDS = 5
GOAL = 1.3
PASSWORD = "correct horse battery"


def measure() -> Report:
    """Take turns, `ROUNDS` times: an upload to a running cell, then ffmpeg alone."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-", dir="/tmp") as name:
        folder = Path(name)
        clip = _make_clip(folder / "clip.mp4")
        found = asyncio.run(probe(clip, Limits()))
        with running_cell(folder / "var") as cell:
            person = _Person(cell.port)
            reelm_s: list[float] = []
            plain_s: list[float] = []
            for number in range(ROUNDS):
                plain_s.append(_encode_alone(clip, found, folder / "alone.mp4"))
                reelm_s.append(person.publish(clip, f"round {number}"))
    ratios = [mine / alone for mine, alone in zip(reelm_s, plain_s, strict=True)]
    rows = [
        {"what": "upload complete to playable, s", "median": round(statistics.median(reelm_s), 2)},
        {"what": "plain ffmpeg, 480 alone, s", "median": round(statistics.median(plain_s), 2)},
        {"what": "ratio", "median": round(statistics.median(ratios), 3)},
    ]
    goal = at_most("playable ÷ plain ffmpeg, 15 s 1080×1920", round(statistics.median(ratios), 3), GOAL)
    return Report("ingest", rows, [goal])


def _make_clip(path: Path) -> Path:
    """A phone-like clip: 15 s, 1080×1920, 30 frames a second, moving detail and a beat."""
    picture = "testsrc2=size=1080x1920:rate=30,noise=alls=12:allf=t,rotate=0.05*sin(t):c=gray"
    sound = "sine=frequency=330:beep_factor=4:sample_rate=48000"
    command = [str(locate_ffmpeg()), "-loglevel", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    command += ["-t", "15", "-c:v", "libx264", "-preset", "veryfast", "-b:v", "12M", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:a", "aac", "-movflags", "+faststart", "-y", str(path)], check=True)
    return path


def _encode_alone(clip: Path, found: Probe, out: Path) -> float:
    """Seconds ffmpeg takes for the 480 rendition and nothing else."""
    rendition = plan_renditions(found, DEFAULT_LADDER)[0]
    command = plan_encode(locate_ffmpeg(), clip, found, rendition, gain=Gain(), limits=Limits(), out=out)
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


class _Person:
    """Somebody signed in over HTTP."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._headers: dict[str, str] = {}
        new = {"handle": "bench", "password": PASSWORD, "birth_date": "1990-01-01", "country": "FR", "locale": "en"}
        self._json("POST", "/api/v1/accounts", new)
        token = self._json("POST", "/api/v1/session", {"handle": "bench", "password": PASSWORD})["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def publish(self, clip: Path, caption: str) -> float:
        """Upload and post; seconds from upload complete to published. Waits for the other sizes, untimed."""
        tus = {"Tus-Resumable": "1.0.0", "Upload-Length": str(clip.stat().st_size)}
        location = str(self._send("POST", "/api/v1/uploads", b"", tus).headers["Location"])
        chunk = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        self._send("PATCH", location, clip.read_bytes(), chunk)
        began = time.perf_counter()
        form = {"upload_id": location.rpartition("/")[2], "caption": caption}
        video = self._json("POST", "/api/v1/videos", form)["id"]
        while (shown := self._json("GET", f"/api/v1/videos/{video}"))["state"] == "processing":
            time.sleep(0.02)
        took = time.perf_counter() - began
        assert shown["state"] == "published", shown
        while len(self._json("GET", f"/api/v1/videos/{video}")["renditions"]) < 3:
            time.sleep(0.2)
        time.sleep(0.5)
        return took

    def _json(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        sent = json.dumps(body).encode() if body is not None else None
        with self._send(method, path, sent, {"Content-Type": "application/json"}) as answer:
            return cast("dict[str, Any]", json.load(answer))

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        request = urllib.request.Request(self._base + path, body, {**self._headers, **headers}, method=method)
        return urllib.request.urlopen(request, timeout=120)
