"""Nothing is held beyond its time but for a case, and a hold covers what it names and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.world import Realm

from reelm import accounts, holds, media, privacy
from reelm.cli.retention_health import look_at_retention
from reelm.infra.db.columns import metadata
from reelm.infra.db.data_map import draw_data_map
from reelm.kernel.ids import AccountId
from reelm.kernel.roles import Role

BEHAVIOR, EMAIL = "user.behavior", "user.contact.email"


def form(realm: Realm, **more: Any) -> dict[str, Any]:
    return {
        "case": "2026-17",
        "reason": "A court has ordered it.",
        "handles": ["ana"],
        "classes": [BEHAVIOR],
        "until": (realm.clock.now() + timedelta(days=200)).isoformat(),
    } | more


async def begin(realm: Realm, **more: Any) -> dict[str, Any]:
    answer = await realm.client(realm.people.olga).post("/holds", json=form(realm, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def night(realm: Realm) -> dict[str, privacy.retention.Night]:
    found = await privacy.retention.enforce(realm.cell.database, realm=realm.settings.realm, at=realm.clock.now())
    return {one.table: one for one in found}


async def count_sessions(realm: Realm, handle: str) -> int:
    rows = await realm.rows(
        "SELECT count(*) AS n FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE a.handle = $1", handle
    )
    return rows[0]["n"]


async def account_of(realm: Realm, handle: str) -> AccountId:
    rows = await realm.rows("SELECT id FROM accounts WHERE handle = $1", handle)
    return AccountId(rows[0]["id"])


def test_every_table_that_ends_with_time_names_a_moment_that_it_has() -> None:
    rules = privacy.retention.list_rules(draw_data_map())
    assert {"sessions", "showings", "uploads", "rate_limits"} <= {rule.table for rule in rules}
    for rule in rules:
        assert rule.since in metadata.tables[rule.table].c, rule.table


async def test_the_night_deletes_what_is_over_its_time_and_says_how_much(realm: Realm) -> None:
    assert await count_sessions(realm, "ben") > 0
    await night(realm)
    assert sum(one.deleted + one.left_over for one in (await night(realm)).values()) == 0
    realm.clock.advance(timedelta(days=61))
    found = await night(realm)
    assert await count_sessions(realm, "ben") == 0
    assert found["sessions"].deleted > 1
    assert all(one.left_over == 0 for one in found.values())
    async with realm.cell.database.read() as unit:
        finding = await look_at_retention(unit)
    assert (finding.ok, "0 kept for a case" in finding.what) == (True, True)


async def test_what_nobody_deletes_is_told(realm: Realm) -> None:
    """An upload has bytes: the night does not delete its row alone, and says that somebody should have."""
    await realm.upload(realm.people.ana, b"x" * 10)
    realm.clock.advance(timedelta(days=3))
    found = await night(realm)
    assert found["uploads"].left_over == 1
    async with realm.cell.database.read() as unit:
        finding = await look_at_retention(unit)
    assert not finding.ok
    assert "uploads (1)" in finding.what
    await media.expire(realm.cell.inbox, at=realm.clock.now())
    assert (await night(realm))["uploads"].left_over == 0
    async with realm.cell.database.read() as unit:
        assert (await look_at_retention(unit)).ok


async def test_a_hold_keeps_what_it_covers_past_sweep_and_night(realm: Realm) -> None:
    held, free = await count_sessions(realm, "ana"), await count_sessions(realm, "ben")
    assert held > 0
    assert free > 0
    await begin(realm)
    await realm.upload(realm.people.ana, b"x" * 10)
    realm.clock.advance(timedelta(days=61))
    await accounts.sweep(realm.cell.database, at=realm.clock.now())
    await media.expire(realm.cell.inbox, at=realm.clock.now())
    found = await night(realm)
    assert (await count_sessions(realm, "ana"), await count_sessions(realm, "ben")) == (held, 0)
    assert (found["sessions"].held, found["uploads"].held) == (held, 1)
    assert all(one.left_over == 0 for one in found.values())


async def test_a_hold_covers_no_other_class(realm: Realm) -> None:
    await begin(realm, classes=[EMAIL])
    realm.clock.advance(timedelta(days=61))
    await accounts.sweep(realm.cell.database, at=realm.clock.now())
    assert await count_sessions(realm, "ana") == 0


async def test_a_hold_ends_by_itself_and_then_names_nobody(realm: Realm) -> None:
    made = await begin(realm)
    realm.clock.advance(timedelta(days=200))
    found = await night(realm)
    assert found["sessions"].held == 0
    assert await count_sessions(realm, "ana") == 0
    reader = await realm.hire("otto.two", Role.OPERATOR)
    (shown,) = (await realm.client(reader).get("/holds")).json()["items"]
    assert (shown["id"], shown["handles"], shown["ended_at"] is not None) == (made["id"], [], True)
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'legal-hold' ORDER BY queue_no")
    assert [b'"step":"begun"' in row["body"] for row in rows] == [True, False]
    assert not any(b"2026-17" in row["body"] or b"court" in row["body"] for row in rows)


async def test_whoever_is_held_is_not_free_until_it_ends(realm: Realm) -> None:
    made, ana = await begin(realm), await account_of(realm, "ana")
    async with realm.cell.database.read() as unit:
        with pytest.raises(holds.HeldForCase) as refused:
            await holds.check_free(unit, ana, realm.clock.now())
        assert refused.value.until == realm.clock.now() + timedelta(days=200)
        await holds.check_free(unit, await account_of(realm, "ben"), realm.clock.now())
    ended = await realm.client(realm.people.otto).delete(f"/holds/{made['id']}")
    assert ended.status_code == 204
    again = await realm.client(realm.people.otto).delete(f"/holds/{made['id']}")
    assert again.status_code == 404
    async with realm.cell.database.read() as unit:
        await holds.check_free(unit, ana, realm.clock.now())


@pytest.mark.parametrize(
    ("wrong", "status", "problem"),
    [
        ({"case": ""}, 422, "hold-not-understood"),
        ({"reason": " "}, 422, "hold-not-understood"),
        ({"handles": []}, 422, "hold-not-understood"),
        ({"handles": ["nobody.here"]}, 404, "account-not-found"),
        ({"classes": []}, 422, "hold-not-understood"),
        ({"classes": ["system.operations"]}, 422, "hold-not-understood"),
        ({"until": "2099-01-01T00:00:00Z"}, 422, "hold-not-understood"),
        ({"until": "2020-01-01T00:00:00Z"}, 422, "hold-not-understood"),
    ],
)
async def test_a_hold_without_case_scope_or_end_is_refused(
    wrong: dict[str, Any], status: int, problem: str, realm: Realm
) -> None:
    answer = await realm.client(realm.people.olga).post("/holds", json=form(realm, **wrong))
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (status, problem)
    assert await realm.rows("SELECT 1 FROM legal_holds") == []


async def test_one_case_has_one_hold(realm: Realm) -> None:
    await begin(realm)
    answer = await realm.client(realm.people.olga).post("/holds", json=form(realm))
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "case-known")
