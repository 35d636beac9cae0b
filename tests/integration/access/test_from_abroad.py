"""Private data isn't shown in countries that the operator doesn't name, whoever agrees; the log tells from where."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.integration.access.journeys import EMAIL, LOCATION, Office, refusal
from tests.integration.ledger.running import Ledger
from tests.integration.world import Realm

from reelm.accounts import Role

Limit = Callable[..., None]
REFUSED = (403, "country-may-not")


@pytest.fixture
def show_only_in(realm: Realm) -> Limit:
    """Name the countries, as REELM_STAFF_COUNTRIES does."""

    def limit(*countries: str) -> None:
        desk = replace(realm.cell.desk, countries=frozenset(countries))
        realm.app.state.cell = replace(realm.cell, desk=desk)

    return limit


async def test_with_no_country_named_staff_look_from_anywhere_and_the_entry_says_where(
    realm: Realm, office: Office, running: Ledger
) -> None:
    uma = await realm.hire("uma", Role.OPERATOR, "US")
    for country, who, second in (("US", uma, realm.people.olga), ("FR", realm.people.mia, uma)):
        await office.see(who, await office.open(who, second))
        assert (await office.entries("access-opened"))[-1]["fact"]["country"] == country
    await office.break_glass(uma)
    assert (await office.entries("break-glass"))[-1]["fact"]["country"] == "US"


async def test_from_another_country_nothing_is_asked_for_nor_opened_nor_seen(
    realm: Realm, office: Office, running: Ledger, show_only_in: Limit
) -> None:
    uma, olga = await realm.hire("uma", Role.OPERATOR, "US"), realm.people.olga
    opened = await office.open(uma, olga, classes=[LOCATION, EMAIL])
    approved = await office.ask(uma)
    await office.do(olga, approved, "approve")
    before = await office.kinds()
    show_only_in("FR", "BE")
    for path in ("requests", "break-glass"):
        assert refusal(await realm.client(uma).post(f"/access/{path}", json=office.form())) == REFUSED
    assert refusal(await office.act(uma, approved, "open")) == REFUSED
    assert refusal(await office.look(uma, opened)) == REFUSED
    kinds = await office.kinds()
    assert kinds - before == {"access-ended": 1}  # it ended there: whoever had it may not have it any more
    assert (await office.entries("access-ended"))[-1]["fact"]["cause"] == "revoked"
    listed = {one["id"]: one["may"] for one in await office.requests(uma)}
    assert not any(listed[id][power] for id in (opened, approved) for power in ("open", "read"))
    await office.assert_balanced()


async def test_what_shows_nothing_can_be_done_from_anywhere(
    realm: Realm, office: Office, running: Ledger, show_only_in: Limit
) -> None:
    show_only_in("FR")
    uma = await realm.hire("uma", Role.OPERATOR, "US")
    id = await office.open(realm.people.mia, uma)
    await office.see(realm.people.mia, id)
    await office.do(uma, id, "end")


async def test_whoever_moves_abroad_sees_nothing_more(
    realm: Realm, office: Office, running: Ledger, show_only_in: Limit
) -> None:
    show_only_in("FR")
    mia = realm.people.mia
    id = await office.open(mia, realm.people.olga)
    await office.see(mia, id)
    async with realm.cell.database.write() as unit:
        await unit.write(text("UPDATE accounts SET country = 'US' WHERE handle = 'mia'"))
    assert refusal(await office.look(mia, id)) == REFUSED
