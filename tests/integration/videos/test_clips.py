"""Clips: from the upload to the screen, and away again."""

from pathlib import Path
from uuid import UUID

import pytest
from tests import footage
from tests.integration import quick
from tests.integration.world import SITE, Realm

from reelm import videos
from reelm.feed import stockroom
from reelm.kernel.ids import VideoId


async def test_an_upload_becomes_a_clip_that_plays(realm: Realm) -> None:
    clip = await realm.video(realm.people.clips["public"])
    assert (clip["state"], clip["stage"], clip["problem"]) == ("published", "published", None)
    assert (clip["width"], clip["height"], clip["author"]["handle"]) == (180, 320, "ana")
    assert 900 <= clip["duration_ms"] <= 1200
    assert clip["placeholder"]
    (rendition,) = clip["renditions"]
    played = await realm.get(rendition["url"])
    assert (played.status_code, played.headers["content-type"]) == (200, "video/mp4")
    assert len(played.content) == rendition["bytes"]
    assert played.content.index(b"moov") < played.content.index(b"mdat")
    assert (await realm.get(clip["poster"])).headers["content-type"] == "image/webp"


async def test_public_clips_read_in_one_statement_are_as_they_are_read_otherwise(realm: Realm) -> None:
    ids = [VideoId(UUID(id)) for id in realm.people.clips.values()]
    shown = await videos.fetch_public_clips(realm.cell.pool, ids)
    async with realm.cell.database.read() as unit:
        clips = await videos.fetch_clips(unit, ids)
    assert shown == {id: clip for id, clip in clips.items() if videos.is_public(clip.video)}
    assert 0 < len(shown) < len(ids)


async def test_a_clip_is_served_in_ranges(realm: Realm) -> None:
    (rendition,) = (await realm.video(realm.people.clips["public"]))["renditions"]
    whole = (await realm.get(rendition["url"])).content
    part = await realm.get(rendition["url"], Range="bytes=1000-1999")
    assert (part.status_code, part.headers["content-range"]) == (206, f"bytes 1000-1999/{len(whole)}")
    assert part.content == whole[1000:2000]
    assert (await realm.get(rendition["url"], Range="bytes=-10")).content == whole[-10:]
    assert (await realm.get(rendition["url"], Range=f"bytes={len(whole)}-")).status_code == 416


async def test_behind_nginx_the_file_is_handed_over_once_its_viewer_is_known(realm: Realm) -> None:
    object.__setattr__(realm.cell, "settings", realm.settings.model_copy(update={"accel": True}))
    url = (await realm.video(realm.people.clips["private"], realm.people.ana))["renditions"][0]["url"]
    mine, theirs = await realm.get(url, realm.people.ana), await realm.get(url, realm.people.ben)
    assert mine.headers["x-accel-redirect"] == url.replace("/media/", "/_blobs/")
    assert mine.content == b""
    assert (theirs.status_code, "x-accel-redirect" in theirs.headers) == (404, False)


async def test_the_stages_are_told_while_a_clip_is_made(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, int]] = []
    quick.install(monkeypatch)

    async def look_then_encode(*args: object, **how: object) -> object:
        shown = await realm.video(video, realm.people.ana)
        seen.append((shown["state"], shown["stage"], len(shown["renditions"])))
        return await quick.encode_rendition(*args, **how)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr("reelm.media.transcodes.encode_rendition", look_then_encode)
    video = await realm.post(realm.people.ana)
    shown = await realm.video(video, realm.people.ana)
    assert (shown["state"], shown["stage"], shown["renditions"]) == ("processing", "received", [])
    await realm.work()
    assert seen == [("processing", "transcoding", 0), ("published", "published", 1)]
    shown = await realm.video(video)
    assert [made["width"] for made in shown["renditions"]] == [480, 720]


