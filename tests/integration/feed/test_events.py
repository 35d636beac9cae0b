"""What was watched: stored before it is acknowledged, counted once."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.integration.world import Person, Realm

from reelm import feed
from reelm.feed.events import MOST_EVENTS


def _view(realm: Realm, watched_ms: Any = 500, **facts: Any) -> dict[str, Any]:
    """A report of ana's public clip, which lasts 1000 ms."""
    return {
        "impression_id": str(uuid4()), "video_id": realm.people.clips["public"], "kind": "view",
        "watched_ms": watched_ms, "at": realm.clock.now().isoformat(),
    } | facts  # fmt: skip


async def _send(realm: Realm, *events: dict[str, Any], who: Person | str | None = None) -> httpx.Response:
    return await realm.client(who).post("/events", json={"events": events})


async def _counts(realm: Realm) -> tuple[int, int, int, int]:
    """Views, completions, milliseconds watched, shares."""
    (row,) = await realm.rows(
        "SELECT views, completions, watched_ms, shares FROM video_counts WHERE video_id = $1",
        realm.people.clips["public"],
    )
    return tuple(row)  # pyright: ignore[reportReturnType]


async def test_what_is_acknowledged_is_stored_with_its_counts(realm: Realm) -> None:
    answer = await _send(realm, _view(realm, 1000), who=realm.people.carl)
    assert (answer.status_code, answer.json()) == (202, {"stored": 1})
    (row,) = await realm.rows("SELECT kind, watched_ms, account_id FROM impressions")
    me = (await realm.client(realm.people.carl).get("/me")).json()
    assert (row["kind"], row["watched_ms"], str(row["account_id"])) == ("view", 1000, me["id"])
    assert await _counts(realm) == (1, 1, 1000, 0)
    assert (await realm.video(realm.people.clips["public"]))["counts"]["views"] == 1


async def test_reports_of_one_showing_grow_and_count_once(realm: Realm) -> None:
    event = _view(realm)
    for watched_ms, expected in ((500, (0, 0, 500, 0)), (1000, (1, 1, 1000, 0)), (400, (1, 1, 1000, 0))):
        for _ in range(2):
            await _send(realm, event | {"watched_ms": watched_ms}, who=realm.people.carl)
        assert await _counts(realm) == expected
    again = [event | {"watched_ms": 1000 + n} for n in range(5)]
    await _send(realm, *again, who=realm.people.carl)
    assert await _counts(realm) == (1, 1, 1004, 0)


