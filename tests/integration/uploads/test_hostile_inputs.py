"""Each hostile input, through the API and the media worker: refused in words, logged once, nothing left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import hostile
from tests.conftest import Log
from tests.integration import quick
from tests.integration.world import CHUNK, TUS, Realm

CAPTION = "a caption nobody else should read"
FILE_NAME = "my holiday at the lake.mp4"


def _assert_tells_what_to_do(problem: dict[str, Any], slug: str) -> None:
    assert problem["type"] == f"/problems/{slug}"
    assert 400 <= problem["status"] < 500
    advice = ("Upload", "upload", "Save", "Trim", "Choose", "Send", "Write", "Use", "Start", "Sign", "Shorten")
    assert any(word in problem["detail"] for word in advice), problem["detail"]


def _assert_logged_once_without_who_or_what(realm: Realm, log: Log, slug: str, *also: str) -> None:
    (line,) = log.refusals()
    assert f'"problem":"{slug}"' in line
    ana = realm.people.ana
    for secret in (CAPTION, FILE_NAME, ana.password, ana.token, '"ana"', "1990-01-31", *also):
        assert secret not in log.text


async def _assert_clean_and_alive(realm: Realm) -> None:
    assert realm.leftovers() == []
    findings = await realm.faults()
    assert findings.is_clean, findings
    assert (await realm.count_rows())["uploads"] == 0
    with quick.engine():
        assert (await realm.video(await realm.publish(realm.people.ana)))["state"] == "published"


async def _fate(realm: Realm, log: Log, made_by: Callable[[Path], Path], folder: Path) -> dict[str, Any]:
    """What becomes of a file: uploaded under a telling name, posted, and worked on by the real engine."""
    content = made_by(folder / "clip.mp4").read_bytes()
    ana = realm.client(realm.people.ana)
    upload = await realm.upload(realm.people.ana, content, filename=FILE_NAME, filetype="video/mp4")
    posted = await ana.post("/videos", json={"upload_id": upload, "caption": CAPTION})
    if posted.status_code != 201:
        await ana.delete(f"/uploads/{upload}", headers=TUS)
        return {"state": "refused", "problem": posted.json()}
    await realm.work()
    shown = await ana.get(f"/videos/{posted.json()['id']}")
    if shown.json()["state"] == "failed":
        assert shown.json()["renditions"] == []
        assert (await realm.client().get(f"/videos/{posted.json()['id']}")).status_code == 404
        log.lines = [line for line in log.lines if '"refused"' not in line]  # that 404
    return shown.json()


async def _assert_fails(realm: Realm, log: Log, made_by: Callable[[Path], Path], folder: Path, slug: str) -> None:
    fate = await _fate(realm, log, made_by, folder)
    assert fate["state"] in ("failed", "refused"), fate
    _assert_tells_what_to_do(fate["problem"], slug)
    _assert_logged_once_without_who_or_what(realm, log, slug)
    await _assert_clean_and_alive(realm)


async def test_a_text_file(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.text, tmp_path, "not-a-video")


async def test_an_empty_file(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.empty, tmp_path, "upload-empty")


@pytest.mark.parametrize("made_by", [hostile.truncated, hostile.truncated_faststart])
async def test_a_truncated_mp4(realm: Realm, log: Log, tmp_path: Path, made_by: Callable[[Path], Path]) -> None:
    await _assert_fails(realm, log, made_by, tmp_path, "upload-truncated")


@pytest.mark.parametrize("made_by", [hostile.playlist, hostile.playlist_after_a_blank])
async def test_an_mp4_that_is_an_hls_playlist_naming_a_local_file(
    realm: Realm, log: Log, tmp_path: Path, made_by: Callable[[Path], Path]
) -> None:
    await _assert_fails(realm, log, made_by, tmp_path, "format-not-taken")


async def test_an_ffconcat_script(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.concat_script, tmp_path, "format-not-taken")


async def test_an_svg(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.svg, tmp_path, "format-not-taken")


async def test_a_zip(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.archive, tmp_path, "format-not-taken")


async def test_a_ten_hour_video(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.ten_hours, tmp_path, "upload-too-long")


async def test_thirty_thousand_pixels_square(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.thirty_thousand_square, tmp_path, "too-many-pixels")


async def test_audio_only(realm: Realm, log: Log, tmp_path: Path) -> None:
    await _assert_fails(realm, log, hostile.sound_only, tmp_path, "audio-only")


async def test_a_thousand_frames_a_second_are_brought_down_to_sixty(realm: Realm, log: Log, tmp_path: Path) -> None:
    fate = await _fate(realm, log, hostile.thousand_frames_a_second, tmp_path)
    assert fate["state"] == "published"
    url = fate["renditions"][0]["url"]
    frames = (await realm.get(url)).content
    made = tmp_path / "made.mp4"
    made.write_bytes(frames)
    assert _frames_a_second(made) <= 60
    assert log.refusals() == []
    await _assert_clean_and_alive(realm)


def _frames_a_second(path: Path) -> float:
    import av  # noqa: PLC0415

    with av.open(str(path), "r") as file:
        return float(file.streams.video[0].average_rate or 0)


async def test_a_caption_of_a_megabyte(realm: Realm, log: Log) -> None:
    upload = await realm.upload(realm.people.ana, quick.CLIP)
    ana = realm.client(realm.people.ana)
    answer = await ana.post("/videos", json={"upload_id": upload, "caption": "secret " * 150_000})
    assert answer.status_code == 422
    assert (answer.json()["limit_chars"], answer.json()["was_chars"]) == (2200, 1_050_000)
    _assert_tells_what_to_do(answer.json(), "caption-too-long")
    _assert_logged_once_without_who_or_what(realm, log, "caption-too-long", "secret")
    assert (await ana.post("/videos", json={"upload_id": upload, "caption": "short"})).status_code == 201
    with quick.engine():
        await realm.work()
    await _assert_clean_and_alive(realm)


@pytest.mark.parametrize("handle", ["ana🎬", "🦆🦆", "שלום", "\u202eana", "аna", "ana\u200d", "ﬁlm", "é" * 10])
async def test_emoji_and_right_to_left_handles(realm: Realm, log: Log, handle: str) -> None:
    form = {"handle": handle, "password": "ten or more", "birth_date": "1990-01-31", "country": "FR"}
    answer = await realm.client().post("/accounts", json=form)
    assert answer.status_code == 422
    _assert_tells_what_to_do(answer.json(), "handle-not-allowed")
    _assert_logged_once_without_who_or_what(realm, log, "handle-not-allowed", handle, "ten or more")
    assert (await realm.client().get(f"/accounts/{handle}")).status_code == 404
    await _assert_clean_and_alive(realm)


async def test_a_replayed_upload_id(realm: Realm, log: Log) -> None:
    ana, upload = realm.client(realm.people.ana), await realm.upload(realm.people.ana, quick.CLIP)
    assert (await ana.post("/videos", json={"upload_id": upload, "caption": "first"})).status_code == 201
    answer = await ana.post("/videos", json={"upload_id": upload, "caption": CAPTION})
    assert answer.status_code == 409
    _assert_tells_what_to_do(answer.json(), "upload-already-used")
    _assert_logged_once_without_who_or_what(realm, log, "upload-already-used", upload)
    with quick.engine():
        assert await realm.work() == 1
    await _assert_clean_and_alive(realm)


async def test_a_foreign_upload_id(realm: Realm, log: Log) -> None:
    upload = await realm.upload(realm.people.ana, quick.CLIP)
    answer = await realm.client(realm.people.carl).post("/videos", json={"upload_id": upload, "caption": CAPTION})
    assert answer.status_code == 404
    _assert_tells_what_to_do(answer.json(), "upload-not-found")
    _assert_logged_once_without_who_or_what(realm, log, "upload-not-found", upload, '"carl"')
    mine = await realm.client(realm.people.ana).post("/videos", json={"upload_id": upload, "caption": "mine"})
    assert mine.status_code == 201
    with quick.engine():
        await realm.work()
    await _assert_clean_and_alive(realm)


async def test_a_feed_cursor_made_up_by_hand(realm: Realm, log: Log) -> None:
    answer = await realm.client().get("/feed?cursor=eyJzZWVuIjpbXX0")
    assert answer.status_code == 400
    _assert_tells_what_to_do(answer.json(), "cursor-not-ours")
    _assert_logged_once_without_who_or_what(realm, log, "cursor-not-ours", "eyJzZWVuIjpbXX0")
    await _assert_clean_and_alive(realm)


async def test_an_expired_token(realm: Realm, log: Log) -> None:
    headers = TUS | {"Upload-Length": "5"}
    answer = await realm.client(realm.people.ended_token).post("/uploads", headers=headers)
    assert answer.status_code == 401
    _assert_tells_what_to_do(answer.json(), "session-ended")
    _assert_logged_once_without_who_or_what(realm, log, "session-ended", realm.people.ended_token)
    await _assert_clean_and_alive(realm)


async def test_a_chunk_that_is_not_what_it_says(realm: Realm, log: Log) -> None:
    ana = realm.client(realm.people.ana)
    opened = await ana.post("/uploads", headers=TUS | {"Upload-Length": "10"})
    upload = opened.headers["location"].rpartition("/")[2]
    headers = TUS | CHUNK | {"Upload-Offset": "0", "Upload-Checksum": "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk="}
    answer = await ana.patch(f"/uploads/{upload}", headers=headers, content=b"0123456789")
    assert answer.status_code == 460
    _assert_tells_what_to_do(answer.json(), "checksum-wrong")
    _assert_logged_once_without_who_or_what(realm, log, "checksum-wrong", upload)
    await ana.delete(f"/uploads/{upload}", headers=TUS)
    await _assert_clean_and_alive(realm)
