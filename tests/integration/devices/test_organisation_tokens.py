"""A token of an organisation's opens its directory and nothing else, until it expires or is revoked."""

from datetime import timedelta

import pytest
from tests.integration.devices.directories import Provider, insert_organisation, open_directory
from tests.integration.world import SITE, Realm

from reelm import devices

DAY = timedelta(days=1)


async def status(provider: Provider) -> int:
    return (await provider.call("GET", "/Users")).status_code


async def test_a_token_holds_until_it_expires_and_is_then_forgotten(realm: Realm) -> None:
    provider = await open_directory(realm)
    realm.clock.advance(90 * DAY - timedelta(seconds=1))
    assert await status(provider) == 200
    realm.clock.advance(timedelta(seconds=1))
    assert await status(provider) == 401
    async with realm.cell.database.write() as unit:
        await devices.sweep_tokens(unit, at=realm.clock.now())
        assert await devices.list_tokens(unit, provider.organisation) == []


async def test_a_token_that_is_revoked_opens_nothing_and_no_other_is(realm: Realm) -> None:
    provider = await open_directory(realm)
    other = await open_directory(realm, "elsewhere")
    at = realm.clock.now()
    async with realm.cell.database.write() as unit:
        (token,) = await devices.list_tokens(unit, provider.organisation)
        with pytest.raises(devices.TokenNotFound):
            await devices.revoke_token(unit, other.organisation, token.id, at=at)
        await devices.revoke_token(unit, provider.organisation, token.id, at=at)
        await devices.revoke_token(unit, provider.organisation, token.id, at=at + DAY)
        (token,) = await devices.list_tokens(unit, provider.organisation)
    assert token.revoked_at == at
    assert (await status(provider), await status(other)) == (401, 200)


@pytest.mark.parametrize("lasts", [timedelta(0), -DAY, 367 * DAY])
async def test_a_token_is_for_a_year_at_most(realm: Realm, lasts: timedelta) -> None:
    organisation = await insert_organisation(realm, "institution")
    async with realm.cell.database.write() as unit:
        with pytest.raises(devices.TokenLastsTooLong):
            await devices.make_token(
                unit, organisation, devices.TokenPurpose.DIRECTORY, lasts=lasts, at=realm.clock.now()
            )


async def test_nothing_that_is_kept_or_listed_opens_anything(realm: Realm) -> None:
    provider = await open_directory(realm)
    async with realm.cell.database.read() as unit:
        (listed,) = await devices.list_tokens(unit, provider.organisation)
    (row,) = await realm.rows("SELECT * FROM organisation_tokens")
    assert provider.token not in str(dict(row)) + str(listed)
    assert len(provider.token) >= 43
    for known in (listed.id, row["token_hash"].hex()):
        assert await status(Provider(realm, provider.organisation, provider.code, known)) == 401


async def test_who_shows_no_token_is_told_apart_from_who_shows_a_wrong_one(realm: Realm) -> None:
    await open_directory(realm)
    url = f"{SITE}/scim/v2/institution/Users"
    challenges = {
        None: "Bearer",
        "wrong": 'Bearer error="invalid_token"',
        realm.people.ana: 'Bearer error="invalid_token"',
    }
    for who, challenge in challenges.items():
        answer = await realm.client(who).get(url)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, challenge)


async def test_a_token_of_an_organisation_is_no_session(realm: Realm) -> None:
    provider = await open_directory(realm)
    assert (await realm.client(provider.token).get("/me")).status_code == 401