async def test_a_clip_that_failed_says_why_and_what_to_do_in_the_readers_language(realm: Realm) -> None:
    id, ana = realm.people.clips["failed"], realm.people.ana
    english = (await realm.client(ana, **{"Accept-Language": "en"}).get(f"/videos/{id}")).json()["problem"]
    french = (await realm.client(ana, **{"Accept-Language": "fr-CA"}).get(f"/videos/{id}")).json()["problem"]
    assert english["type"] == french["type"] == "/problems/not-a-video"
    assert 400 <= english["status"] < 500
    assert english["detail"] != french["detail"]
    listed = (await realm.client(ana, **{"Accept-Language": "fr-CA"}).get("/accounts/ana/videos")).json()["items"]
    assert french in [item["problem"] for item in listed]


async def test_ones_own_clip_can_be_changed_in_part(realm: Realm) -> None:
    ana, id = realm.client(realm.people.ana), realm.people.clips["public"]
    changed = (await ana.patch(f"/videos/{id}", json={"caption": " Montréal \u202e\r\n#pluie\0 "})).json()
    assert (changed["caption"], changed["visibility"], changed["you"]["is_author"]) == (
        "Montréal \n#pluie", "public", True
    )  # fmt: skip
    changed = (await ana.patch(f"/videos/{id}", json={"allow_comments": False})).json()
    assert (changed["caption"], changed["allow_comments"]) == ("Montréal \n#pluie", False)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({"caption": "x" * 2201}, "caption-too-long"),
        ({"visibility": "friends"}, "visibility-unknown"),
        ({"allow_comments": "perhaps"}, "request-not-understood"),
    ],
)
async def test_a_change_that_is_wrong_is_refused_by_name(realm: Realm, edit: dict[str, str], expected: str) -> None:
    id = realm.people.clips["public"]
    before = await realm.video(id)
    answer = await realm.client(realm.people.ana).patch(f"/videos/{id}", json=edit)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{expected}")
    assert await realm.video(id) == before


async def test_a_caption_of_2200_signs_fits_whatever_their_script(realm: Realm) -> None:
    caption = "é🎬שم" * 550
    id = await realm.post(realm.people.ana, caption=caption)
    assert (await realm.video(id, realm.people.ana))["caption"] == caption


async def test_somebody_elses_clip_cannot_be_changed_or_removed(realm: Realm) -> None:
    id, missing = realm.people.clips["public"], "00000000-0000-7000-8000-000000000000"
    stranger = realm.client(realm.people.carl)
    for method, how in (("PATCH", {"caption": "mine"}), ("DELETE", None)):
        theirs = await stranger.request(method, f"/videos/{id}", json=how)
        nobodys = await stranger.request(method, f"/videos/{missing}", json=how)
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.content == nobodys.content
    assert (await realm.video(id))["caption"] == "Place de la République"


async def test_a_private_clip_is_hidden_everywhere_as_if_it_were_not_there(realm: Realm) -> None:
    people, id = realm.people, realm.people.clips["private"]
    url = (await realm.video(id, people.ana))["renditions"][0]["url"]
    missing = "00000000-0000-7000-8000-000000000000"
    for who in (None, people.ben, people.carl):
        client = realm.client(who)
        for method, path, body in (
            ("GET", "/videos/{}", None),
            ("GET", "/videos/{}/comments", None),
            ("PUT", "/videos/{}/like", None),
            ("POST", "/videos/{}/comments", {"text": "found you"}),
        ):
            hidden = await client.request(method, path.format(id), json=body)
            absent = await client.request(method, path.format(missing), json=body)
            assert hidden.status_code == (404 if who or method == "GET" else 401)
            assert hidden.content == absent.content
        assert (await client.get(SITE + url)).status_code == 404
        for path in ("/feed", "/feed?mode=plain", "/accounts/ana/videos"):
            assert id not in (await client.get(path)).text
        assert (await client.get("/accounts/ana")).json()["counts"]["videos"] == 1
    assert id not in (await realm.client(people.ben).get("/feed?mode=following")).text
    own = (await realm.client(people.ana).get("/accounts/ana/videos")).json()["items"]
    assert {item["state"] for item in own} == {"published", "failed"}
    assert id in {item["id"] for item in own}
    assert (await realm.get(url, people.ana)).status_code == 200


