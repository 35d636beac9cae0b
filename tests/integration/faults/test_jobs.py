"""Media jobs interrupted at every step: done again, they end as if nothing had happened."""

import asyncio
import json
import multiprocessing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from tests.integration import quick
from tests.integration.faults.interrupted import How, Interrupted, Interruption, die
from tests.integration.world import Realm

from reelm.media import transcodes
from reelm.media.errors import TranscodeFailed, TranscodeTimedOut
from reelm.media.model import Encoded

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.integration.faults.interrupted"])


@dataclass(frozen=True)
class Job:
    """A job, how it comes to be queued, and what must be so in the end."""

    queue: Callable[[Realm], Awaitable[str]]
    verify: Callable[[Realm, str], Awaitable[None]]
    fewest_steps: int


async def _post(realm: Realm) -> str:
    return await realm.post(realm.people.ana)


async def _post_rubbish(realm: Realm) -> str:
    return await realm.post(realm.people.ana, quick.RUBBISH)


async def _remove(realm: Realm) -> str:
    video = await realm.publish(realm.people.ana)
    assert (await realm.client(realm.people.ana).delete(f"/videos/{video}")).status_code == 204
    return video


async def _verify_published_once(realm: Realm, id: str) -> None:
    shown = await realm.video(id)
    assert (shown["state"], shown["stage"], shown["problem"]) == ("published", "published", None)
    assert [made["width"] for made in shown["renditions"]] == [480, 720]
    for file in (shown["poster"], *(made["url"] for made in shown["renditions"])):
        assert (await realm.get(file)).status_code == 200
    for made in shown["renditions"]:
        assert len((await realm.get(made["url"])).content) == made["bytes"]
    plain = (await realm.client().get("/feed?mode=plain&limit=50")).json()["items"]
    assert [item["video"]["id"] for item in plain].count(id) == 1


async def _verify_failed(realm: Realm, id: str) -> None:
    shown = await realm.video(id, realm.people.ana)
    assert (shown["state"], shown["stage"], shown["renditions"]) == ("failed", "failed", [])
    assert shown["problem"]["type"] == "/problems/not-a-video"


async def _verify_gone(realm: Realm, id: str) -> None:
    assert (await realm.client(realm.people.ana).get(f"/videos/{id}")).status_code == 404
    rows = await realm.rows("SELECT FROM assets a JOIN videos v ON v.asset_id = a.id WHERE v.id = $1", id)
    assert rows == []


JOBS = {
    "publish": Job(_post, _verify_published_once, 12),
    "refuse": Job(_post_rubbish, _verify_failed, 5),
    "discard": Job(_remove, _verify_gone, 4),
}


async def _steps(realm: Realm, job: Job) -> list[str]:
    """The steps of a job that nothing interrupts."""
    video, whole = await job.queue(realm), Interruption()
    with pytest.MonkeyPatch.context() as monkeypatch:
        whole.install(monkeypatch)
        await realm.work()
    await job.verify(realm, video)
    assert len(whole.steps) >= job.fewest_steps, whole.steps
    return whole.steps


async def _interrupt(realm: Realm, at: str, how: How) -> None:
    if how is How.KILLED:
        (row,) = await realm.rows("SELECT task_name, args FROM procrastinate_jobs")
        arguments = (realm.settings, at, row["task_name"], json.loads(row["args"]), realm.clock)
        child = _processes.Process(target=die, args=arguments)
        child.start()
        await asyncio.to_thread(child.join)
        assert child.exitcode == -9
        child.close()
        return
    with pytest.MonkeyPatch.context() as monkeypatch:
        Interruption(at, how).install(monkeypatch)
        with pytest.raises(Interrupted):
            await realm.work()


async def _published_at(realm: Realm, id: str) -> Any:
    return (await realm.rows("SELECT published_at FROM videos WHERE id = $1", id))[0]["published_at"]


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("name", JOBS)
async def test_a_job_interrupted_at_any_step_ends_as_if_nothing_had_happened(
    name: str, how: How, realm: Realm, subtests: pytest.Subtests
) -> None:
    job = JOBS[name]
    for step in await _steps(realm, job):
        with subtests.test(step=step):
            video = await job.queue(realm)
            await _interrupt(realm, step, how)
            before = await _published_at(realm, video)
            realm.clock.advance(timedelta(hours=1))
            with quick.engine():
                assert await realm.work() == 1
                assert await realm.work() == 0
            await job.verify(realm, video)
            published_at = await _published_at(realm, video)
            assert published_at in ([before] if before else [None, realm.clock.now()])
            assert realm.leftovers() == []
            assert (await realm.count_rows())["uploads"] == 0
            findings = await realm.faults()
            assert findings.is_clean, findings


