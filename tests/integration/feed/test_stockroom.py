"""What a process that starts knows of what is popular, and what forgeries change of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from numpy.typing import NDArray
from tests.integration.gateway.realms import until
from tests.integration.world import Person, Realm

from reelm.feed import stockroom, tally_log
from reelm.feed.shelves import HALF_LIFE_H
from reelm.feed.stockroom import Stockroom


async def _tell(realm: Realm, who: Person, items: list[dict[str, Any]]) -> None:
    """Somebody watches and likes clips, each under a showing."""
    at = realm.clock.now().isoformat()
    events = [
        {"impression_id": item["impression_id"], "video_id": item["video"]["id"], "kind": kind,
         "watched_ms": item["video"]["duration_ms"] if kind == "view" else 0, "at": at}
        for item in items for kind in ("view", "like")
    ]  # fmt: skip
    assert (await realm.client(who).post("/events", json={"events": events})).status_code == 202


async def _items(realm: Realm, who: Person | None = None) -> list[dict[str, Any]]:
    return (await realm.client(who).get("/feed?limit=20")).json()["items"]


def _heat(room: Stockroom, video: str) -> float:
    (row,) = room.catalogue.find([UUID(video).bytes])
    return float(room.catalogue.heat[row])


async def test_what_is_popular_when_a_process_starts_cools_from_then_on_and_not_at_once(
    realm: Realm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    realm.clock.advance(timedelta(days=8))
    liked = (await _items(realm, realm.people.carl))[:1]
    monkeypatch.setattr(tally_log, "EVERY_S", 0.0)
    await _tell(realm, realm.people.carl, liked)
    await until(lambda: realm.rows("SELECT FROM feed_tallies WHERE likes > 0"))
    monkeypatch.setattr(stockroom, "FRESH_S", 0.0)
    starting, now = Stockroom(realm.cell.pool, tmp_path), realm.clock.now()
    await starting.refresh(now)
    at_first = _heat(starting, liked[0]["video"]["id"])
    assert at_first == pytest.approx(3.0, rel=0.01)  # watched to its end, and a like
    assert not starting.catalogue.heat_now.any()  # of that nobody knows in which hour it was
    await starting.refresh(now)
    assert _heat(starting, liked[0]["video"]["id"]) == pytest.approx(at_first)
    await starting.refresh(now + timedelta(hours=HALF_LIFE_H))
    assert _heat(starting, liked[0]["video"]["id"]) == pytest.approx(at_first / 2, rel=0.01)


async def test_made_up_and_stolen_showings_move_nobodys_feed(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Carl is believed, and tells of showings that were made for nobody or for ana; ben's feed is what it was."""
    monkeypatch.setattr(stockroom, "FRESH_S", 0.0)
    monkeypatch.setattr(tally_log, "EVERY_S", 0.0)
    realm.clock.advance(timedelta(days=8))
    room, of_ana, mine = realm.cell.feed.stockroom, await _items(realm, realm.people.ana), await _items(realm)
    await _items(realm, realm.people.ben)
    before = await _ranked_by(realm, room)
    made_up = [item | {"impression_id": str(uuid4())} for item in mine]
    for told in (made_up, of_ana):
        await _tell(realm, realm.people.carl, told)
    await room.refresh(realm.clock.now())
    after = await _ranked_by(realm, room)
    for name, numbers in before.items():
        assert (after[name] == numbers).all(), name
    assert await realm.rows("SELECT * FROM feed_tallies WHERE views + likes + completions > 0") == []
    assert len(await realm.rows("SELECT * FROM impressions")) > 0


async def _ranked_by(realm: Realm, room: Stockroom) -> dict[str, NDArray[Any]]:
    """Everything that the feeds of others go by."""
    await room.refresh(realm.clock.now())
    rows = room.catalogue.rows
    tally, heat, now = room.catalogue.tally[rows], room.catalogue.heat[rows], room.catalogue.heat_now[rows]
    named: dict[str, NDArray[Any]] = {"tally": tally, "heat": heat, "now": now, "popular": room.shelves.popular[-1]}
    return {name: numbers.copy() for name, numbers in named.items()}
