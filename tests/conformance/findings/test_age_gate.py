"""C2 of PIPEDA Findings #2025-003: an age gate that another date of birth opens is none."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.world import SITE, Realm

from reelm import accounts

FORM = {"handle": "kim", "password": "a password for tests", "country": "CA", "region": "QC", "locale": "fr-CA"}


def born(realm: Realm, years: int) -> str:
    """Somebody who is so old, and some months."""
    today = realm.clock.now().date()
    return f"{today.year - years}-01-01"


async def sign_up(realm: Realm, *, years: int, cookie: str = "", **changed: str) -> tuple[int, str, str]:
    """Status, kind of refusal, and the cookie that is set."""
    headers = {"Cookie": cookie} if cookie else {}
    form: dict[str, Any] = FORM | {"birth_date": born(realm, years)} | changed
    answer = await realm.client(**headers).post("/accounts", json=form)
    kind = answer.json().get("type", "").rsplit("/", 1)[-1]
    return answer.status_code, kind, answer.headers.get("set-cookie", "")


async def test_c2_the_same_browser_is_not_believed_another_date(realm: Realm) -> None:
    status, kind, cookie = await sign_up(realm, years=12)
    assert (status, kind) == (422, "too-young")
    assert "HttpOnly" in cookie
    assert "12" not in cookie.partition(";")[0]
    mark = cookie.partition(";")[0]
    for handle in ("kim", "kim.again", "somebody.else"):  # back button, cleared form, second tab
        assert (await sign_up(realm, years=20, cookie=mark, handle=handle))[:2] == (422, "age-already-said")


async def test_c2_the_same_handle_is_not_believed_without_its_cookies(realm: Realm) -> None:
    await sign_up(realm, years=12)
    assert (await sign_up(realm, years=20))[:2] == (422, "age-already-said")
    assert (await sign_up(realm, years=20, handle="KIM"))[:2] == (422, "age-already-said")


async def test_c2_an_address_that_tries_again_and_again_is_not_believed_at_all(realm: Realm) -> None:
    for number in range(5):
        await sign_up(realm, years=12, handle=f"kid.{number}")
    assert (await sign_up(realm, years=20, handle="grown.up"))[:2] == (422, "age-already-said")


async def test_one_child_does_not_shut_out_their_school(realm: Realm) -> None:
    await sign_up(realm, years=12)
    assert (await sign_up(realm, years=17, handle="classmate"))[0] == 201


async def test_a_slip_is_no_age(realm: Realm) -> None:
    assert (await sign_up(realm, years=-5))[:2] == (422, "too-young")
    assert (await sign_up(realm, years=20))[0] == 201


async def test_it_ends_after_a_day_and_leaves_nothing(realm: Realm) -> None:
    await sign_up(realm, years=12)
    realm.clock.advance(timedelta(days=1, minutes=1))
    await accounts.sweep(realm.cell.database, at=realm.clock.now())
    assert await realm.rows("SELECT 1 FROM rate_limits") == []
    assert (await sign_up(realm, years=20))[0] == 201


@pytest.mark.parametrize(("country", "region", "minimum"), [("CA", "QC", 14), ("CA", "AB", 13), ("FR", None, 13)])
async def test_c1_below_the_minimum_age_there_is_no_account_and_no_row(
    country: str, region: str | None, minimum: int, realm: Realm
) -> None:
    before = await realm.count_rows()
    form: dict[str, Any] = FORM | {"country": country, "birth_date": born(realm, minimum - 2)}
    form = {**form, "region": region} if region else {name: form[name] for name in form if name != "region"}
    answer = await realm.client().post(f"{SITE}/api/v1/accounts", json=form)
    assert (answer.status_code, answer.json()["minimum_age"]) == (422, minimum)
    after = await realm.count_rows()
    assert {name for name in after if after[name] != before[name]} <= {"rate_limits"}
