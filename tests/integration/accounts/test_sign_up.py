"""Signing up: who may, from where, under which name."""

from datetime import timedelta
from typing import Any

import pycountry
import pytest
from tests.integration.world import Realm

from reelm.kernel.time import HandClock

FORM: dict[str, Any] = {"handle": "dora", "password": "ten or more", "birth_date": "1990-01-31", "country": "FR"}


async def _sign_up(realm: Realm, **form: Any) -> tuple[int, str]:
    """The status and, of a refusal, its slug."""
    answer = await realm.client().post("/accounts", json=FORM | form)
    return answer.status_code, answer.json().get("type", "").removeprefix("/problems/")


async def test_somebody_new_gets_an_account_but_no_session(realm: Realm) -> None:
    answer = await realm.client().post("/accounts", json=FORM | {"handle": "Dora.B", "email": "dora@example.org"})
    assert answer.status_code == 201
    assert answer.json().keys() == {"id", "handle", "realm"}
    assert (answer.json()["handle"], answer.json()["realm"]) == ("dora.b", "eu")
    assert "set-cookie" not in answer.headers


async def test_the_password_is_kept_only_as_an_argon2id_hash(realm: Realm) -> None:
    await _sign_up(realm)
    query = "SELECT accounts::text AS everything, password_hash FROM accounts WHERE handle = 'dora'"
    row = (await realm.rows(query))[0]
    assert row["password_hash"].startswith("$argon2id$")
    assert FORM["password"] not in row["everything"]


@pytest.mark.parametrize(
    ("place", "years", "days", "expected"),
    [
        (("FR", None), 13, 0, 201),
        (("FR", None), 13, 1, 422),
        (("US", None), 13, 0, 201),
        (("CA", "ON"), 13, 0, 201),
        (("CA", "QC"), 13, 0, 422),
        (("CA", "QC"), 14, 0, 201),
        (("CA", "QC"), 14, 1, 422),
    ],
)
async def test_the_birthday_itself_counts(
    realm: Realm, place: tuple[str, str | None], years: int, days: int, expected: int
) -> None:
    realm.clock.advance(timedelta(days=120) if realm.clock.now().month == 2 else timedelta())  # no 29 February
    today, (country, region) = realm.clock.now().date(), place
    born = today.replace(year=today.year - years) + timedelta(days=days)
    status, slug = await _sign_up(realm, country=country, region=region, birth_date=born.isoformat())
    assert (status, slug) == (expected, "too-young" if expected == 422 else "")


async def test_too_young_says_from_which_age_on(realm: Realm, clock: HandClock) -> None:
    born = (clock.now() - timedelta(days=365 * 13 + 100)).date().isoformat()
    form = FORM | {"country": "CA", "region": "QC", "birth_date": born}
    answer = await realm.client(**{"Accept-Language": "fr-CA"}).post("/accounts", json=form)
    assert answer.json()["minimum_age"] == 14
    assert "14" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"country": "CA"}, "region-required"),
        ({"country": "CA", "region": "75"}, "region-not-of-country"),
        ({"country": "FR", "region": "75"}, "region-not-of-country"),
        ({"country": "XX"}, "country-unknown"),
        ({"country": "fr"}, "country-unknown"),
        ({"password": "too short"}, "password-too-weak"),
        ({"password": "x" * 257}, "password-too-weak"),
        ({"handle": "abcdefghij.k", "password": "ABCDEFGHIJ.K"}, "password-too-weak"),
        ({"locale": "tlh"}, "locale-not-offered"),
        ({"email": "nobody"}, "email-not-taken"),
        ({"email": "a\0b@example.org"}, "email-not-taken"),
        ({"birth_date": "31/01/1990"}, "request-not-understood"),
        ({"birth_date": "2990-01-31"}, "too-young"),
        ({"handle": "a"}, "handle-not-allowed"),
        ({"handle": "a" * 31}, "handle-not-allowed"),
        ({"handle": "dora..b"}, "handle-not-allowed"),
        ({"handle": "settings"}, "handle-not-allowed"),
        ({"handle": "d\0ra"}, "handle-not-allowed"),
        ({"handle": None}, "request-not-understood"),
    ],
)
async def test_a_form_that_is_wrong_is_refused_by_name(realm: Realm, form: dict[str, Any], expected: str) -> None:
    before = await realm.count_rows()
    assert await _sign_up(realm, **form) == (422, expected)
    assert await realm.count_rows() == before


async def test_a_handle_is_given_once_in_whatever_case(realm: Realm) -> None:
    assert await _sign_up(realm, handle="ANA") == (409, "handle-taken")


async def test_every_iso_country_is_offered_with_its_age_and_canada_with_its_provinces(realm: Realm) -> None:
    offered = (await realm.client().get("/countries")).json()["items"]
    assert {country["code"] for country in offered} == {country.alpha_2 for country in pycountry.countries}
    assert {country["minimum_age"] for country in offered} == {13}
    regions = {country["code"]: country["regions"] for country in offered if country["regions"]}
    assert regions.keys() == {"CA"}
    assert len(regions["CA"]) == 13
    assert {region["code"] for region in regions["CA"] if region["minimum_age"] == 14} == {"QC"}


async def test_sign_ups_from_one_address_are_limited_for_an_hour(realm: Realm, clock: HandClock) -> None:
    limit, taken = realm.settings.sign_ups, FORM | {"handle": "ana"}
    client = realm.client()
    statuses = [(await client.post("/accounts", json=taken)).status_code for _ in range(limit)]
    assert set(statuses) <= {409, 429}
    refused = await client.post("/accounts", json=FORM)
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 0 < wait <= 3600
    assert str(wait) in refused.json()["detail"]
    clock.advance(timedelta(seconds=wait + 1))
    assert (await client.post("/accounts", json=FORM)).status_code == 201
