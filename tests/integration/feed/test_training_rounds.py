"""What was watched becomes a model that serves, round after round, and only of people whose feed learns now."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from tests.integration.world import Person, Realm

from reelm.bootstrap.learner import have_feed_learn
from reelm.feed import training
from reelm.feed.ranking import FEATURES
from reelm.feed.training.columns import parquet
from reelm.feed.training.rounds import read_past

VIEWERS, EACH = 12, 12


@pytest.fixture
async def viewers(realm: Realm) -> list[Person]:
    """People of two tastes, each of whom watched a dozen clips: those of their taste to the end."""
    people = [await realm.sign_up(f"viewer{n}") for n in range(VIEWERS)]
    for number, person in enumerate(people):
        await _watch(realm, person, taste=number % 2, most=EACH)
    return people


async def _watch(realm: Realm, who: Person, *, taste: int, most: int) -> list[str]:
    """Of clips whose creators have even numbers (or odd ones) all of it, of others nearly nothing; what was liked."""
    items = (await realm.client(who).get("/feed", params={"limit": "50"})).json()["items"]
    told: list[dict[str, Any]] = []
    liked: list[str] = []
    by_creators = [one for one in items if one["video"]["author"]["handle"].startswith("creator")]
    for item in by_creators[:most]:
        handle = item["video"]["author"]["handle"]
        realm.clock.advance(timedelta(seconds=9))
        likes = int(handle[-1]) % 2 == taste
        liked += [item["video"]["id"]] * likes
        told.append({
            "impression_id": item["impression_id"], "video_id": item["video"]["id"], "kind": "view",
            "watched_ms": item["video"]["duration_ms"] if likes else 100, "at": realm.clock.now().isoformat(),
        })  # fmt: skip
        if len(told) in (1, len(by_creators[:most])):  # a feed learns from when the first report comes in
            assert (await realm.client(who).post("/events", json={"events": told})).status_code == 202
    await realm.cell.feed.aclose()
    return liked


def _rooms(realm: Realm) -> training.Rooms:
    return training.Rooms(realm.settings.training_dir, realm.settings.models_dir)


async def _round(realm: Realm, asked: training.Round | None = None) -> training.Outcome:
    with training.hold(realm.settings.training_dir):
        return await training.run_round(
            realm.cell.pool, realm.cell.atlas, _rooms(realm), now=realm.clock.now(), asked=asked, tell=lambda _: None
        )


async def _pseudonym(realm: Realm, who: Person) -> bytes | None:
    me = (await realm.client(who).get("/me")).json()["id"]
    rows = await realm.rows("SELECT pseudonym FROM feed_people WHERE account_id = $1", UUID(me))
    return rows[0]["pseudonym"].bytes if rows and rows[0]["pseudonym"] else None


def _exported(realm: Realm, kind: str) -> list[dict[str, Any]]:
    paths = sorted(realm.settings.training_dir.glob(f"{kind}-*.parquet"))
    assert paths
    return [row for path in paths for row in parquet.read_table(path, partitioning=None).to_pylist()]


async def test_what_was_watched_becomes_a_model_whose_neighbours_are_on_the_next_page(
    realm: Realm, viewers: list[Person]
) -> None:
    found = await _round(realm)
    assert (found.round, found.served) == (training.Round.ALL, True), found
    assert (found.watches, found.people) == (VIEWERS * EACH, VIEWERS)
    people = {await _pseudonym(realm, one) for one in viewers}
    assert {row["person"] for row in _exported(realm, "watches")} == people
    assert len(_exported(realm, "showings")) <= VIEWERS * EACH
    assert realm.settings.training_dir.stat().st_mode & 0o77 == 0
    newcomer = await realm.sign_up("newcomer")
    await _watch(realm, newcomer, taste=0, most=8)
    assert (await realm.client().get("/feed/parameters")).json()["model"] is not None
    page = (await realm.client(newcomer).get("/feed", params={"limit": "10"})).json()["items"]
    await realm.cell.feed.aclose()
    ids = [UUID(item["impression_id"]) for item in page if not item["why"]["explored"]]
    rows = await realm.rows("SELECT model, features FROM showings WHERE id = ANY($1::uuid[])", ids)
    assert {row["model"] for row in rows} == {found.model}
    features = np.stack([np.frombuffer(row["features"], np.float16) for row in rows])
    assert (features[:, FEATURES.index("from_neighbours")] > 0).any()


async def test_rounds_come_when_they_are_due_and_only_where_something_new_was_watched(
    realm: Realm, viewers: list[Person]
) -> None:
    realm.clock.advance(timedelta(hours=(12 - realm.clock.now().hour) % 24))  # at three, all would be learned anew
    assert (await _round(realm)).round is training.Round.ALL
    realm.clock.advance(timedelta(minutes=30))
    quiet = await _round(realm)
    assert (quiet.round, quiet.reason) == (None, "nothing new was watched since the last round")
    await _watch(realm, viewers[0], taste=0, most=20)
    short = await _round(realm)
    assert short.round is training.Round.FACTORS
    assert short.watches > VIEWERS * EACH
    realm.clock.advance(timedelta(minutes=31))
    await _watch(realm, viewers[1], taste=1, most=20)
    assert (await _round(realm)).round is training.Round.LISTS


async def test_after_a_reset_plain_mode_or_erasure_nothing_of_them_is_learned_from(
    realm: Realm, viewers: list[Person]
) -> None:
    await _round(realm)
    gone = [await _pseudonym(realm, one) for one in viewers[:3]]
    assert (await realm.client(viewers[0]).post("/me/feed/reset", json={})).status_code == 200
    assert (await realm.client(viewers[1]).patch("/me/feed", json={"mode": "plain"})).status_code == 200
    me = UUID((await realm.client(viewers[2]).get("/me")).json()["id"])
    await realm.rows("DELETE FROM accounts WHERE id = $1", me)  # as erasure will do it
    realm.clock.advance(timedelta(days=3))  # so that no file of theirs would be made anew
    found = await _round(realm, training.Round.LISTS)
    assert found.forgotten > 2 * EACH
    for kind in ("watches", "showings"):
        assert not {row["person"] for row in _exported(realm, kind)} & set(gone)
    realm.clock.advance(timedelta(minutes=1))
    await _watch(realm, viewers[0], taste=0, most=5)
    await _round(realm, training.Round.ALL)
    new = await _pseudonym(realm, viewers[0])
    assert sum(row["person"] == new for row in _exported(realm, "watches")) == 5


async def test_days_go_when_their_showings_do(realm: Realm, viewers: list[Person]) -> None:
    await _round(realm)
    realm.clock.advance(timedelta(days=32))
    found = await _round(realm)
    assert found.model is None
    assert not list(realm.settings.training_dir.glob(f"watches-{realm.clock.now() - timedelta(days=32):%Y%m%d}.*"))


async def test_with_few_watches_there_is_no_round_and_no_error(realm: Realm) -> None:
    someone = await realm.sign_up("someone")
    await _watch(realm, someone, taste=0, most=6)
    found = await _round(realm)
    assert (found.reason, found.model) == ("too little was watched to learn from", None)
    assert training.find_current(realm.settings.models_dir) is None


async def test_a_worker_learns_in_a_process_of_its_own_and_one_round_at_a_time(
    realm: Realm, viewers: list[Person]
) -> None:
    if realm.clock.now().date() > datetime.now(UTC).date():
        pytest.skip(
            "a process of its own does not know of tomorrow, and this began less than an hour before midnight"
        )
    with training.hold(realm.settings.training_dir):
        await have_feed_learn(realm.settings)
        assert training.find_current(realm.settings.models_dir) is None
        with pytest.raises(training.RoundAtWork), training.hold(realm.settings.training_dir):
            pass
    await have_feed_learn(realm.settings)
    model = training.find_current(realm.settings.models_dir)
    assert model is not None
    assert (realm.settings.models_dir / model / "vectors.faiss").is_file()
    assert "reelm.feed.training.fitting" not in _modules_of_serving()


def _modules_of_serving() -> set[str]:
    """What a web process has loaded, by its own word."""
    code = "import sys, reelm.web.app, reelm.bootstrap; print(*sys.modules)"
    return set(
        subprocess.run((sys.executable, "-c", code), check=True, capture_output=True, text=True).stdout.split()
    )


async def test_a_round_that_is_killed_leaves_what_serves_and_the_next_one_goes_on(
    realm: Realm, viewers: list[Person]
) -> None:
    await _round(realm)
    serving = training.find_current(realm.settings.models_dir)
    realm.clock.advance(timedelta(minutes=11))
    await _watch(realm, viewers[0], taste=0, most=20)
    killed = _start_and_kill(realm, when="np.save")
    assert killed == -signal.SIGKILL
    assert training.find_current(realm.settings.models_dir) == serving
    page = await realm.client(viewers[0]).get("/feed")
    assert page.status_code == 200
    found = await _round(realm, training.Round.FACTORS)
    assert found.model is not None
    assert not list(realm.settings.models_dir.glob(".*/"))


def _start_and_kill(realm: Realm, when: str) -> int:
    """`reelm feed train` that dies by `kill -9` at its third call of the function `when`; its exit status."""
    code = (
        "import os, sys, numpy as np\n"
        f"calls, real = [], {when}\n"
        "def die(*a, **k):\n"
        "    calls.append(1)\n"
        "    os.kill(os.getpid(), 9) if len(calls) == 3 else real(*a, **k)\n"
        f"{when} = die\n"
        "from reelm.cli.__main__ import main\n"
        "sys.exit(main(['feed', 'train']))\n"
    )
    settings = realm.settings
    environment = {"REELM_DATABASE_URL": settings.database_url, "REELM_DATA": str(settings.data)}
    return subprocess.run((sys.executable, "-c", code), env=os.environ | environment, check=False).returncode


async def test_rolling_back_serves_the_model_before_on_the_next_page(realm: Realm, viewers: list[Person]) -> None:
    first = await _round(realm)
    realm.clock.advance(timedelta(minutes=61))
    models = realm.settings.models_dir
    second = models / "20990101T000000.000-all"
    _copy_model(models / str(first.model), second)
    training.publish(models, second.name)
    assert training.roll_back(models) == first.model
    await _watch(realm, viewers[0], taste=0, most=20)
    await realm.client(viewers[0]).get("/feed")
    await realm.cell.feed.aclose()
    newest = await realm.rows("SELECT model FROM showings ORDER BY at DESC LIMIT 1")
    assert newest[0]["model"] == first.model


def _copy_model(one: Path, other: Path) -> None:
    other.mkdir()
    for path in one.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    told = json.loads((other / "model.json").read_text())
    (other / "model.json").write_text(json.dumps(told | {"id": other.name}))


async def test_what_a_round_began_is_noted_before_it_ends(realm: Realm, viewers: list[Person]) -> None:
    await _round(realm)
    past = read_past(realm.settings.training_dir)
    assert set(past.began) == set(training.Round)
    assert past.looked_at == realm.clock.now()
