"""Requests whose commit happens although it is reported failed: asked again, nothing is there twice."""

import pytest
from tests.integration import quick
from tests.integration.faults.interrupted import How, Interruption
from tests.integration.world import CHUNK, TUS, Realm


async def test_a_post_that_happened_unseen_makes_one_clip(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, upload = realm.client(realm.people.ana), await realm.upload(realm.people.ana, quick.CLIP)
    form = {"upload_id": upload, "caption": "unseen"}
    with pytest.MonkeyPatch.context() as once:
        Interruption("commit 1", How.REPORTED).install(once)
        assert (await ana.post("/videos", json=form)).status_code == 500
    assert (await ana.post("/videos", json=form)).json()["type"] == "/problems/upload-already-used"
    with quick.engine():
        assert await realm.work() == 1
    mine = (await ana.get("/accounts/ana/videos")).json()["items"]
    assert [item["caption"] for item in mine].count("unseen") == 1
    assert (await realm.faults()).is_clean


async def test_a_chunk_that_happened_unseen_is_not_written_twice(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    opened = await ana.post("/uploads", headers=TUS | {"Upload-Length": "6"})
    path = f"/uploads/{opened.headers['location'].rpartition('/')[2]}"
    for how, offset in ((How.FAILS, 0), (How.REPORTED, 3)):
        headers = TUS | CHUNK | {"Upload-Offset": "0"}
        with pytest.MonkeyPatch.context() as once:
            Interruption("commit 1", how).install(once)
            assert (await ana.patch(path, headers=headers, content=b"abc")).status_code == 500
        assert (await ana.head(path, headers=TUS)).headers["upload-offset"] == str(offset)
    headers = TUS | CHUNK | {"Upload-Offset": "3"}
    assert (await ana.patch(path, headers=headers, content=b"def")).status_code == 204
    (file,) = realm.leftovers()
    assert file.read_bytes() == b"abcdef"


async def test_a_like_that_happened_unseen_counts_once(realm: Realm) -> None:
    carl, id = realm.client(realm.people.carl), realm.people.clips["public"]
    with pytest.MonkeyPatch.context() as once:
        Interruption("commit 1", How.REPORTED).install(once)
        assert (await carl.put(f"/videos/{id}/like")).status_code == 500
    assert (await carl.put(f"/videos/{id}/like")).json() == {"liked": True, "likes": 2}


async def test_an_avatar_whose_commit_fails_leaves_the_one_before(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    before = (await ana.get("/me")).json()["avatar"]
    with pytest.MonkeyPatch.context() as once:
        Interruption("commit 1").install(once)
        assert (await ana.delete("/me/avatar")).status_code == 500
    assert (await ana.get("/me")).json()["avatar"] == before
    assert (await realm.get(before)).status_code == 200


async def test_a_termination_whose_commit_fails_can_be_asked_again(realm: Realm) -> None:
    ana, upload = realm.client(realm.people.ana), await realm.upload(realm.people.ana, quick.CLIP)
    with pytest.MonkeyPatch.context() as once:
        Interruption("commit 1").install(once)
        assert (await ana.delete(f"/uploads/{upload}", headers=TUS)).status_code == 500
    assert (await ana.delete(f"/uploads/{upload}", headers=TUS)).status_code == 204
    assert realm.leftovers() == []
    assert (await realm.count_rows())["uploads"] == 0