async def test_a_job_that_always_fails_ends_in_failed(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.install(monkeypatch)

    async def fail(*_: object) -> None:
        raise Interrupted

    monkeypatch.setattr(transcodes, "examine", fail)
    video, tries = await realm.post(realm.people.ana), 0
    while (await realm.video(video, realm.people.ana))["state"] == "processing":
        tries += 1
        assert tries <= transcodes.MAX_ATTEMPTS + 1
        try:
            await realm.work()
        except Interrupted:
            continue
    shown = await realm.video(video, realm.people.ana)
    assert (shown["state"], shown["problem"]["type"]) == ("failed", "/problems/transcode-gave-up")
    assert tries == transcodes.MAX_ATTEMPTS + 1
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean


async def test_a_clip_that_plays_stays_when_its_larger_sizes_always_fail(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.install(monkeypatch)

    async def encode_the_smallest(source: Any, seen: Any, rendition: Any, **how: Any) -> Any:
        if rendition.short_side > 480:
            raise Interrupted
        return await quick.encode_rendition(source, seen, rendition, **how)

    monkeypatch.setattr(transcodes, "encode_rendition", encode_the_smallest)
    video = await realm.post(realm.people.ana)
    for _ in range(transcodes.MAX_ATTEMPTS):
        with pytest.raises(Interrupted):
            await realm.work()
    await realm.work()
    shown = await realm.video(video)
    assert (shown["state"], [made["width"] for made in shown["renditions"]]) == ("published", [480])
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean


@pytest.mark.parametrize("step", ["examine", "encode_rendition"])
async def test_a_clip_that_plays_stays_when_its_second_attempt_is_refused(
    realm: Realm, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    video = await realm.post(realm.people.ana)
    with pytest.MonkeyPatch.context() as once:
        Interruption("encode_rendition 2").install(once)
        with pytest.raises(Interrupted):
            await realm.work()

    async def refuse(*_: object, **__: object) -> None:
        raise TranscodeTimedOut(limit_s=20)

    quick.install(monkeypatch)
    monkeypatch.setattr(transcodes, step, refuse)
    await realm.work()
    shown = await realm.video(video)
    assert (shown["state"], shown["stage"], [made["width"] for made in shown["renditions"]]) == (
        "published", "published", [480]
    )  # fmt: skip
    assert (await realm.get(shown["renditions"][0]["url"])).status_code == 200
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean


async def test_an_upload_that_was_lost_is_said_so(realm: Realm) -> None:
    video = await realm.post(realm.people.ana)
    (source,) = realm.leftovers()
    source.unlink()
    await realm.work()
    shown = await realm.video(video, realm.people.ana)
    assert (shown["state"], shown["problem"]["type"]) == ("failed", "/problems/upload-lost")
    assert (await realm.faults()).is_clean


@pytest.mark.parametrize("times", [1, 2])
async def test_an_encoder_that_ends_without_a_reason_is_started_once_more(realm: Realm, times: int) -> None:
    left = times

    async def fail(*args: Any, **named: Any) -> Encoded:
        nonlocal left
        if left:
            left -= 1
            raise TranscodeFailed
        return await quick.encode_rendition(*args, **named)

    with quick.engine(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(transcodes, "encode_rendition", fail)
        id = await realm.post(realm.people.ana, quick.CLIP)
        with pytest.raises(TranscodeFailed):
            await realm.work()
        assert (await realm.video(id, realm.people.ana))["state"] == "processing"
        await realm.work()
    if times == 1:
        await _verify_published_once(realm, id)
    else:
        shown = await realm.video(id, realm.people.ana)
        assert (shown["state"], shown["problem"]["type"]) == ("failed", "/problems/transcode-failed")
    assert realm.leftovers() == []
