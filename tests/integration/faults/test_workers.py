"""Worker processes that die: another one takes their job over, and a job that always dies is given up."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import cast

import psutil
import pytest
from tests import footage
from tests.integration import quick
from tests.integration.processes import Role, start
from tests.integration.world import Realm

from reelm.media import transcodes

# A media worker whose engine takes the whole process along.
DYING = (
    "import pytest; from tests.integration.faults.interrupted import How, Interruption; "
    "Interruption('examine 1', How.KILLED).install(pytest.MonkeyPatch()); "
)


async def _wait_for_stage(realm: Realm, id: str, *stages: str, timeout_s: float = 40) -> str:
    deadline = time.monotonic() + timeout_s
    while (stage := (await realm.video(id, realm.people.ana))["stage"]) not in stages:
        assert time.monotonic() < deadline, f"still {stage}"
        await asyncio.sleep(0.05)
    return stage


def _at_work_in(folder: Path) -> list[str]:
    """The processes that have a file below `folder` on their command line."""
    lines = [
        " ".join(cast("list[str]", process.info["cmdline"] or [])) for process in psutil.process_iter(["cmdline"])
    ]
    return [line for line in lines if str(folder) in line]


async def _wait_for_death(role: Role) -> None:
    await asyncio.to_thread(role.process.wait, 30)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
async def test_a_dead_workers_job_is_taken_over(realm: Realm, tmp_path: Path, number: signal.Signals) -> None:
    content = footage.small(tmp_path / "clip.mp4", size="720x1280", fps="30", seconds=3).read_bytes()
    video = await realm.post(realm.people.ana, content)
    first = start("media-worker", realm.settings, tmp_path / "first.log")
    await _wait_for_stage(realm, video, "transcoding", "published")
    os.kill(first.process.pid, number)
    await _wait_for_death(first)
    second = start("media-worker", realm.settings, tmp_path / "second.log")
    try:
        await _wait_for_stage(realm, video, "published")
        while await realm.rows("SELECT FROM procrastinate_jobs"):
            await asyncio.sleep(0.05)
    finally:
        second.stop()
    shown = await realm.video(video)
    assert [made["width"] for made in shown["renditions"]] == [480, 720]
    feed = (await realm.client().get("/feed?mode=plain")).json()["items"]
    assert [item["video"]["id"] for item in feed].count(video) == 1
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean
    assert _at_work_in(realm.settings.data) == []
    (row,) = await realm.rows(
        "SELECT attempts FROM assets WHERE id = (SELECT asset_id FROM videos WHERE id = $1)", video
    )
    assert row["attempts"] == 2 or (number == signal.SIGTERM and row["attempts"] == 1)  # it may have had the time


async def test_a_job_that_always_kills_its_worker_is_given_up(realm: Realm, tmp_path: Path) -> None:
    video = await realm.post(realm.people.ana, quick.CLIP)
    deaths = 0
    while (await realm.video(video, realm.people.ana))["state"] == "processing":
        worker = start("media-worker", realm.settings, tmp_path / "worker.log", first=DYING)
        while worker.process.poll() is None and (await realm.video(video, realm.people.ana))["state"] == "processing":
            await asyncio.sleep(0.05)
        if worker.process.poll() is None:
            assert worker.stop() == 0
        else:
            deaths += 1
        assert deaths <= transcodes.MAX_ATTEMPTS, worker.log
    shown = await realm.video(video, realm.people.ana)
    assert (shown["state"], shown["problem"]["type"]) == ("failed", "/problems/transcode-gave-up")
    assert deaths == transcodes.MAX_ATTEMPTS
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean
    assert realm.people.ana.token not in (tmp_path / "worker.log").read_text()
