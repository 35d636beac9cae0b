"""`kill -9` of every process in the middle of a transcode; then `reelm up` again, on the real roles."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests import footage
from tests.integration.runtime.cells import ROOT, free_port

PASSWORD = "four unrelated words here"
LOOKED_AT = ("orphan files", "lost blobs", "stuck clips", "failed jobs")
TUS = {"Tus-Resumable": "1.0.0"}


@contextmanager
def _up(data: Path, port: int) -> Generator["subprocess.Popen[str]"]:
    """A cell that is ready, until the block ends."""
    command = (sys.executable, "-m", "reelm.cli", "up", "--port", str(port), "--data", str(data), "--no-demo")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        said = ""
        while "Reelm is ready" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _sign_in(base: str) -> httpx.Client:
    client = httpx.Client(base_url=f"{base}/api/v1", timeout=30)
    form = {"handle": "ana", "password": PASSWORD, "birth_date": "1990-01-31", "country": "FR", "locale": "en"}
    client.post("/accounts", json=form)  # after the kill she is there already
    token = client.post("/session", json={"handle": "ana", "password": PASSWORD}).raise_for_status().json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def _post(client: httpx.Client, clip: Path) -> str:
    size = {"Upload-Length": str(clip.stat().st_size)}
    location = client.post("/uploads", headers=TUS | size).headers["Location"].rpartition("/")[2]
    chunk = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    client.patch(f"/uploads/{location}", content=clip.read_bytes(), headers=chunk).raise_for_status()
    return (
        client.post("/videos", json={"upload_id": location, "caption": "Cut short"}).raise_for_status().json()["id"]
    )


def _wait(client: httpx.Client, video: str, field: str, wanted: Any, timeout_s: float) -> dict[str, Any]:
    deadline = time.monotonic() + timeout_s
    while True:
        shown = client.get(f"/videos/{video}").raise_for_status().json()
        found = len(shown[field]) if isinstance(shown[field], list) else shown[field]
        if found == wanted:
            return shown
        assert time.monotonic() < deadline, shown
        time.sleep(0.05)


def _encoder_runs(supervisor: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return any("ffmpeg" in child.name() for child in supervisor.children(recursive=True))
    return False


def test_a_cell_killed_in_the_middle_of_a_transcode_publishes_the_clip_exactly_once(tmp_path: Path) -> None:
    data, port = tmp_path / "var", free_port()
    with _up(data, port) as first, closing(_sign_in(f"http://127.0.0.1:{port}")) as client:
        video = _post(client, footage.vertical(tmp_path / "clip.mp4", seconds=6))
        _wait(client, video, "stage", "transcoding", 30)
        _kill_everything(psutil.Process(first.pid))
    with _up(data, port), closing(_sign_in(f"http://127.0.0.1:{port}")) as client:
        _wait(client, video, "state", "published", 90)
        shown = _wait(client, video, "renditions", 3, 90)
        assert [made["width"] for made in shown["renditions"]] == [480, 720, 1080]
        listed = client.get("/feed", params={"limit": 50}).json()["items"]
        assert [item["video"]["id"] for item in listed] == [video]
        assert _doctor(data) == dict.fromkeys(LOOKED_AT, True)


def _kill_everything(supervisor: psutil.Process) -> None:
    """SIGKILL the supervisor and all below it while ffmpeg is encoding; nothing of them is left."""
    while not _encoder_runs(supervisor):
        time.sleep(0.02)
    family = [supervisor, *supervisor.children(recursive=True)]
    for process in family:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(family[1:], timeout=20)
    assert [process for process in family[1:] if process.is_running()] == []


def _doctor(data: Path) -> dict[str, bool]:
    """What `reelm doctor` says of the clips and jobs, once the last job has put its tools away."""
    found: dict[str, bool] = {}
    for _ in range(20):
        command = (sys.executable, "-m", "reelm.cli", "doctor", "--data", str(data), "--json")
        said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout)
        found = {f["name"]: f["ok"] for f in said["findings"] if f["name"] in LOOKED_AT}
        if all(found.values()):
            break
        time.sleep(0.5)
    return found
