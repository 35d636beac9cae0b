"""Devices that take declarations: over TLS, each message both ways checked against Apple's schema."""

import json
import plistlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.devices.apple_schema import beside_schema
from tests.integration.devices.apple import CHECK_IN, AppleDevice
from tests.integration.devices.fleet import APP, Fleet, open_fleet
from tests.integration.devices.zones import Zones
from tests.integration.world import Stage

from reelm.devices import compile_decisions, read_decision
from reelm.devices.mdm.declarations import ORGANISATION, PROFILE, STATUS
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

pytestmark = beside_schema

ASKED = ["InstalledApplicationList", "InstalledApplicationList"]
TOLD = "DeclarativeManagement"
DEADLINE = timedelta(days=2)
OTHER = {
    "app__apple": ["example.other"],
    "app__android": ["example.other.android"],
    "app__domains": ["other.example"],
}
NOTHING: dict[str, list[Any]] = {"Activations": [], "Assets": [], "Configurations": [], "Management": []}


@pytest.fixture
async def fleet(
    settings: Settings, clock: HandClock, stage: Stage, zones: Zones, tmp_path: Path
) -> AsyncGenerator[Fleet]:
    async with open_fleet(settings, clock, stage, zones, tmp_path) as opened:
        yield opened


async def _take(fleet: Fleet, *, asking: bool = True) -> tuple[AppleDevice, str]:
    """A supervised phone that has what is declared to it, and the decision."""
    phone = await fleet.apple("iphone-1", "supervised", is_declarative=True)
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == ([TOLD, *ASKED] if asking else [TOLD])
    return phone, id


async def _lift(fleet: Fleet, id: str) -> None:
    await fleet.institution.pass_days(1)
    await fleet.institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Done."}})


