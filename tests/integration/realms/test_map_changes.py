"""The map of realms changes while all runs: by a date that comes, by a file that was changed, never by accident."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Log
from tests.integration.realms.conftest import Papers
from tests.integration.world import Realm

from reelm.bootstrap import open_atlas
from reelm.infra.settings import Settings
from reelm.kernel.errors import Problem
from reelm.kernel.time import HandClock

NOT_UNDERSTOOD = "a file of realms is not understood"


async def home_of(realm: Realm, code: str) -> str:
    items: list[dict[str, Any]] = (await realm.client().get("/countries")).json()["items"]
    return next(item["realm"] for item in items if item["code"] == code)


async def test_a_decision_comes_into_force_at_its_time_without_a_restart(
    europe: Realm, papers: Papers, clock: HandClock
) -> None:
    papers.decide(clock.now() + timedelta(hours=1), "eu", "ca-qc", "us", "gb")
    clock.advance(timedelta(minutes=59, seconds=59))
    assert await home_of(europe, "GB") == "eu"
    clock.advance(timedelta(seconds=1))
    assert await home_of(europe, "GB") == "gb"
    form = {"handle": "dora", "password": "ten or more", "birth_date": "1990-01-31", "country": "GB"}
    assert (await europe.client().post("/accounts", json=form)).status_code == 421


async def test_a_changed_file_of_realms_counts_a_second_later(
    europe: Realm, papers: Papers, clock: HandClock
) -> None:
    text = papers.realms.read_text()
    papers.realms.write_text(text.replace('"MC", ', "").replace('["US", ', '["US", "MC", '))
    assert await home_of(europe, "MC") == "eu"
    clock.advance(timedelta(seconds=1))
    assert await home_of(europe, "MC") == "us"


@pytest.mark.parametrize("file", ["realms", "deployment"])
@pytest.mark.parametrize("text", ["[[decision]\n", "", "colour = 'red'\n", None])
async def test_a_file_that_is_no_longer_understood_changes_nothing_and_is_said_once(
    europe: Realm, papers: Papers, clock: HandClock, log: Log, file: str, text: str | None
) -> None:
    path: Path = getattr(papers, file)
    before = path.read_text()
    path.unlink() if text is None else path.write_text(text)
    for _ in range(3):
        clock.advance(timedelta(seconds=2))
        assert await home_of(europe, "US") == "us"
    assert europe.cell.atlas.fault is not None
    assert log.text.count(NOT_UNDERSTOOD) == 1
    path.write_text(before)
    clock.advance(timedelta(seconds=2))
    assert await home_of(europe, "US") == "us"
    assert europe.cell.atlas.fault is None


async def test_a_date_that_was_understood_comes_although_the_file_has_been_broken_since(
    europe: Realm, papers: Papers, clock: HandClock
) -> None:
    papers.decide(clock.now() + timedelta(hours=1), "eu")
    clock.advance(timedelta(seconds=1))
    assert await home_of(europe, "US") == "us"
    papers.deployment.write_text("half a wr")
    clock.advance(timedelta(hours=1))
    assert await home_of(europe, "US") == "eu"


async def test_a_clock_that_goes_back_brings_no_old_map_back(europe: Realm, papers: Papers, clock: HandClock) -> None:
    papers.decide(clock.now() + timedelta(hours=1), "eu", "ca-qc", "us", "gb")
    clock.advance(timedelta(hours=2))
    assert await home_of(europe, "GB") == "gb"
    clock.advance(timedelta(hours=-1, minutes=-30))
    assert await home_of(europe, "US") == "us"


@pytest.mark.parametrize(
    ("update", "slug"),
    [
        ({"realms_file": Path("nowhere.toml")}, "declaration-missing"),
        ({"deployment_file": Path("nowhere.toml")}, "declaration-missing"),
        ({"realm": "xx"}, "realms-unknown"),
    ],
)
def test_a_realm_that_does_not_know_whom_it_serves_does_not_start(
    beside: Settings, clock: HandClock, update: dict[str, object], slug: str
) -> None:
    with pytest.raises(Problem) as refusal:
        open_atlas(beside.model_copy(update=update), clock)
    assert refusal.value.slug() == slug


def test_a_file_whose_decisions_all_lie_ahead_starts_nothing(
    beside: Settings, papers: Papers, clock: HandClock
) -> None:
    papers.deployment.unlink()
    papers.decide(clock.now() + timedelta(days=1), "eu")
    with pytest.raises(Problem) as refusal:
        open_atlas(beside, clock)
    assert refusal.value.slug() == "no-decision-in-force"