async def test_a_clip_made_private_leaves_the_feed_within_its_promise(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stockroom, "FRESH_S", 2.0)
    at = [100.0]
    monkeypatch.setattr(stockroom.time, "monotonic", lambda: at[0])
    id = realm.people.clips["public"]
    assert id in (await realm.client().get("/feed")).text
    await realm.client(realm.people.ana).patch(f"/videos/{id}", json={"visibility": "private"})
    at[0] += 2.0
    for mode in ("for-you", "plain"):
        assert id not in (await realm.client().get(f"/feed?mode={mode}")).text


async def test_a_removed_clip_is_gone_at_once_and_its_files_after_the_worker(realm: Realm) -> None:
    people, id = realm.people, realm.people.clips["public"]
    clip = await realm.video(id)
    urls = [clip["poster"], *(made["url"] for made in clip["renditions"])]
    paths = [realm.settings.blobs_dir / url.removeprefix("/media/") for url in urls]
    assert all(path.is_file() for path in paths)
    assert (await realm.client(people.ana).delete(f"/videos/{id}")).status_code == 204
    for who in (None, people.ana, people.ben):
        assert [(await realm.get(url, who)).status_code for url in urls] == [404, 404]
        assert (await realm.client(who).get(f"/videos/{id}")).status_code == 404
        assert (await realm.client(who).get(f"/videos/{id}/comments")).status_code == 404
        assert id not in (await realm.client(who).get("/accounts/ana/videos")).text
        assert id not in (await realm.client(who).get("/feed")).text
    assert await realm.work() == 1
    assert not any(path.exists() for path in paths)
    assert _clip_folders(realm) == 1  # the private one's
    assert (await realm.faults()).is_clean
    assert (await realm.client(people.ana).delete(f"/videos/{id}")).status_code == 404


async def test_a_clip_removed_before_it_is_made_leaves_nothing(realm: Realm) -> None:
    before = await realm.count_rows()
    id = await realm.post(realm.people.ana)
    await realm.client(realm.people.ana).delete(f"/videos/{id}")
    with quick.engine():
        await realm.work()
    assert realm.leftovers() == []
    assert _clip_folders(realm) == 2
    assert (await realm.faults()).is_clean
    after = await realm.count_rows()
    assert (after["assets"], after["uploads"]) == (before["assets"], before["uploads"])


async def test_a_clip_removed_while_it_is_made_is_not_published_and_leaves_nothing(
    realm: Realm, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick.install(monkeypatch)

    async def remove_then_encode(*args: object, **how: object) -> object:
        await realm.client(realm.people.ana).delete(f"/videos/{id}")
        return await quick.encode_rendition(*args, **how)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr("reelm.media.transcodes.encode_rendition", remove_then_encode)
    id = await realm.post(realm.people.ana)
    assert await realm.work() == 2
    assert (await realm.client(realm.people.ana).get(f"/videos/{id}")).status_code == 404
    assert realm.leftovers() == []
    assert _clip_folders(realm) == 2
    assert (await realm.faults()).is_clean


def _clip_folders(realm: Realm) -> int:
    return len(list((realm.settings.blobs_dir / "clips").iterdir()))


async def test_a_profile_pages_through_all_clips_once(realm: Realm) -> None:
    posted = [await realm.publish(realm.people.carl, caption=str(n)) for n in range(5)]
    shown: list[str] = []
    cursor = ""
    while True:
        page = (await realm.client().get(f"/accounts/carl/videos?limit=2{cursor}")).json()
        shown += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert shown == posted[::-1]
    assert (await realm.client().get("/accounts/carl")).json()["counts"]["videos"] == 5


async def test_the_cover_can_be_chosen_and_originals_kept(realm: Realm, tmp_path: Path) -> None:
    object.__setattr__(realm.workshop.studio, "keep_originals", True)
    content = footage.small(tmp_path / "clip.mp4", size="90x160", fps="10", seconds=1).read_bytes()
    id = await realm.post(realm.people.ana, content, cover_at_ms=86_400_000)
    await realm.work()
    assert (await realm.video(id))["poster"]
    (kept,) = (realm.settings.blobs_dir / "originals").iterdir()
    assert kept.read_bytes() == content
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean
    await realm.client(realm.people.ana).delete(f"/videos/{id}")
    await realm.work()
    assert not kept.exists()
