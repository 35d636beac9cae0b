"""What somebody in Québec sees of a clip from Paris, and what Paris sees of them: what they were told, or nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.abroad.conftest import Two
from tests.integration.gateway.realms import until

from reelm import videos
from reelm.feed.content import describe_what_is_new
from reelm.gateway import Kind, NotFoundAbroad, Question, Received
from reelm.gateway.inbox import Delivery
from reelm.kernel.ids import RealmCode


async def entries(realm: Any, kind: str) -> int:
    return (await realm.rows("SELECT count(*) AS n FROM ledger_entries WHERE kind = $1", kind))[0]["n"]


async def test_a_public_clip_is_watched_in_another_realm_as_at_home(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana, caption="La Seine")
    assert await two.qc.shop(two.eu) == 1
    (video,) = await two.qc.feed(two.ben)
    assert video["id"] == id
    assert video["caption"] == "La Seine"
    assert video["realm"] == video["author"]["realm"] == "eu"
    assert video["author"]["handle"] == "ana"
    played = await two.qc.realm.get(video["renditions"][0]["url"], two.ben)
    home = await two.eu.realm.video(id)
    original = await two.eu.realm.get(home["renditions"][0]["url"])
    assert played.status_code == 200
    assert played.content == original.content
    assert await entries(two.eu.realm, "crossing") >= 4


async def test_watching_and_liking_leave_nothing_at_home_of_the_clip(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    before = await two.eu.realm.count_rows()
    client = two.qc.realm.client(two.ben)
    event = {"video_id": id, "kind": "view", "watched_ms": 5000, "at": two.clock.now().isoformat()}
    assert (await client.post("/events", json={"events": [event]})).status_code == 202
    liked = await client.put(f"/videos/{id}/like")
    assert liked.json() == {"liked": True, "likes": 1}
    assert (await two.qc.feed(two.ben))[0]["counts"] == {"views": 1, "likes": 1, "comments": 0, "shares": 0}
    assert await two.eu.realm.count_rows() == before
    assert (await two.eu.realm.video(id))["counts"]["likes"] == 0


async def test_a_remark_crosses_only_once_its_writer_was_told(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    client = two.qc.realm.client(two.ben)
    refused = await client.post(f"/videos/{id}/comments", json={"text": "Magnifique !"})
    assert refused.status_code == 409
    assert refused.json()["realm"] == "eu"
    assert "handle" in refused.json()["fields"]
    said = await client.post(f"/videos/{id}/comments", json={"text": "Magnifique !", "told": "eu"})
    assert said.status_code == 201

    async def arrived() -> bool:
        listed = await two.eu.realm.client(two.ana).get(f"/videos/{id}/comments")
        return len(listed.json()["items"]) == 1

    await until(arrived)
    (comment,) = (await two.eu.realm.client(two.ana).get(f"/videos/{id}/comments")).json()["items"]
    assert comment["author"] == {"handle": "ben", "display_name": "ben", "avatar": None, "realm": "ca-qc"}
    told = (await two.eu.realm.client(two.ana).get("/notifications")).json()["items"]
    assert [(one["kind"], one["actor"]["realm"], one["text"]) for one in told] == [
        ("comment", "ca-qc", "Magnifique !")
    ]
    (ours,) = (await client.get(f"/videos/{id}/comments")).json()["items"]
    assert ours["you"]["is_author"]
    (account,) = await two.qc.realm.rows("SELECT id FROM accounts WHERE handle = 'ben'")
    (abroad,) = await two.eu.realm.rows("SELECT id FROM foreign_people WHERE handle = 'ben'")
    assert account["id"] != abroad["id"]


async def test_of_many_remarks_all_are_taken_but_those_that_cant_be(two: Two) -> None:
    shown, gone = await two.eu.realm.publish(two.ana), await two.eu.realm.publish(two.ana)
    assert (await two.eu.realm.client(two.ana).delete(f"/videos/{gone}")).status_code == 204
    people = {name: str(uuid4()) for name in ("ben", "lea")}

    def remark(seq: int, who: str, clip: str, id: str) -> Delivery:
        said = {"comment": id, "clip": clip, "text": f"number {seq}", "at": two.clock.now().isoformat()}
        fields = {**said, "pseudonym": people[who], "handle": who, "display_name": who.title()}
        return Delivery(seq, Received(Kind.COMMENT, fields, entry=seq, salt="s" * 22, size_bytes=100))

    ids = [str(uuid4()) for _ in range(6)]
    deliveries = [
        remark(1, "ben", shown, ids[0]),
        remark(2, "lea", shown, ids[1]),
        remark(3, "ben", gone, ids[2]),
        remark(4, "lea", shown, ids[3]),
        remark(5, "ben", shown, ids[0]),  # a number that is taken
        remark(6, "ben", shown, ids[5]),
    ]
    receipt = await two.eu.door.inbox.take(RealmCode("ca-qc"), deliveries, at=two.clock.now())
    assert receipt.through == 6
    assert receipt.refused == {3: "message-not-taken", 5: "message-not-taken"}
    again = await two.eu.door.inbox.take(RealmCode("ca-qc"), deliveries, at=two.clock.now())
    assert again.refused == {}, "they are taken once"

    stands = await two.eu.realm.rows("SELECT id::text, text FROM comments")
    assert {row["id"]: row["text"] for row in stands} == {
        ids[number - 1]: f"number {number}" for number in (1, 2, 4, 6)
    }
    (clip,) = await two.eu.feed(two.ana)
    assert clip["counts"]["comments"] == 4
    told = (await two.eu.realm.client(two.ana).get("/notifications")).json()["items"]
    assert sorted(one["actor"]["handle"] for one in told) == ["ben", "ben", "lea", "lea"]
    assert await _count(two.eu, "foreign_people", 2)
    assert await entries(two.eu.realm, "arrival") == 6


async def test_a_remark_that_is_taken_back_goes_in_both_realms(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    client = two.qc.realm.client(two.ben)
    said = await client.post(f"/videos/{id}/comments", json={"text": "one word too many", "told": "eu"})

    async def standing(count: int) -> bool:
        return (await two.eu.realm.rows("SELECT count(*) AS n FROM comments"))[0]["n"] == count

    await until(lambda: standing(1))
    assert (await client.delete(f"/videos/{id}/comments/{said.json()['id']}")).status_code == 204
    await until(lambda: standing(0))
    held = await two.eu.realm.rows("SELECT object_id::text FROM gateway_copies")
    assert said.json()["id"] not in {row["object_id"] for row in held}


async def test_a_remark_that_its_creator_removes_goes_in_the_writers_realm_too(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    said = await two.qc.realm.client(two.ben).post(f"/videos/{id}/comments", json={"text": "not nice", "told": "eu"})
    await until(lambda: _count(two.eu, "comments", 1))
    gone = await two.eu.realm.client(two.ana).delete(f"/videos/{id}/comments/{said.json()['id']}")
    assert gone.status_code == 204
    await until(lambda: _count(two.qc, "comments", 0))


async def _count(neighbour: Any, table: str, count: int) -> bool:
    return (await neighbour.realm.rows(f"SELECT count(*) AS n FROM {table}"))[0]["n"] == count


async def test_remarks_of_both_realms_are_read_together(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    await two.eu.realm.client(two.ana).post(f"/videos/{id}/comments", json={"text": "from Paris"})
    two.clock.advance(timedelta(seconds=1))
    await two.qc.realm.client(two.ben).post(f"/videos/{id}/comments", json={"text": "from Québec", "told": "eu"})
    await until(lambda: _count(two.eu, "comments", 2))
    listed = (await two.qc.realm.client(two.ben).get(f"/videos/{id}/comments")).json()["items"]
    assert [(one["text"], one["author"]["realm"]) for one in listed] == [
        ("from Québec", "ca-qc"),
        ("from Paris", "eu"),
    ]


async def test_the_page_of_somebody_whose_clip_is_here_tells_what_they_say_of_themselves(two: Two) -> None:
    await two.eu.realm.client(two.ana).patch("/me", json={"bio": "I film the Seine."})
    await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    ben = two.qc.realm.client(two.ben)
    assert (await ben.get("/accounts/ana@eu")).json()["bio"] == "I film the Seine."
    await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    assert (await ben.get("/accounts/ana@eu")).json()["bio"] == "I film the Seine."


async def test_following_somebody_abroad_tells_them_that_somebody_does_and_not_who(two: Two) -> None:
    await two.eu.realm.publish(two.ana)
    client = two.qc.realm.client(two.ben)
    page = (await client.get("/accounts/ana@eu")).json()
    assert (page["handle"], page["realm"], page["you"]["follows"]) == ("ana", "eu", False)
    assert (await client.put("/accounts/ana@eu/follow")).status_code == 409
    followed = await client.put("/accounts/ana@eu/follow?told=eu")
    assert followed.json() == {"following": True, "followers": 1}
    await until(lambda: _count(two.eu, "follows", 1))
    (word,) = (await two.eu.realm.client(two.ana).get("/notifications")).json()["items"]
    assert word["actor"] == {"handle": "", "display_name": "", "avatar": None, "realm": "ca-qc"}
    assert [one["author"]["handle"] for one in await _following(two)] == ["ana"]
    assert (await client.delete("/accounts/ana@eu/follow")).json()["following"] is False
    await until(lambda: _count(two.eu, "follows", 0))


async def _following(two: Two) -> list[dict[str, Any]]:
    answer = await two.qc.realm.client(two.ben).get("/feed?mode=following")
    return [item["video"] for item in answer.json()["items"]]


async def test_the_page_of_somebody_abroad_says_what_they_say_of_themselves(two: Two) -> None:
    await two.eu.realm.client(two.ana).patch("/me", json={"bio": "Water and light"})
    await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    for _ in range(2):
        page = (await two.qc.realm.client(two.ben).get("/accounts/ana@eu")).json()
        assert page["bio"] == "Water and light"


async def test_a_minor_is_not_asked_about_what_may_not_leave_anyhow(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    teen = await two.qc.realm.sign_up("zoe", birth_date="2010-01-31", country="CA", region="QC")
    client = two.qc.realm.client(teen)
    assert (await client.post(f"/videos/{id}/comments", json={"text": "hi"})).status_code == 451
    assert (await client.put("/accounts/ana@eu/follow")).status_code == 451


async def test_a_shared_page_of_another_realm_has_a_preview_once_a_copy_is_kept(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana, caption="La Seine")
    path = f"/v/{id}@eu"
    before = await two.qc.realm.get(path)
    assert (before.status_code, "og:title" in before.text) == (200, False)
    await two.qc.shop(two.eu)
    after = (await two.qc.realm.get(path)).text
    assert f'content="http://eu.reelm.test/v/{id}"' in after
    assert "(@ana@eu)" in after
    assert "(@ana@eu)" in (await two.qc.realm.get("/@ana@eu")).text
    assert (await two.qc.realm.get("/@ana@us")).status_code == 404
    assert (await two.qc.realm.get("/v/not-an-id@eu")).status_code == 404


async def test_a_removed_clip_is_gone_in_the_other_realm_with_its_bytes(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    await two.qc.realm.client(two.ben).put(f"/videos/{id}/like")
    assert (await two.eu.realm.client(two.ana).delete(f"/videos/{id}")).status_code == 204
    await until(lambda: _count(two.qc, "foreign_clips", 0))
    assert (await two.qc.realm.client(two.ben).get(f"/videos/{id}")).status_code == 404
    assert await two.qc.feed(two.ben) == []
    assert not (two.qc.realm.settings.blobs_dir / "abroad" / "eu" / id).exists()
    assert await two.qc.shop(two.eu) == 0


async def test_a_private_clip_is_told_to_nobody_and_a_link_to_it_finds_nothing(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana, visibility="private")
    assert await two.qc.shop(two.eu) == 0
    asked = await two.qc.realm.client(two.ben).get(f"/videos/{id}?home=eu")
    assert asked.status_code == 404
    assert (await two.qc.realm.client(two.ben).get(f"/videos/{id}?home=us")).status_code == 404


async def test_a_catalogue_of_which_all_is_kept_is_not_told_again(two: Two) -> None:
    first = await two.eu.realm.publish(two.ana)
    assert await two.qc.shop(two.eu) == 1
    told = await entries(two.eu.realm, "crossing")
    for _ in range(3):
        assert await two.qc.shop(two.eu) == 0
    assert await entries(two.eu.realm, "crossing") == told

    ana = two.eu.realm.client(two.ana)
    await ana.patch(f"/videos/{first}", json={"visibility": "private"})
    await until(lambda: _count(two.qc, "foreign_clips", 0))
    await ana.patch(f"/videos/{first}", json={"visibility": "public"})
    two.clock.advance(timedelta(minutes=1))
    assert await two.qc.shop(two.eu) == 1, "the catalogue is as before, and the copy is not"
    await two.eu.realm.publish(two.ana, caption="a new one")
    assert await two.qc.shop(two.eu) == 1


async def test_a_link_opens_in_the_viewers_own_realm(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana, caption="shared by link")
    opened = await two.qc.realm.client(two.ben).get(f"/videos/{id}?home=eu")
    assert opened.status_code == 200
    assert opened.json()["caption"] == "shared by link"


async def test_the_clips_of_a_minor_stay_in_their_realm(two: Two) -> None:
    teen = await two.eu.realm.sign_up("tom", birth_date="2012-01-31")
    id = await two.eu.realm.publish(teen)
    assert await two.qc.shop(two.eu) == 0
    assert await two.qc.feed(two.ben) == []
    told = (await two.qc.door.asker.ask(RealmCode("eu"), Question(Kind.CATALOGUE))).fields
    assert told == {"clips": []}, "not even its id is told"
    assert (await two.qc.realm.client(two.ben).get(f"/videos/{id}?home=eu")).status_code == 404
    await until(lambda: entries(two.eu.realm, "crossing-refused"))


async def test_what_a_minor_says_abroad_is_refused_before_it_is_kept(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana)
    await two.qc.shop(two.eu)
    teen = await two.qc.realm.sign_up("zoe", birth_date="2010-01-31", country="CA", region="QC")
    refused = await two.qc.realm.client(teen).post(f"/videos/{id}/comments", json={"text": "hi", "told": "eu"})
    assert refused.status_code == 451
    assert refused.json()["rule"] == "minors-stay-home"
    assert await _count(two.qc, "comments", 0)


async def test_somebody_blocked_abroad_is_gone_under_every_name_and_their_realm_is_not_told(two: Two) -> None:
    """Ana is known in Québec by her page and by her comments: two names, one person."""
    id = await two.eu.realm.publish(two.ana)
    ours = await two.qc.realm.publish(two.ben)
    await two.qc.shop(two.eu)
    await two.eu.shop(two.qc)
    said = await two.eu.realm.client(two.ana).post(f"/videos/{ours}/comments", json={"text": "Oh", "told": "ca-qc"})
    assert said.status_code == 201
    client = two.qc.realm.client(two.ben)

    async def arrived() -> bool:
        return (await client.get(f"/videos/{ours}/comments")).json()["total"] == 1

    await until(arrived)
    assert (await client.put("/accounts/ana@eu/follow?told=eu")).status_code == 200
    before = await two.eu.realm.count_rows()
    assert (await client.put("/accounts/ana@eu/block")).json() == {"blocked": True}
    assert (await client.get(f"/videos/{ours}/comments")).json()["items"] == []
    assert (await client.get("/notifications")).json()["items"] == []
    for path in (f"/videos/{id}", "/accounts/ana@eu", "/accounts/ana@eu/videos"):
        assert (await client.get(path)).status_code == 404, path
    assert await two.qc.realm.rows("SELECT FROM follows") == []
    told = [row["kind"] for row in await two.qc.realm.rows("SELECT kind FROM gateway_outbox")]
    assert "block" not in told
    after = await two.eu.realm.count_rows()
    assert [after[table] for table in ("blocks", "mutes")] == [before[table] for table in ("blocks", "mutes")]


async def test_a_clip_for_adults_crosses_with_its_limit_and_is_shown_to_adults_only(two: Two) -> None:
    born = f"{two.clock.now().year - 16}-12-31"
    child = await two.qc.realm.sign_up("kim", country="CA", region="QC", birth_date=born)
    id = await two.eu.realm.publish(two.ana, age_limit=18)
    assert await two.qc.shop(two.eu) == 1
    (video,) = await two.qc.feed(two.ben)
    assert (video["id"], video["age_limit"]) == (id, 18)
    assert (await two.qc.realm.get(video["renditions"][0]["url"], two.ben)).status_code == 200
    for who in (None, child):
        client = two.qc.realm.client(who)
        assert await two.qc.feed(who) == []
        assert (await client.get(f"/videos/{id}?home=eu")).status_code == 403
        assert (await two.qc.realm.get(video["renditions"][0]["url"], who)).status_code == 403
        assert (await two.qc.realm.get(video["poster"], who)).status_code == 403
        assert (await client.get("/accounts/ana@eu/videos")).json()["items"] == []
    (grid,) = (await two.qc.realm.client(two.ben).get("/accounts/ana@eu/videos")).json()["items"]
    assert grid["id"] == id


async def test_a_realm_of_a_version_before_age_limits_is_not_told_of_clips_for_adults(two: Two) -> None:
    """It would show them to everybody; and what it asks and tells is understood as before."""
    limited, other = await two.eu.realm.publish(two.ana, age_limit=18), await two.eu.realm.publish(two.ana)
    ask = two.qc.door.asker.ask
    catalogue = await ask(RealmCode("eu"), Question(Kind.CATALOGUE, {}))
    assert catalogue.fields["clips"] == [other]
    profile = await ask(RealmCode("eu"), Question(Kind.PROFILE, {"handle": "ana"}))
    assert profile.fields["clips"] == [other]
    with pytest.raises(NotFoundAbroad):
        await ask(RealmCode("eu"), Question(Kind.CLIP, {"clip": limited}))
    told = (await ask(RealmCode("eu"), Question(Kind.CLIP, {"clip": other}))).fields
    as_before = {name: value for name, value in told.items() if name != "age_limit"}
    async with two.qc.realm.cell.database.write() as unit:
        await videos.keep_clip(unit, RealmCode("eu"), as_before, at=two.clock.now())
    assert [one["age_limit"] for one in await two.qc.feed()] == [None]


async def test_a_copy_is_described_where_it_is_kept_and_the_description_goes_with_it(two: Two) -> None:
    id = await two.eu.realm.publish(two.ana, caption="Une soupe à l'oignon")
    await two.qc.shop(two.eu)
    assert await describe_what_is_new(two.qc.realm.workshop.database) == 1
    (row,) = await two.qc.realm.rows("SELECT video_id, words FROM feed_content")
    assert str(row["video_id"]) == id
    assert row["words"]
    assert await two.eu.realm.rows("SELECT FROM feed_content") == []  # each realm makes its own
    assert (await two.eu.realm.client(two.ana).delete(f"/videos/{id}")).status_code == 204
    await until(lambda: _count(two.qc, "feed_content", 0))
