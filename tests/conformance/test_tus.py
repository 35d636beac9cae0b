"""tus 1.0.0 (tus.io/protocols/resumable-upload): the core and the creation, checksum, termination and expiration
extensions, each MUST by name."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from tests.integration import quick
from tests.integration.world import CHUNK, SITE, TUS, Person, Realm

CONTENT = bytes(range(256)) * 40


async def _open(realm: Realm, size: int = len(CONTENT), who: Person | None = None) -> str:
    answer = await realm.client(who or realm.people.ana).post("/uploads", headers=TUS | {"Upload-Length": str(size)})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


async def _patch(realm: Realm, upload: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
    how = (
        TUS
        | CHUNK
        | {"Upload-Offset": str(offset)}
        | {name.replace("_", "-"): text for name, text in headers.items()}
    )
    return await realm.client(realm.people.ana).patch(f"/uploads/{upload}", headers=how, content=content)


async def _offset(realm: Realm, upload: str) -> int:
    answer = await realm.client(realm.people.ana).head(f"/uploads/{upload}", headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def _checksum(algorithm: str, content: bytes) -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


async def test_options_tell_what_the_server_speaks(realm: Realm) -> None:
    answer = await realm.client().options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "checksum", "termination", "expiration"}
    assert answer.headers["tus-max-size"] == str(realm.settings.max_upload_bytes)
    assert set(answer.headers["tus-checksum-algorithm"].split(",")) >= {"sha1"}


async def test_creation_answers_201_with_its_location(realm: Realm) -> None:
    headers = TUS | {"Upload-Length": "100", "Upload-Metadata": "filename aG9saWRheS5tcDQ=,is_confidential"}
    answer = await realm.client(realm.people.ana).post("/uploads", headers=headers)
    assert answer.status_code == 201
    assert answer.headers["location"].startswith("/api/v1/uploads/")
    assert answer.headers["tus-resumable"] == "1.0.0"
    shown = await realm.client(realm.people.ana).head(SITE + answer.headers["location"], headers=TUS)
    assert (shown.headers["upload-offset"], shown.headers["upload-length"]) == ("0", "100")


async def test_head_tells_offset_and_length_and_is_not_cached(realm: Realm) -> None:
    upload = await _open(realm)
    await _patch(realm, upload, 0, CONTENT[:1000])
    answer = await realm.client(realm.people.ana).head(f"/uploads/{upload}", headers=TUS)
    assert (answer.headers["upload-offset"], answer.headers["upload-length"]) == ("1000", str(len(CONTENT)))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["tus-resumable"] == "1.0.0"


async def test_chunks_add_up_to_the_file(realm: Realm) -> None:
    upload, offset = await _open(realm), 0
    for size in (1, 999, 5000, len(CONTENT) - 6000):
        answer = await _patch(realm, upload, offset, CONTENT[offset : offset + size])
        offset += size
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(offset))
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert answer.content == b""
    assert (realm.settings.uploads_dir / upload).read_bytes() == CONTENT


async def test_a_chunk_at_another_offset_is_refused_409_and_changes_nothing(realm: Realm) -> None:
    upload = await _open(realm)
    await _patch(realm, upload, 0, CONTENT[:1000])
    for offset in (0, 999, 1001):
        answer = await _patch(realm, upload, offset, CONTENT[1000:2000])
        assert (answer.status_code, answer.json()["offset_bytes"]) == (409, 1000)
    assert await _offset(realm, upload) == 1000
    assert (realm.settings.uploads_dir / upload).read_bytes()[:1000] == CONTENT[:1000]


@pytest.mark.parametrize("offset", ["", "-1", "1e3", "٣", "9" * 30])
async def test_an_offset_that_is_no_number_is_refused(realm: Realm, offset: str) -> None:
    upload = await _open(realm)
    headers = [(name.encode(), text.encode()) for name, text in (TUS | CHUNK | {"Upload-Offset": offset}).items()]
    answer = await realm.client(realm.people.ana).patch(f"/uploads/{upload}", headers=headers, content=b"x")
    assert (answer.status_code, answer.json()["header"]) == (400, "Upload-Offset")


async def test_another_content_type_is_refused_415(realm: Realm) -> None:
    upload = await _open(realm)
    answer = await _patch(realm, upload, 0, CONTENT, Content_Type="application/octet-stream")
    assert answer.status_code == 415
    assert await _offset(realm, upload) == 0


@pytest.mark.parametrize("version", ["0.2.2", "1.0", ""])
async def test_another_version_is_refused_412_and_told_the_right_one(realm: Realm, version: str) -> None:
    upload = await _open(realm)
    client, headers = realm.client(realm.people.ana), {"Tus-Resumable": version, "Upload-Length": "1"}
    answers = [
        await client.post("/uploads", headers=headers),
        await client.head(f"/uploads/{upload}", headers=headers),
        await client.patch(f"/uploads/{upload}", headers=CHUNK | headers | {"Upload-Offset": "0"}, content=b"x"),
        await client.delete(f"/uploads/{upload}", headers=headers),
    ]
    assert [(answer.status_code, answer.headers["tus-version"]) for answer in answers] == [(412, "1.0.0")] * 4
    assert await _offset(realm, upload) == 0


async def test_every_answer_names_the_version_refusals_too(realm: Realm) -> None:
    upload = await _open(realm)
    answers = [
        await _patch(realm, upload, 7, CONTENT),
        await realm.client(realm.people.carl).head(f"/uploads/{upload}", headers=TUS),
        await realm.client(realm.people.ana).post("/uploads", headers=TUS),
        await realm.client(realm.people.ana).head("/uploads/not-an-id", headers=TUS),
        await realm.client().post("/uploads", headers=TUS | {"Upload-Length": "1"}),
    ]
    assert [a.status_code for a in answers] == [409, 404, 400, 422, 401]
    assert [a.headers.get("tus-resumable") for a in answers] == ["1.0.0"] * 5


async def test_a_method_may_be_named_in_a_header(realm: Realm) -> None:
    upload = await _open(realm)
    headers = TUS | CHUNK | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = await realm.client(realm.people.ana).post(f"/uploads/{upload}", headers=headers, content=CONTENT[:10])
    assert (answer.status_code, answer.headers.get("upload-offset")) == (204, "10")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_chunk_that_matches_its_checksum_counts(realm: Realm, algorithm: str) -> None:
    upload = await _open(realm)
    answer = await _patch(realm, upload, 0, CONTENT, Upload_Checksum=_checksum(algorithm, CONTENT))
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(CONTENT)))


async def test_a_chunk_damaged_on_the_way_is_refused_460_and_discarded(realm: Realm) -> None:
    upload = await _open(realm)
    answer = await _patch(realm, upload, 0, CONTENT[:-1] + b"!", Upload_Checksum=_checksum("sha1", CONTENT))
    assert (answer.status_code, answer.json()["type"]) == (460, "/problems/checksum-wrong")
    assert await _offset(realm, upload) == 0
    answer = await _patch(realm, upload, 0, CONTENT, Upload_Checksum=_checksum("sha1", CONTENT))
    assert answer.status_code == 204
    assert (realm.settings.uploads_dir / upload).read_bytes() == CONTENT


@pytest.mark.parametrize("checksum", ["crc32 AAAA", "sha1 not base64!", "sha1", "sha1 é"])
async def test_a_checksum_it_cannot_read_is_refused_400(realm: Realm, checksum: str) -> None:
    upload = await _open(realm)
    headers = TUS | CHUNK | {"Upload-Offset": "0"}
    raw = [
        (name.encode(), text.encode("latin-1")) for name, text in (headers | {"Upload-Checksum": checksum}).items()
    ]
    answer = await realm.client(realm.people.ana).patch(f"/uploads/{upload}", headers=raw, content=CONTENT)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/checksum-unknown")
    assert await _offset(realm, upload) == 0


async def test_termination_frees_the_upload_and_its_bytes(realm: Realm) -> None:
    upload = await _open(realm)
    await _patch(realm, upload, 0, CONTENT[:5000])
    client = realm.client(realm.people.ana)
    gone = await client.delete(f"/uploads/{upload}", headers=TUS)
    assert (gone.status_code, gone.headers["tus-resumable"]) == (204, "1.0.0")
    assert (await client.head(f"/uploads/{upload}", headers=TUS)).status_code == 404
    assert (await _patch(realm, upload, 5000, CONTENT[5000:])).status_code == 404
    assert (await client.delete(f"/uploads/{upload}", headers=TUS)).status_code == 404
    assert realm.leftovers() == []


async def test_an_upload_expires_when_it_said_and_its_bytes_go(realm: Realm) -> None:
    upload = await _open(realm)
    answer = await _patch(realm, upload, 0, CONTENT[:5000])
    expires = parsedate_to_datetime(answer.headers["upload-expires"])
    assert expires == realm.clock.now() + timedelta(hours=realm.settings.upload_ttl_h)
    realm.clock.advance(expires - realm.clock.now() - timedelta(seconds=1))
    assert await _offset(realm, upload) == 5000
    realm.clock.advance(timedelta(seconds=1))
    assert (await _patch(realm, upload, 5000, CONTENT[5000:])).status_code == 404
    await realm.workshop.jobs["cell.sweep"]({})
    assert realm.leftovers() == []
    assert (await realm.count_rows())["uploads"] == 0


async def test_going_on_with_an_upload_puts_its_end_off(realm: Realm) -> None:
    upload = await _open(realm)
    for offset in range(0, 4000, 1000):
        realm.clock.advance(timedelta(hours=realm.settings.upload_ttl_h - 1))
        assert (await _patch(realm, upload, offset, CONTENT[offset : offset + 1000])).status_code == 204
    await realm.workshop.jobs["cell.sweep"]({})
    assert await _offset(realm, upload) == 4000


async def test_an_expired_upload_makes_no_clip_even_before_it_is_swept(realm: Realm) -> None:
    upload = await realm.upload(realm.people.ana, quick.CLIP)
    realm.clock.advance(timedelta(hours=realm.settings.upload_ttl_h))
    answer = await realm.client(realm.people.ana).post("/videos", json={"upload_id": upload, "caption": "late"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/upload-not-found")


async def test_more_bytes_than_announced_are_refused_413(realm: Realm) -> None:
    upload = await _open(realm, 1000)
    answer = await _patch(realm, upload, 0, CONTENT[:1001])
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/upload-beyond-size")
    assert await _offset(realm, upload) <= 1000
    assert (realm.settings.uploads_dir / upload).stat().st_size <= 1000


async def test_a_file_beyond_the_limit_is_refused_413_before_anything_is_sent(realm: Realm) -> None:
    limit = realm.settings.max_upload_bytes
    headers = TUS | {"Upload-Length": str(limit + 1)}
    answer = await realm.client(realm.people.ana).post("/uploads", headers=headers)
    assert (answer.status_code, answer.json()["limit_bytes"]) == (413, limit)
    assert (await realm.count_rows())["uploads"] == 0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "upload-size-unknown"),
        ({"Upload-Defer-Length": "1"}, "upload-size-unknown"),
        ({"Upload-Length": "-1"}, "tus-request-wrong"),
        ({"Upload-Length": "many"}, "tus-request-wrong"),
    ],
)
async def test_a_file_of_no_known_size_is_refused(realm: Realm, headers: dict[str, str], expected: str) -> None:
    answer = await realm.client(realm.people.ana).post("/uploads", headers=TUS | headers)
    assert (answer.status_code, answer.json()["type"]) == (400, f"/problems/{expected}")


async def test_somebody_elses_upload_looks_like_none(realm: Realm) -> None:
    upload, missing = await _open(realm), "00000000-0000-7000-8000-000000000000"
    stranger = realm.client(realm.people.carl)
    for id in (upload, missing):
        headers = TUS | CHUNK | {"Upload-Offset": "0"}
        answers = [
            await stranger.head(f"/uploads/{id}", headers=TUS),
            await stranger.patch(f"/uploads/{id}", headers=headers, content=CONTENT),
            await stranger.delete(f"/uploads/{id}", headers=TUS),
        ]
        assert [answer.status_code for answer in answers] == [404] * 3
    assert await _offset(realm, upload) == 0


async def test_a_second_writer_is_told_to_wait(realm: Realm) -> None:
    upload, go_on, started = await _open(realm), asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield CONTENT[:5000]
        started.set()
        await go_on.wait()
        yield CONTENT[5000:]

    headers = TUS | CHUNK | {"Upload-Offset": "0"}
    first = asyncio.create_task(
        realm.client(realm.people.ana).patch(f"/uploads/{upload}", headers=headers, content=slow())
    )
    await started.wait()
    second = await _patch(realm, upload, 0, CONTENT)
    go_on.set()
    assert (second.status_code, second.json()["type"]) == (423, "/problems/upload-busy")
    assert (await first).status_code == 204
    assert (realm.settings.uploads_dir / upload).read_bytes() == CONTENT


async def test_an_upload_makes_one_clip_and_takes_no_more_bytes(realm: Realm) -> None:
    upload = await realm.upload(realm.people.ana, quick.CLIP)
    client, form = realm.client(realm.people.ana), {"upload_id": upload, "caption": "once"}
    answers = await asyncio.gather(*(client.post("/videos", json=form) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await _patch(realm, upload, len(quick.CLIP), b"")).status_code == 409
    assert (await client.delete(f"/uploads/{upload}", headers=TUS)).status_code == 404
    with quick.engine():
        await realm.work()
    assert (await client.post("/videos", json=form)).status_code == 404
    assert (await realm.faults()).is_clean


async def test_an_unfinished_upload_makes_no_clip_and_says_what_lacks(realm: Realm) -> None:
    upload = await _open(realm, 1000)
    await _patch(realm, upload, 0, CONTENT[:400])
    answer = await realm.client(realm.people.ana).post("/videos", json={"upload_id": upload, "caption": "early"})
    assert (answer.status_code, answer.json()["missing_bytes"]) == (409, 600)


async def test_an_upload_whose_bytes_are_gone_is_begun_again_not_filled_with_a_hole(realm: Realm) -> None:
    ana = realm.people.ana
    opened = await realm.client(ana).post("/uploads", headers=TUS | {"Upload-Length": "6"})
    location = opened.headers["Location"].removeprefix("/api/v1")
    first = await realm.client(ana).patch(location, content=b"abc", headers=TUS | CHUNK | {"Upload-Offset": "0"})
    (realm.settings.uploads_dir / location.rpartition("/")[2]).unlink()
    again = await realm.client(ana).patch(location, content=b"def", headers=TUS | CHUNK | {"Upload-Offset": "3"})
    assert (first.status_code, again.status_code) == (204, 404)
