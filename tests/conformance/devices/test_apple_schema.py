"""Our profiles say nothing that Apple's published schema does not have, and all that it asks for."""

import json
import plistlib
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from tests.conformance.devices.apple_schema import (
    beside_schema,
    list_faults,
    list_profile_faults,
    read_keys,
    read_schema,
)
from tests.conformance.devices.compiling import compile_example
from tests.unit.devices.examples import decision

from reelm.devices import mdm
from reelm.devices.fleet import Enrolment, Platform
from reelm.devices.mdm.declarations import SUBSCRIBED

pytestmark = beside_schema


@pytest.mark.parametrize("enrolment", ["supervised", "device"])
def test_profiles_are_what_the_schema_takes(enrolment: str) -> None:
    profile = plistlib.loads(compile_example("mobileconfig")[f"{enrolment}.mobileconfig"])
    assert list_profile_faults(profile) == []
    common = read_keys("mdm/profiles/CommonPayloadKeys.yaml")
    for payload in profile["PayloadContent"]:
        keys = read_keys(f"mdm/profiles/{payload['PayloadType']}.yaml")
        for name in payload.keys() - common.keys():
            ios = cast("dict[str, Any]", keys[name].get("supportedOS", {})).get("iOS", {})
            assert enrolment == "supervised" or not ios.get("supervised", False), name


@pytest.mark.parametrize(
    ("platform", "enrolment", "account"),
    [
        (Platform.IOS, Enrolment.SUPERVISED, None),
        (Platform.IOS, Enrolment.DEVICE, "ana"),
        (Platform.IOS, Enrolment.USER, "ana@institution.example"),
        (Platform.MACOS, Enrolment.DEVICE, None),
    ],
)
def test_profiles_to_enrol_by_are_what_the_schema_takes(
    platform: Platform, enrolment: Enrolment, account: str | None
) -> None:
    entry = mdm.Entry(
        device="d1",
        organisation="institution",
        organisation_name="Example Institution",
        platform=platform,
        enrolment=enrolment,
        code="7F3K-9QXM-2B8T-VW4C",
        url="https://reelm.example",
        realm="eu",
        account=account,
    )
    profile = plistlib.loads(mdm.make_enrolment_profile(entry))
    system, is_user_enrolled = "iOS" if platform is Platform.IOS else "macOS", enrolment is Enrolment.USER
    assert list_profile_faults(profile, system, is_user_enrolled=is_user_enrolled) == []
    keys, managed = profile["PayloadContent"]
    assert managed["IdentityCertificateUUID"] == keys["PayloadUUID"]
    assert managed["SignMessage"] is True
    rights = managed.get("AccessRights", 0)
    assert rights & ~(1 | 2 | 256 | 4096) == 0, "profiles and apps, and nothing else of the device"
    assert ("EnrollmentMode" in managed) is is_user_enrolled


def test_the_key_that_blocks_apps_is_for_supervised_devices_only() -> None:
    """What our refusal of user enrolment rests on."""
    ios = read_keys("mdm/profiles/com.apple.applicationaccess.yaml")["blockedAppBundleIDs"]["supportedOS"]["iOS"]
    assert (ios["supervised"], ios["userenrollment"]["mode"]) == (True, "forbidden")


def test_declarations_have_the_fields_of_any_declaration() -> None:
    keys = read_keys("declarative/declarations/declarationbase.yaml")
    files = compile_example("ddm")
    for content in files.values():
        assert list_faults(json.loads(content), keys) == []
    activation = next(json.loads(content) for name, content in files.items() if "activation" in name)
    assert list_faults(activation["Payload"], read_keys("declarative/declarations/activations/simple.yaml")) == []
    identifiers = {json.loads(content)["Identifier"] for content in files.values()}
    assert set(activation["Payload"]["StandardConfigurations"]) <= identifiers


def test_what_is_declared_is_what_the_schema_takes() -> None:
    decided = decision()
    place = mdm.Place("https://reelm.example", UUID(int=7), b"k" * 32, "Example Institution")
    declared = mdm.declare(place, compile_example("mobileconfig")["supervised.mobileconfig"], [decided])
    folders = {"activation": "activations", "configuration": "configurations", "management": "management"}
    for one in declared:
        told = json.loads(one.encode())
        assert list_faults(told, read_keys("declarative/declarations/declarationbase.yaml")) == []
        file = f"declarative/declarations/{folders[one.kind]}/{one.type.removeprefix(f'com.apple.{one.kind}.')}.yaml"
        assert read_schema(file)["payload"]["declarationtype"] == told["Type"]
        assert list_faults(told["Payload"], read_keys(file)) == []
        assert max(len(told["Identifier"]), len(told["ServerToken"])) <= 64
    for set_ in (declared, ()):
        items = json.loads(mdm.make_items(set_))
        assert list_faults(items, read_keys("declarative/protocol/declarationitemsresponse.yaml")) == []
    tokens = json.loads(mdm.make_tokens(mdm.token_of_all(declared), datetime(2027, 1, 15, tzinfo=UTC)))
    assert list_faults(tokens, read_keys("declarative/protocol/tokensresponse.yaml")) == []
    assert tokens["SyncTokens"]["Timestamp"] == "2027-01-15T00:00:00Z"


def test_a_device_is_subscribed_to_what_the_schema_has_and_to_nothing_about_apps_or_the_person() -> None:
    assert SUBSCRIBED == ("management.declarations",)
    for name in SUBSCRIBED:
        assert read_schema(f"declarative/status/{name}.yaml")["payload"]["statusitemtype"] == name


@pytest.mark.parametrize(
    ("file", "request_"),
    [
        ("application.installed.list", mdm.list_suspended_apps(["example.shortvideo.app"])),
        ("application.remove", mdm.remove_app("example.shortvideo.app")),
        ("profile.install", mdm.install_profile(b"profile")),
        ("profile.remove", mdm.remove_profile("org.reelm.suspension.supervised")),
        ("declarativemanagement", mdm.synchronise(b"{}")),
    ],
)
def test_commands_are_what_the_schema_takes(file: str, request_: dict[str, Any]) -> None:
    told = plistlib.loads(mdm.Command("1", request_).encode())
    assert told.keys() == {"CommandUUID", "Command"}
    schema = read_schema(f"mdm/commands/{file}.yaml")
    assert told["Command"].pop("RequestType") == schema["payload"]["requesttype"]
    keys = {one["key"]: one for one in schema["payloadkeys"]}
    assert list_faults(told["Command"], keys) == []


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("authenticate", mdm.Authenticate),
        ("tokenupdate", mdm.TokenUpdate),
        ("checkout", mdm.CheckOut),
        ("declarativemanagement", mdm.Declarative),
    ],
)
def test_what_is_read_of_a_check_in_is_what_the_schema_has(file: str, form: Any) -> None:
    """Every key that we ask for is one that it promises, and the one we know a device by is allowed there."""
    keys = read_keys(f"mdm/checkin/{file}.yaml")
    fields = form.model_fields
    assert fields.keys() <= keys.keys()
    for name, field in fields.items():
        assert not field.is_required() or keys[name]["presence"] == "required", name
    own = {name: keys[name]["supportedOS"]["iOS"]["userenrollment"]["mode"] for name in ("UDID", "EnrollmentID")}
    assert own == {"UDID": "forbidden", "EnrollmentID": "required"}
