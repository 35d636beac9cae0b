"""Nobody becomes a person in a realm that is not theirs; everybody is told which one is, and where."""

import asyncio
from typing import Any

import pytest
from tests.integration.realms.conftest import ADDRESSES, Papers
from tests.integration.world import Realm

from reelm import accounts, realms
from reelm.cli.realm_health import look_at_realms
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

FORM: dict[str, Any] = {"handle": "dora", "password": "ten or more", "birth_date": "1990-01-31"}


@pytest.mark.parametrize(
    ("country", "region", "home", "url"),
    [
        ("CA", "QC", "ca-qc", ADDRESSES["ca-qc"]),
        ("CA", "ON", "ca-qc", ADDRESSES["ca-qc"]),
        ("US", None, "us", ""),
        ("PR", None, "us", ""),
    ],
)
async def test_whoever_belongs_to_another_realm_is_led_there_and_nothing_is_kept(
    europe: Realm, country: str, region: str | None, home: str, url: str
) -> None:
    before = await europe.count_rows()
    answer = await europe.client().post("/accounts", json=FORM | {"country": country, "region": region})
    told = answer.json()
    assert (answer.status_code, told["type"]) == (421, "/problems/realm-is-another")
    assert (told["realm"], told["url"]) == (home, url)
    assert await europe.count_rows() == before


@pytest.mark.parametrize("country", ["FR", "DE", "CH", "JP", "BR"])
async def test_whoever_belongs_here_gets_an_account_here(europe: Realm, country: str) -> None:
    answer = await europe.client().post("/accounts", json=FORM | {"country": country})
    assert (answer.status_code, answer.json()["realm"]) == (201, "eu")


async def test_the_operator_makes_nobody_in_the_wrong_realm_either(europe: Realm) -> None:
    with pytest.raises(realms.RealmIsAnother):
        await europe.hire("odile", accounts.Role.VIEWER, country="US")


async def test_whoever_works_here_may_live_elsewhere(europe: Realm) -> None:
    assert (await europe.hire("odile", accounts.Role.MODERATOR, country="US")).token


async def test_the_age_of_a_place_is_asked_only_where_one_belongs(europe: Realm) -> None:
    """A child in Québec is told of their realm, not of an age that another realm judges."""
    answer = await europe.client().post(
        "/accounts", json=FORM | {"country": "CA", "region": "QC", "birth_date": "2024-01-31"}
    )
    assert answer.status_code == 421


async def test_countries_name_their_realm_and_its_address(europe: Realm) -> None:
    items = (await europe.client().get("/countries")).json()["items"]
    by_code = {item["code"]: item for item in items}
    assert (by_code["FR"]["realm"], by_code["FR"]["address"]) == ("eu", europe.settings.public_url)
    assert (by_code["US"]["realm"], by_code["US"]["address"]) == ("us", "")
    regions = {region["code"]: region for region in by_code["CA"]["regions"]}
    assert (regions["QC"]["realm"], regions["QC"]["address"]) == ("ca-qc", ADDRESSES["ca-qc"])
    assert (regions["QC"]["minimum_age"], regions["QC"]["consent_age"]) == (14, 14)
    assert (by_code["FR"]["minimum_age"], by_code["FR"]["consent_age"]) == (13, 15)


async def test_the_realms_that_run_are_told_with_whom_they_serve(europe: Realm) -> None:
    told = (await europe.client(**{"Accept-Language": "fr-CA"}).get("/realms")).json()
    assert (told["realm"], told["public_key"]) == ("eu", "key of eu")
    items = {item["code"]: item for item in told["items"]}
    assert items.keys() == {"eu", "ca-qc", "us"}
    assert {code for code, item in items.items() if item["is_this"]} == {"eu"}
    quebec = items["ca-qc"]
    assert (quebec["name"], quebec["frame"], quebec["minimum_age"]) == ("Québec", "law-25", 14)
    assert (quebec["countries"], quebec["regions"]) == (["CA"], ["CA-QC"])
    assert (quebec["address"], quebec["vkey"]) == (ADDRESSES["ca-qc"], "ca-qc+0+A")
    assert items["eu"]["name"] == "Union européenne"
    assert (items["us"]["address"], items["us"]["vkey"]) == ("", "")
    served = [code for item in items.values() for code in item["countries"]]
    assert len(served) == len(set(served)) == 249


async def test_a_realm_alone_serves_everybody_and_has_no_key_before_its_gateway_ran(realm: Realm) -> None:
    told = (await realm.client().get("/realms")).json()
    assert told["public_key"] is None
    assert [(item["code"], len(item["countries"]), item["is_this"]) for item in told["items"]] == [("eu", 249, True)]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.test", "ftp://qc.reelm.test", "", "https://"])
async def test_a_card_leads_nobody_but_to_a_web_address(europe: Realm, papers: Papers, url: str) -> None:
    papers.leave_card("ca-qc", public_url=url)
    answer = await europe.client().post("/accounts", json=FORM | {"country": "CA", "region": "QC"})
    assert (answer.status_code, answer.json()["url"]) == (421, "")


@pytest.mark.parametrize("card", ["", "{", "[]", "null", '"https://qc.reelm.test"'])
async def test_a_card_that_is_none_is_as_if_it_was_not_there(europe: Realm, papers: Papers, card: str) -> None:
    (papers.peers / "ca-qc.json").write_text(card)
    answer = await europe.client().post("/accounts", json=FORM | {"country": "CA", "region": "QC"})
    assert (answer.status_code, answer.json()["url"]) == (421, "")


async def test_the_doctor_names_a_realm_without_address_and_a_file_that_is_wrong(
    beside: Settings, papers: Papers, clock: HandClock
) -> None:
    found = look_at_realms(beside, clock)
    assert not found.ok
    assert "no address of us" in found.what
    papers.leave_card("us")
    assert look_at_realms(beside, clock).ok
    await asyncio.to_thread(papers.deployment.write_text, "[[decision]\n")
    found = look_at_realms(beside, clock)
    assert not found.ok
    assert "deployment.toml is no TOML from line 1 on" in found.what
