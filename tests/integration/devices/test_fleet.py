"""A fleet of seven kinds of devices, over TLS: what a decision comes to on each, and that lifting it leaves no trace.

Apple's devices are simulated (`apple.py`), each message checked against Apple's schema. Androids are not exercised
live: their policies go to a vendor's service, and what that knows of them comes here as an inventory.
"""

import json
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.conformance.devices.apple_schema import beside_schema
from tests.integration.devices.apple import CHECK_IN, COMMAND, AppleDevice
from tests.integration.devices.fleet import APP, Fleet, open_fleet
from tests.integration.devices.gadget import Gadget
from tests.integration.devices.roster import PERSONAL, Listed, invite, list_device
from tests.integration.devices.zones import Zones
from tests.integration.world import Stage

from reelm.devices import Act, compile_decisions, read_decision, reporting
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock

pytestmark = beside_schema

# Which apps are there; and which of them the organisation has installed, as the decision has those removed.
ASKED = ["InstalledApplicationList", "InstalledApplicationList"]
# Devices that are asked whether they take declarations (`test_declared.py`), and do not.
INSTALLED = ["DeclarativeManagement", "InstallProfile"]
DEADLINE = timedelta(days=2)


@pytest.fixture
async def fleet(
    settings: Settings, clock: HandClock, stage: Stage, zones: Zones, tmp_path: Path
) -> AsyncGenerator[Fleet]:
    async with open_fleet(settings, clock, stage, zones, tmp_path) as opened:
        yield opened


