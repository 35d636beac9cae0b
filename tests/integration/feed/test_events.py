"""What was watched: stored before it is acknowledged, counted once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.integration.world import Person, Realm

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
    assert (await realm.count_rows())["seen"] == 0


async def test_a_showing_belongs_to_whom_it_was_shown(realm: Realm) -> None:
    event = _view(realm, 500)
    await _send(realm, event, who=realm.people.carl)
    answer = await _send(realm, event | {"watched_ms": 86_000_000}, who=realm.people.ben)
    assert (answer.status_code, answer.json()["stored"]) == (202, 0)
    assert await _counts(realm) == (0, 0, 500, 0)


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
    {"watched_ms": None}, {"at": "yesterday"}, {"at": None}, {"at": 7},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_a_batch_with_one_wrong_event_is_refused_whole(realm: Realm, wrong: dict[str, Any]) -> None:
    answer = await _send(realm, _view(realm, 1000), _view(realm, 1000) | wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(wrong)))
    assert (await realm.count_rows())["impressions"] == 0
    assert await _counts(realm) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "body",
    [b"", b"no", b"[]", b'{"events": {}}', b'{"events": [7]}', b'{"events": [[]]}', b"\xff", b'{"events": [null]}'],
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