async def test_a_report_that_comes_twice_at_once_counts_once(realm: Realm) -> None:
    event = _view(realm, 1000)
    answers = await asyncio.gather(*(_send(realm, event, who=realm.people.carl) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert await _counts(realm) == (1, 1, 1000, 0)


@pytest.mark.parametrize(
    ("watched_ms", "expected"),
    [(0, (0, 0)), (899, (0, 0)), (900, (0, 0)), (999, (0, 0)), (1000, (1, 1)), (5000, (1, 1))],
)
async def test_a_view_is_a_second_and_a_completion_nine_tenths(
    realm: Realm, watched_ms: int, expected: tuple[int, int]
) -> None:
    await _send(realm, _view(realm, watched_ms))
    assert (await _counts(realm))[:2] == expected


async def test_nobody_may_report_and_is_counted(realm: Realm) -> None:
    for who in (None, realm.people.ended_token):
        assert (await _send(realm, _view(realm, 1000), who=who)).status_code == 202
    assert (await _counts(realm))[0] == 2
    assert (await realm.rows("SELECT count(account_id) AS known FROM impressions"))[0]["known"] == 0
    assert (await realm.count_rows())["feed_states"] == 0


async def _shown(realm: Realm, who: Person | None) -> str:
    """The showing of ana's clip to `who`, as the feed gives it."""
    page = (await realm.client(who).get("/feed", params={"limit": "50"})).json()
    (mine,) = [item for item in page["items"] if item["video"]["id"] == realm.people.clips["public"]]
    return mine["impression_id"]


async def _stored(realm: Realm) -> list[tuple[str, str | None, int, bool]]:
    """Id, person, what was watched, and whether the showing is known, of all that is stored."""
    rows = await realm.rows("SELECT id, account_id, watched_ms, known FROM impressions ORDER BY watched_ms")
    return [(str(id), account and str(account), watched_ms, known) for id, account, watched_ms, known in rows]


async def _id_of(realm: Realm, who: Person) -> str:
    return (await realm.client(who).get("/me")).json()["id"]


async def test_a_showing_of_ours_is_known_to_whom_it_was_shown(realm: Realm) -> None:
    for who in (realm.people.carl, None):
        shown = await _shown(realm, who)
        realm.clock.advance(timedelta(seconds=2))
        await _send(realm, _view(realm, 800, impression_id=shown), who=who)
        expected = (shown, await _id_of(realm, who) if who else None, 800, True)
        assert expected in await _stored(realm)


async def test_a_showing_of_another_person_counts_as_from_outside_and_changes_nothing_of_theirs(realm: Realm) -> None:
    carl, ben = realm.people.carl, realm.people.ben
    shown = await _shown(realm, carl)
    stolen = _view(realm, 86_000_000, impression_id=shown)
    for who in (ben, None):
        await _send(realm, stolen, stolen | {"kind": "not_interested"}, stolen | {"kind": "like"}, who=who)
    assert not any(known or id == shown for id, _, _, known in await _stored(realm))
    assert {account for _, account, _, _ in await _stored(realm)} == {await _id_of(realm, ben), None}
    before = await _stored(realm)
    await _send(realm, _view(realm, 700, impression_id=shown), who=carl)
    (added,) = set(await _stored(realm)) - set(before)
    assert added == (shown, await _id_of(realm, carl), 700, True)
    learned = "SELECT account_id FROM feed_people JOIN feed_states USING (pseudonym) ORDER BY updated_at"
    assert str((await realm.rows(learned))[-1][0]) == await _id_of(realm, carl)


async def test_views_from_outside_count_once_for_a_person_a_clip_and_a_day(realm: Realm) -> None:
    for _ in range(3):
        await _send(realm, _view(realm, 1000), _view(realm, 1000), who=realm.people.carl)
    assert (await _counts(realm))[0] == 1
    realm.clock.advance(timedelta(days=1))
    await _send(realm, _view(realm, 1000), who=realm.people.carl)
    await _send(realm, _view(realm, 1000), who=realm.people.ben)
    assert (await _counts(realm))[0] == 3


async def test_nobody_watches_longer_than_they_can_have(realm: Realm) -> None:
    carl = realm.people.carl
    shown = await _shown(realm, carl)
    realm.clock.advance(timedelta(seconds=3))
    long = _view(realm, 80_000_000, impression_id=shown, replays=9000)
    await _send(realm, long, who=carl)
    assert [watched_ms for _, _, watched_ms, _ in await _stored(realm)] == [8000]
    await _send(realm, _view(realm, 80_000_000, replays=0), who=realm.people.ben)
    assert [watched_ms for _, _, watched_ms, _ in await _stored(realm)] == [2000, 8000]


async def test_a_showing_long_ago_counts_as_from_outside(realm: Realm) -> None:
    shown = await _shown(realm, realm.people.carl)
    realm.clock.advance(timedelta(days=8))
    await _send(realm, _view(realm, 900, impression_id=shown), who=realm.people.carl)
    assert [known for _, _, _, known in await _stored(realm)] == [False]


async def test_how_it_ended_and_how_often_it_was_seen_again_are_kept(realm: Realm) -> None:
    shown = await _shown(realm, realm.people.carl)
    realm.clock.advance(timedelta(seconds=9))
    for watched_ms, replays, ended in ((900, 0, None), (2900, 2, "finished"), (1900, 1, "left")):
        event = _view(realm, watched_ms, impression_id=shown, replays=replays, ended=ended)
        await _send(realm, event, who=realm.people.carl)
    (row,) = await realm.rows("SELECT watched_ms, replays, ended FROM impressions")
    assert tuple(row) == (2900, 2, "finished")


async def test_the_same_batch_a_thousand_times_counts_once(realm: Realm) -> None:
    shown = await _shown(realm, realm.people.carl)
    realm.clock.advance(timedelta(seconds=2))
    events = [_view(realm, 1000, impression_id=shown, kind=kind) for kind in ("view", "share", "follow", "report")]
    events.append(_view(realm, 1000))
    client = realm.client(realm.people.carl)
    for _ in range(50):
        answers = await asyncio.gather(*(client.post("/events", json={"events": events}) for _ in range(20)))
        assert {(answer.status_code, answer.json()["stored"]) for answer in answers} == {(202, 5)}
    assert await _counts(realm) == (2, 2, 2000, 1)
    assert len(await _stored(realm)) == 5


async def test_what_was_watched_goes_with_the_person_and_with_the_clip(realm: Realm) -> None:
    carl, clip = realm.people.carl, realm.people.clips["public"]
    await _send(realm, _view(realm, 1000), who=carl)
    await _send(realm, _view(realm, 1000), who=realm.people.ben)
    await realm.rows("DELETE FROM accounts WHERE handle = 'carl'")
    (left,) = await _stored(realm)
    assert left[1] == await _id_of(realm, realm.people.ben)
    assert (await realm.count_rows())["feed_states"] == 1
    await realm.rows("DELETE FROM clips WHERE id = $1", clip)
    assert await _stored(realm) == []


async def test_each_day_has_a_partition_of_its_own(realm: Realm) -> None:
    for _ in range(2):
        await _send(realm, _view(realm, 1000), who=realm.people.carl)
        day = realm.clock.now().date()
        (name,) = await realm.rows("SELECT tableoid::regclass::text FROM impressions WHERE day = $1", day)
        assert name[0] == f"impressions_{day:%Y%m%d}"
        realm.clock.advance(timedelta(days=1))


async def test_what_lies_with_the_rest_is_found_and_stays_there(realm: Realm) -> None:
    """Somebody who moved here brought rows of a day before its partition was made."""
    await realm.rows(
        """INSERT INTO impressions (day, id, kind, video_id, watched_ms, replays, known, at, received_at)
        VALUES ($1::date, gen_random_uuid(), 'view', $2, 1, 0, true, now(), now())""",
        realm.clock.now().date(),
        realm.people.clips["public"],
    )
    assert (await _send(realm, _view(realm, 1000), who=realm.people.carl)).status_code == 202
    assert len(await _stored(realm)) == 2


async def test_shares_count_and_views_and_shares_of_one_showing_are_apart(realm: Realm) -> None:
    event = _view(realm, 1000)
    await _send(
        realm, event, event | {"kind": "share"}, event | {"kind": "share"}, event | {"kind": "not_interested"}
    )
    assert await _counts(realm) == (1, 1, 1000, 1)


async def test_an_unknown_or_hidden_clip_is_left_out_of_a_batch(realm: Realm) -> None:
    events = [_view(realm, 1000), _view(realm, 1000, video_id=str(uuid4()))]
    answer = await _send(realm, *events, _view(realm, 1000, video_id=realm.people.clips["removed"]))
    assert (answer.status_code, answer.json()["stored"]) == (202, 1)
    assert (await realm.count_rows())["impressions"] == 1


async def test_a_beacon_of_plain_text_is_taken_and_an_impression_may_be_left_out(realm: Realm) -> None:
    event = {k: v for k, v in _view(realm, 1000).items() if k != "impression_id"}
    body = httpx.Response(200, json={"events": [event]}).content
    answer = await realm.client(**{"Content-Type": "text/plain;charset=UTF-8"}).post("/events", content=body)
    assert answer.status_code == 202
    assert (await _counts(realm))[0] == 1


async def test_a_time_nobody_can_have_becomes_now(realm: Realm) -> None:
    now = realm.clock.now()
    wrong = [(now + timedelta(days=3)).isoformat(), (now - timedelta(days=400)).isoformat()]
    await _send(realm, *(_view(realm, at=at) for at in wrong))
    assert {row["at"] for row in await realm.rows("SELECT at FROM impressions")} == {now}


WRONG: list[dict[str, Any]] = [
    {"video_id": "x"}, {"video_id": None}, {"video_id": 7}, {"impression_id": "x"}, {"impression_id": [1]},
    {"kind": "stare"}, {"kind": None}, {"watched_ms": -1}, {"watched_ms": 86_400_001}, {"watched_ms": "long"},
    {"watched_ms": None}, {"watched_ms": True}, {"watched_ms": 1.5}, {"watched_ms": 1e300}, {"watched_ms": "1000"},
    {"replays": -1}, {"replays": 10_001}, {"replays": 0.5}, {"replays": False}, {"ended": "bored"}, {"ended": ""},
    {"at": "0001-01-01T00:00:00+14:00"}, {"at": "yesterday"}, {"at": None}, {"at": 7},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_a_batch_with_one_wrong_event_is_refused_whole(realm: Realm, wrong: dict[str, Any]) -> None:
    answer = await _send(realm, _view(realm, 1000), _view(realm, 1000) | wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(wrong)))
    assert (await realm.count_rows())["impressions"] == 0
    assert await _counts(realm) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no",
        b"[]",
        b'{"events": {}}',
        b'{"events": [7]}',
        b'{"events": [[]]}',
        b"\xff",
        b'{"events": [null]}',
        b'{"events": [{"watched_ms": NaN}]}',
        b'{"events": [{"watched_ms": Infinity}]}',
    ],
)
async def test_a_batch_that_is_none_is_refused(realm: Realm, body: bytes) -> None:
    answer = await realm.client().post("/events", content=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/events-not-understood")


async def test_a_batch_has_a_size(realm: Realm) -> None:
    full = [_view(realm) for _ in range(MOST_EVENTS)]
    assert (await _send(realm, *full, _view(realm))).status_code == 422
    assert (await realm.count_rows())["impressions"] == 0
    assert (await _send(realm, *full)).json() == {"stored": MOST_EVENTS}
    assert (await _send(realm)).json() == {"stored": 0}


@pytest.mark.parametrize("told", [True, False])
async def test_a_million_events_are_refused_by_their_size_and_never_held(
    realm: Realm, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(feed, "parse_events", read.append)
    event, sent = json.dumps(_view(realm)).encode() + b",", 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1000 * len(event)
            yield event * 1000

    length = {"Content-Length": str(1_000_000 * len(event))} if told else {}
    answer = await realm.client(**length).post("/events", content=parts())
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert sent < 3_000_000
    assert read == []