async def test_a_supervised_iphone_hides_the_app_and_all_is_back_when_it_is_lifted(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    assert await phone.poll() == []
    assert phone.profiles == {}
    id = await fleet.institution.publish()
    assert await phone.poll() == ["InstalledApplicationList"]
    assert await fleet.state(id, phone) == "not-compliant"
    assert phone.can_open(APP)

    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == [*INSTALLED, *ASKED]
    assert not phone.can_open(APP)
    assert phone.can_open("org.private.diary")
    assert await fleet.state(id, phone) == "compliant"
    assert phone.asked_about == {APP}
    assert await phone.poll() == []

    await fleet.institution.pass_days(1)
    await fleet.institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Done."}})
    assert await phone.poll() == ["RemoveProfile"]
    assert phone.profiles == {}
    assert phone.can_open(APP)
    assert await phone.poll() == []


async def test_the_profile_is_what_the_decision_alone_compiles_to(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    await phone.poll()
    document = (await fleet.institution.realm.client().get(f"/register/{id}/document")).content
    decision = read_decision(document).decision
    made = compile_decisions("mobileconfig", [decision], [])["supervised.mobileconfig"]
    assert list(phone.profiles.values()) == [made]


async def test_a_device_enrolled_iphone_says_that_the_app_is_there_and_keeps_it(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-2", "device")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    assert "InstallProfile" in await phone.poll()
    (profile,) = phone.profiles.values()
    assert b"blockedAppBundleIDs" not in profile
    assert phone.can_open(APP)
    assert await fleet.state(id, phone) == "not-compliant"
    phone.apps.remove(APP)
    fleet.clock.advance(timedelta(hours=9))
    assert await phone.poll() == ASKED
    assert await fleet.state(id, phone) == "compliant"


async def test_an_app_that_the_organisation_installed_is_removed_where_the_decision_says_so(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-2", "device", managed={APP})
    phone.apps.remove(APP)
    id = await fleet.institution.publish(measures=["remove", "block-traffic"])
    assert "RemoveApplication" not in await phone.poll()
    fleet.clock.advance(DEADLINE)
    came = await phone.poll()
    assert "RemoveApplication" in came
    assert came[-1] == "InstalledApplicationList"
    assert not phone.can_open(APP)
    assert await fleet.state(id, phone) == "compliant"


async def test_an_app_that_its_person_installed_is_never_removed(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-2", "device")
    id = await fleet.institution.publish(measures=["remove"])
    fleet.clock.advance(DEADLINE)
    assert "RemoveApplication" not in await phone.poll()
    assert phone.can_open(APP)
    assert await fleet.state(id, phone) == "not-compliant"


async def test_of_a_user_enrolled_iphone_nothing_is_known_and_reelm_refuses_it_all_the_same(fleet: Fleet) -> None:
    phone = await fleet.apple("own-iphone", "user")
    id = await fleet.institution.publish()
    assert (await phone.open_reelm()).status_code == 200
    fleet.clock.advance(DEADLINE)
    assert await phone.poll() == []
    assert (phone.profiles, phone.asked_about) == ({}, set())
    await fleet.look_over()
    assert await fleet.state(id, phone) == "cannot-be-verified"
    refused = await phone.open_reelm()
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/organisation-suspension"
    assert refused.json()["organisation"] == "Example Institution"
    served = await fleet.site.client().get("/api/v1/feed")
    assert served.status_code == 200


async def test_a_mac_is_asked_about_the_app_and_what_it_may_have_besides_stays_unknown(fleet: Fleet) -> None:
    mac = await fleet.apple("mac-1", "device", "macos")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    assert await mac.poll() == ["DeclarativeManagement", *ASKED]
    assert await fleet.state(id, mac) == "not-compliant"
    mac.apps.remove(APP)
    fleet.clock.advance(timedelta(hours=9))
    await mac.poll()
    assert await fleet.state(id, mac) == "cannot-be-verified"
    assert (await mac.open_reelm()).status_code == 403


async def test_androids_have_a_policy_each_and_stand_as_their_vendor_says(fleet: Fleet) -> None:
    """Not exercised live: no Android takes these policies here, and what it would say is put in by hand."""
    own = await list_device(fleet.institution, "own-android", "android", "work-profile-personal", PERSONAL)
    company = await list_device(fleet.institution, "android-1", "android", "fully-managed")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    realm, now = fleet.institution.realm, fleet.clock.now()
    decision = read_decision((await realm.client().get(f"/register/{id}/document")).content).decision
    policies = compile_decisions("android", [decision], [])
    for enrolment in ("fully-managed", "work-profile-personal"):
        blocked = json.loads(policies[f"{enrolment}.json"])["applications"]
        assert blocked == [{"packageName": "example.reelm.android", "installType": "BLOCKED"}]
    async with realm.cell.database.write() as unit:
        said = [reporting.Said(one.id, UUID(id), has_app=False, at=now, source="csv") for one in (own, company)]
        await reporting.note(Act(unit, realm.settings.realm, now), said)
    states = await fleet.states(id)
    assert (states[company.id], states[own.id]) == ("compliant", "cannot-be-verified")


async def test_silence_is_told_as_silence(fleet: Fleet) -> None:
    phone, mac = await fleet.apple("iphone-1", "supervised"), await fleet.apple("mac-1", "device", "macos")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    await phone.poll()
    await fleet.look_over()
    assert (await fleet.state(id, phone), await fleet.state(id, mac)) == ("compliant", "stale")
    await fleet.institution.pass_days(2)
    await fleet.look_over()
    assert await fleet.state(id, phone) == "stale"


async def test_whoever_is_excepted_loses_the_profile_and_is_asked_nothing(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    institution = fleet.institution
    id = await institution.publish()
    fleet.clock.advance(DEADLINE)
    await phone.poll()
    assert not phone.can_open(APP)
    await institution.pass_days(1)
    await fleet.except_(id, phone.listed)
    assert await phone.poll() == ["RemoveProfile"]
    assert phone.can_open(APP)
    await fleet.look_over()
    assert await fleet.state(id, phone) == "exempt"


async def test_what_a_device_puts_off_is_done_later_and_what_fails_rests_for_a_day(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    phone.answers = {"InstallProfile": "NotNow"}
    assert await phone.poll() == [*INSTALLED, *ASKED]
    assert await fleet.state(id, phone) == "not-compliant"
    assert phone.can_open(APP)
    phone.answers = {"InstallProfile": "Error"}
    assert await phone.poll() == ["InstallProfile"]
    phone.answers = {}
    assert await phone.poll() == []
    fleet.clock.advance(timedelta(hours=25))
    assert await phone.poll() == [*INSTALLED, *ASKED]
    assert await fleet.state(id, phone) == "compliant"


async def test_a_command_that_a_device_does_not_understand_is_not_sent_again_at_once(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-2", "device", answers={"InstalledApplicationList": "CommandFormatError"})
    id = await fleet.institution.publish()
    assert await phone.poll() == ["InstalledApplicationList"]
    assert await phone.poll() == []
    await fleet.look_over()
    assert await fleet.state(id, phone) == "stale"


async def test_a_command_whose_answer_was_lost_comes_again(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    first, again = await phone.say({"Status": "Idle"}), await phone.say({"Status": "Idle"})
    assert first is not None
    assert again is not None
    assert first["CommandUUID"] == again["CommandUUID"]


async def test_a_device_speaks_for_itself_only(fleet: Fleet) -> None:
    one, other = await fleet.apple("iphone-1", "supervised"), await fleet.apple("iphone-2", "device")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    own = other.name
    other.name = one.name
    for answer in (
        await other.update_token(),
        await other.authenticate(),
        await other.check_out(),
        await other.send("/mdm/connect", other.encode({"Status": "Idle"}), COMMAND),
    ):
        assert answer.status_code == 403, answer.text
        assert answer.json()["type"] == "/problems/device-certificate-of-another"
    other.name = own
    assert "InstalledApplicationList" in await other.poll()
    assert await fleet.state(id, one) is None


@pytest.mark.parametrize("forge", ["", "not base64!", "{tail}AAAAAAAAAAA=", "{long}", "MIIB{whole}"])
async def test_a_message_that_no_device_has_signed_is_refused(fleet: Fleet, forge: str) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    body = phone.encode({"Status": "Idle"})
    whole = phone.sign(body)
    signature = forge.format(whole=whole, tail=whole[:-12], long="QUJD" * 9000)
    answer = await phone.http.put("/mdm/connect", content=body, headers={**COMMAND, "Mdm-Signature": signature})
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/mdm-not-signed")


async def test_a_signature_over_other_words_and_a_header_of_ones_own_count_for_nothing(
    fleet: Fleet,
) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    body = phone.encode({"Status": "Idle"})
    signature = phone.sign(body)
    changed = await phone.http.put(
        "/mdm/connect", content=body + b"\n", headers={**COMMAND, "Mdm-Signature": signature}
    )
    assert (changed.status_code, changed.json()["type"]) == (403, "/problems/mdm-not-signed")
    claimed = await phone.http.put(
        "/mdm/connect", content=body, headers={**COMMAND, "Client-Cert": phone.as_header()}
    )
    assert (claimed.status_code, claimed.json()["type"]) == (403, "/problems/mdm-not-signed")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no plist", 400),
        (
            b'<!DOCTYPE p [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><plist><string>&b;</string></plist>',
            400,
        ),
        (b"<plist>" + b"<array>" * 100_000, 400),
        (b" " * (1024 * 1024 + 1), 413),
        (b" " * (2 * 1024 * 1024 + 1), 413),
    ],
    ids=["empty", "text", "entities", "deep", "long", "too-long"],
)
async def test_bombs_and_rubbish_are_refused_cleanly(fleet: Fleet, body: bytes, status: int) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    for path, headers in (("/mdm/checkin", CHECK_IN), ("/mdm/connect", COMMAND)):
        answer = await phone.send(path, body, headers)
        assert answer.status_code == status, answer.text
    assert await phone.poll() == []


async def test_a_message_of_another_type_or_of_a_user_of_the_device_is_refused(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    body = phone.encode({"Status": "Idle"})
    assert (await phone.send("/mdm/connect", body, {"Content-Type": "text/xml"})).status_code == 400
    user = phone.encode({"Status": "Idle", "UserID": str(phone.listed.id)})
    refused = await phone.send("/mdm/connect", user, COMMAND)
    assert (refused.status_code, refused.json()["where"]) == (400, "UserID")


async def test_a_person_takes_their_own_phone_out_and_nothing_of_it_is_kept(fleet: Fleet) -> None:
    phone = await fleet.apple("own-iphone", "user")
    assert (await phone.check_out()).status_code == 200
    realm = fleet.institution.realm
    assert await realm.rows("SELECT 1 FROM managed_devices WHERE id = $1", phone.listed.id) == []
    gone = await phone.send("/mdm/connect", phone.encode({"Status": "Idle"}), COMMAND)
    assert (gone.status_code, gone.headers["content-type"]) == (403, "application/json")
    assert gone.json()["code"] == "com.apple.unrecognized.device"


async def test_a_phone_of_the_organisation_that_leaves_is_told_as_unmanaged(fleet: Fleet) -> None:
    phone = await fleet.apple("iphone-1", "supervised")
    id = await fleet.institution.publish()
    fleet.clock.advance(DEADLINE)
    await phone.poll()
    assert (await phone.check_out()).status_code == 200
    await fleet.look_over()
    assert await fleet.state(id, phone) == "unmanaged"
    idle = phone.encode({"Status": "Idle"})
    assert (await phone.send("/mdm/connect", idle, COMMAND)).status_code == 403
    assert (await phone.open_reelm()).status_code == 403
    rows = await fleet.institution.realm.rows("SELECT 1 FROM mdm_enrolments")
    assert rows == []


async def test_seven_kinds_of_devices_under_one_decision_until_it_is_lifted(fleet: Fleet) -> None:
    institution, realm = fleet.institution, fleet.institution.realm
    supervised = await fleet.apple("iphone-1", "supervised", is_declarative=True)
    enrolled = await fleet.apple("iphone-2", "device")
    own = await fleet.apple("own-iphone", "user", is_declarative=True)
    mac = await fleet.apple("mac-1", "device", "macos", is_declarative=True)
    apples = [supervised, enrolled, own, mac]
    linux = await list_device(institution, "linux-1", "linux", "agent")
    company = await list_device(institution, "android-1", "android", "fully-managed")
    personal = await list_device(institution, "own-android", "android", "work-profile-personal", PERSONAL)
    desktop = Gadget(realm, str(linux.id))
    assert (await desktop.enrol(await invite(institution, linux))).status_code == 201
    id = await institution.publish()
    fleet.clock.advance(DEADLINE)
    for one in apples:
        await one.poll()
    assert (await desktop.show_key()).status_code == 200
    assert (await desktop.report()).status_code == 200
    async with realm.cell.database.write() as unit:
        act = Act(unit, realm.settings.realm, fleet.clock.now())
        said = [
            reporting.Said(one.id, UUID(id), has_app=False, at=act.at, source="csv") for one in (company, personal)
        ]
        await reporting.note(act, said)
    await fleet.look_over()
    states = await fleet.states(id)
    assert [one.engine.held.keys() != set() for one in apples] == [True, False, False, True]
    assert {name: states[one.id] for name, one in _name(apples, linux, company, personal).items()} == {
        "iphone-1": "compliant",
        "iphone-2": "not-compliant",
        "own-iphone": "cannot-be-verified",
        "mac-1": "not-compliant",
        "linux-1": "cannot-be-verified",
        "android-1": "compliant",
        "own-android": "cannot-be-verified",
    }
    refused = [(await one.open_reelm()).status_code for one in apples]
    assert [*refused, (await desktop.call("GET", "/api/v1/feed")).status_code] == [403] * 5
    await institution.do("decider", "POST", f"/decisions/{id}/lift", {"reason": {"en": "Done."}})
    for one in apples:
        await one.poll()
        assert (one.profiles, one.engine.held, one.can_open(APP)) == ({}, {}, True)
    served = [(await one.open_reelm()).status_code for one in apples]
    assert [*served, (await desktop.call("GET", "/api/v1/feed")).status_code] == [200] * 5


def _name(apples: Sequence[AppleDevice], *others: Listed) -> dict[str, Listed]:
    return {one.code: one for one in (*(apple.listed for apple in apples), *others)}