async def test_what_was_said_of_a_profile_that_is_gone_counts_for_no_later_decision(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    await _lift(fleet, id)
    assert await phone.poll() == [TOLD]
    again = await fleet.institution.publish()
    assert await phone.poll() == ["InstalledApplicationList"]
    assert await fleet.state(again, phone) == "not-compliant"
    tokens = phone.engine.token
    fleet.clock.advance(DEADLINE)
    assert TOLD in await phone.poll()
    assert phone.engine.token != tokens
    assert await fleet.state(again, phone) == "compliant"


async def _fault(fleet: Fleet) -> str:
    (row,) = await fleet.institution.realm.rows("SELECT told_fault FROM mdm_enrolments")
    return row["told_fault"]


async def test_a_phone_hides_the_app_by_itself_says_so_and_all_is_back_when_it_is_lifted(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised", is_declarative=True)
    before = await phone.engine.list_items(), await phone.engine.get_tokens()
    assert before[0]["Declarations"] == NOTHING
    id = await fleet.institution.publish()
    assert await phone.poll() == ["InstalledApplicationList"], "before the deadline nothing is declared"
    assert phone.engine.held == {}
    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == [TOLD, *ASKED]
    assert not phone.can_open(APP)
    assert phone.can_open("org.private.diary")
    assert await fleet.state(id, phone) == "compliant"
    fleet.clock.advance(timedelta(minutes=1))
    await phone.poll()
    assert await phone.poll() == []
    assert "InstallProfile" not in phone.done
    assert phone.engine.subscriptions() == {"management.declarations"}

    await _lift(fleet, id)
    assert await phone.poll() == [TOLD]
    assert (phone.profiles, phone.engine.held) == ({}, {})
    assert phone.can_open(APP)
    after = await phone.engine.list_items(), await phone.engine.get_tokens()
    assert after[0] == before[0]
    assert _token(after[1]) == _token(before[1])
    assert await phone.poll() == []


def _token(tokens: bytes) -> str:
    return json.loads(tokens)["SyncTokens"]["DeclarationsToken"]


async def test_the_profile_is_the_one_that_a_command_would_install(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    document = (await fleet.institution.realm.client().get(f"/register/{id}/document")).content
    made = compile_decisions("mobileconfig", [read_decision(document).decision], [])["supervised.mobileconfig"]
    assert list(phone.profiles.values()) == [made]


async def test_an_older_phone_gets_the_profile_by_a_command_and_nothing_is_declared_to_it(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == [TOLD, "InstallProfile", *ASKED]
    phone.is_declarative = True
    fleet.clock.advance(timedelta(days=2))
    assert TOLD not in await phone.poll(), "it has the profile, and gets it in no second way"
    assert (await phone.engine.list_items())["Declarations"] == NOTHING


async def test_only_what_has_changed_is_fetched_again(fleet: Fleet) -> None:
    phone, _ = await _take(fleet)
    tokens = {name: one["ServerToken"] for name, (_, one) in phone.engine.held.items()}
    phone.engine.fetched.clear()
    other = await fleet.institution.publish(**OTHER)
    fleet.clock.advance(DEADLINE)
    assert TOLD in await phone.poll()
    changed = {name for name, (_, one) in phone.engine.held.items() if one["ServerToken"] != tokens[name]}
    assert set(phone.engine.fetched) == {PROFILE}
    assert changed == {PROFILE}
    assert len(phone.profiles) == 1
    await _lift(fleet, other)
    await phone.poll()
    assert {name: one["ServerToken"] for name, (_, one) in phone.engine.held.items()} == tokens


async def test_a_mac_is_told_whom_to_ask_and_what_it_may_have_besides_stays_unknown(fleet: Fleet) -> None:
    mac = await fleet.apple("mac-1", "device", "macos", is_declarative=True)
    id = await fleet.institution.publish()
    mac.apps.remove(APP)
    fleet.clock.advance(DEADLINE)
    assert await mac.poll() == [TOLD, *ASKED]
    assert mac.profiles == {}
    assert mac.engine.held[ORGANISATION][1]["Payload"]["Name"] == "Example Institution"
    assert await fleet.state(id, mac) == "cannot-be-verified"
    await _lift(fleet, id)
    await mac.poll()
    assert mac.engine.held == {}


async def test_a_phone_under_user_enrolment_is_told_nothing_and_may_ask(fleet: Fleet) -> None:
    phone = await fleet.apple("own-iphone", "user", is_declarative=True)
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == []
    assert (await phone.engine.list_items())["Declarations"] == NOTHING
    assert (await phone.engine.send(_report(PROFILE))).status_code == 200
    await fleet.look_over()
    assert await fleet.state(id, phone) == "cannot-be-verified"


def _report(*identifiers: str) -> dict[str, Any]:
    said = [{"identifier": one, "server-token": "t", "active": True, "valid": "valid"} for one in identifiers]
    lists = {"activations": [], "configurations": said, "assets": [], "management": []}
    return {"StatusItems": {"management": {"declarations": lists}}, "Errors": []}


async def test_an_enrolled_phone_filters_sites_and_whether_the_app_is_there_is_still_asked(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-2", "device", is_declarative=True)
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == [TOLD, *ASKED]
    (profile,) = phone.profiles.values()
    assert b"blockedAppBundleIDs" not in profile
    assert await fleet.state(id, phone) == "not-compliant"
    assert (await phone.engine.report()).status_code == 200
    assert await fleet.state(id, phone) == "not-compliant"


async def test_what_a_phone_can_not_put_in_force_is_not_compliant_and_why_is_kept(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised", is_declarative=True)
    phone.engine.refuses = {PROFILE: "Error.ConfigurationCannotBeApplied"}
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    phone.apps.remove(APP)
    phone.engine.is_silent = True
    assert TOLD in await phone.poll()
    assert await fleet.state(id, phone) == "compliant", "it has answered that the app is not there"
    fleet.clock.advance(timedelta(minutes=1))
    assert (await phone.engine.report()).status_code == 200
    assert await fleet.state(id, phone) == "not-compliant", "and can't keep anybody from installing it"
    assert await _fault(fleet) == f"{PROFILE}: Error.ConfigurationCannotBeApplied"
    entries = await fleet.institution.realm.rows("SELECT state FROM device_history ORDER BY since, entry")
    assert entries[-1]["state"] == "not-compliant"

    fleet.clock.advance(timedelta(minutes=1))
    assert await phone.poll() == ASKED, "whether the app is there is asked at once"
    assert await fleet.state(id, phone) == "compliant"
    assert (await phone.engine.report()).status_code == 200
    assert await fleet.state(id, phone) == "compliant", "the same said again takes nothing back"


async def test_a_phone_that_lets_go_of_the_profile_is_compliant_no_longer(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    assert await fleet.state(id, phone) == "compliant"
    phone.engine.refuses = {PROFILE: "Error.ConfigurationIsInvalid"}
    phone.profiles.clear()
    fleet.clock.advance(timedelta(hours=1))
    assert (await phone.engine.report(FullReport=True)).status_code == 200
    assert await fleet.state(id, phone) == "not-compliant"


async def test_silence_is_told_as_silence_and_what_was_said_long_ago_counts_no_more(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised", is_declarative=True)
    phone.engine.is_silent = True
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    await phone.poll()
    assert not phone.can_open(APP), "it has done what it was told, and has not said so"
    assert await fleet.state(id, phone) == "not-compliant"
    assert (await phone.engine.report()).status_code == 200
    assert await fleet.state(id, phone) == "compliant"
    await fleet.institution.pass_days(4)
    await fleet.look_over()
    assert await fleet.state(id, phone) == "stale"
    await phone.poll()
    assert await fleet.state(id, phone) == "not-compliant", (
        "the app is there, and that it is hidden was said too long ago"
    )


async def test_whoever_is_excepted_has_nothing_declared(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    await fleet.institution.pass_days(1)
    await fleet.except_(id, phone.listed)
    assert await phone.poll() == [TOLD]
    assert (phone.profiles, phone.engine.held) == ({}, {})
    assert phone.can_open(APP)
    await fleet.look_over()
    assert await fleet.state(id, phone) == "exempt"


async def test_what_is_put_off_or_fails_is_told_again_and_no_profile_goes_another_way(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised", is_declarative=True)
    await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    phone.answers = {TOLD: "NotNow"}
    assert await phone.poll() == [TOLD, *ASKED]
    assert phone.profiles == {}
    phone.answers = {}
    fleet.clock.advance(timedelta(minutes=1))
    assert await phone.poll() == [TOLD, *ASKED]
    assert not phone.can_open(APP)
    phone.answers = {TOLD: "Error"}
    await fleet.institution.publish(**OTHER)
    fleet.clock.advance(DEADLINE)
    assert TOLD in await phone.poll()
    phone.answers = {}
    assert TOLD not in await phone.poll(), "what failed rests for a day"
    fleet.clock.advance(timedelta(hours=25))
    assert TOLD in await phone.poll()
    assert "InstallProfile" not in phone.done


async def test_a_profile_is_for_its_own_device_by_the_address_that_it_was_told(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    other = await fleet.apple("iphone-3", "supervised", is_declarative=True)
    await other.poll()
    path = _path(phone)
    assert (await fleet.site.client().get(path)).headers["cache-control"] == "no-store"
    mine, name = path.rsplit("/", 1)
    theirs = _path(other).rsplit("/", 1)
    for wrong in (f"{mine}/{theirs[1]}", f"{theirs[0]}/{name}", f"{mine}/{name[:-1]}", f"{mine}/{'A' * 43}"):
        answer = await fleet.site.client().get(wrong)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/declaration-unknown"), wrong
    await _lift(fleet, id)
    assert (await fleet.site.client().get(path)).status_code == 404


async def test_a_proxy_that_has_another_devices_certificate_shown_gets_no_profile(fleet: Fleet) -> None:
    phone, _ = await _take(fleet)
    other = await fleet.apple("iphone-3", "supervised")
    app = fleet.institution.realm.app
    cell = app.state.cell
    behind = cell.settings.model_copy(update={"listen": "unix:/run/web.sock", "client_certs": True})
    app.state.cell = replace(cell, settings=behind)
    for shown, status in ((phone.as_header(), 200), (other.as_header(), 404), (":AAAA:", 403)):
        got = await phone.http.get(_path(phone), headers={"Client-Cert": shown})
        assert got.status_code == status, got.text
    app.state.cell = cell


def _path(phone: AppleDevice) -> str:
    return phone.engine.held[PROFILE][1]["Payload"]["ProfileURL"].removeprefix(phone.site.base)


async def test_a_device_asks_and_reports_for_itself_only(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    other = await fleet.apple("iphone-3", "supervised", is_declarative=True)
    other.name, own = phone.name, other.name
    for endpoint in ("tokens", "declaration-items", f"declaration/configuration/{PROFILE}", "status"):
        refused = await other.engine.ask(endpoint)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/device-certificate-of-another")
    other.name = own
    assert await fleet.state(id, phone) == "compliant"


@pytest.mark.parametrize(
    "endpoint",
    ["declaration/configuration/nothing", f"declaration/management/{PROFILE}", f"declaration/asset/{STATUS}"],
)
async def test_what_is_not_declared_is_not_found(fleet: Fleet, endpoint: str) -> None:
    phone, _ = await _take(fleet)
    missing = await phone.engine.ask(endpoint)
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/declaration-unknown")


async def test_rubbish_is_refused_cleanly_and_changes_nothing(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    held = _report(*[PROFILE] * 501)
    for endpoint, data, where in (
        ("everything", None, "Endpoint"),
        ("declaration/configuration", None, "Endpoint"),
        ("status", None, "Data"),
        ("status", b"no JSON", "Data"),
        ("status", b"[" * 100_000, "Data"),
        ("status", b"{}", "Data.StatusItems"),
        ("status", b" " * 300_000, "Data"),
        ("status", json.dumps(held).encode(), "Data.StatusItems.management.declarations.configurations"),
    ):
        refused = await phone.engine.ask(endpoint, data)
        assert (refused.status_code, refused.json()["where"]) == (400, where), endpoint
    text = {"MessageType": "DeclarativeManagement", "Endpoint": "status", "Data": "text"}
    user = {"MessageType": "DeclarativeManagement", "Endpoint": "tokens", "UserID": str(phone.listed.id)}
    for told in (text, user):
        body = plistlib.dumps(phone.identity | told)
        assert (await phone.send("/mdm/checkin", body, CHECK_IN)).status_code == 400
    assert await fleet.state(id, phone) == "compliant"


async def test_a_phone_that_leaves_has_nothing_declared_and_enrols_anew_with_another_address(fleet: Fleet) -> None:
    phone, id = await _take(fleet)
    path = _path(phone)
    assert (await phone.check_out()).status_code == 200
    assert (await fleet.site.client().get(path)).status_code == 404
    assert (await phone.engine.ask("tokens")).status_code == 403
    await fleet.look_over()
    assert await fleet.state(id, phone) == "unmanaged"
