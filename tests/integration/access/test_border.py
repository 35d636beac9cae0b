"""Staff who look from where another realm serves people show the data there: decided and logged as a crossing."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.integration.access.journeys import EMAIL, LOCATION, Office, refusal
from tests.integration.ledger.running import Ledger
from tests.integration.world import Realm

from reelm import access
from reelm.accounts import Role
from reelm.gateway import Rulebook
from reelm.infra.settings import Settings
from reelm.kernel.ids import RealmCode

# As if Québec's realm stood in for Switzerland.
SERVES = {"US": RealmCode("us"), "CH": RealmCode("ca-qc"), "FR": RealmCode("eu")}


@pytest.fixture
def bordered(realm: Realm, settings: Settings) -> Realm:
    """A realm beside two others."""

    async def is_minor(unit: object, person: object, at: object) -> bool:
        return False

    border = access.Border(RealmCode("eu"), Rulebook(settings.policies_dir), SERVES.get, is_minor)
    realm.app.state.cell = replace(realm.cell, desk=replace(realm.cell.desk, border=border))
    return realm


async def crossings(realm: Realm, kind: str) -> list[dict[str, Any]]:
    rows = await realm.rows("SELECT body FROM ledger_entries WHERE kind = $1 ORDER BY queue_no", kind)
    return [json.loads(row["body"]) for row in rows]


async def test_a_look_at_home_crosses_no_border(bordered: Realm, office: Office, running: Ledger) -> None:
    await office.see(bordered.people.mia, await office.open(bordered.people.mia, bordered.people.olga))
    assert await crossings(bordered, "crossing") == []


async def test_a_look_from_another_realm_is_in_the_log_as_a_crossing_to_it(
    bordered: Realm, office: Office, running: Ledger
) -> None:
    luc = await bordered.hire("luc", Role.MODERATOR, "CH")
    opened = await office.open(luc, bordered.people.olga, classes=[LOCATION])
    assert (await office.look(luc, opened)).status_code == 200
    (crossing,) = await crossings(bordered, "crossing")
    fact = crossing["fact"]
    assert (fact["to"], fact["message"], fact["purpose"]) == ("ca-qc", "look", "support")
    assert fact["classes"] == [LOCATION]
    assert crossing["actor"]
    assert crossing["subject"]


async def test_what_never_crosses_is_not_shown_abroad_whoever_approved(
    bordered: Realm, office: Office, running: Ledger
) -> None:
    luc = await bordered.hire("luc", Role.MODERATOR, "CH")
    opened = await office.open(luc, bordered.people.olga, classes=[LOCATION, EMAIL])
    assert refusal(await office.look(luc, opened)) == (451, "crossing-refused")
    (refused,) = await crossings(bordered, "crossing-refused")
    assert refused["fact"]["rule"] == "never"
    assert await office.entries("access-read") == []


async def test_without_an_assessment_for_support_nothing_is_shown_there(
    bordered: Realm, office: Office, running: Ledger
) -> None:
    uma = await bordered.hire("uma", Role.OPERATOR, "US")
    opened = await office.open(uma, bordered.people.olga, classes=[LOCATION])
    assert refusal(await office.look(uma, opened)) == (451, "crossing-refused")
    (refused,) = await crossings(bordered, "crossing-refused")
    assert refused["fact"]["rule"] == "no-transfer-without-assessment"
