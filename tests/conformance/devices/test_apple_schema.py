"""Our profiles say nothing that Apple's published schema does not have, and all that it asks for."""

import json
import plistlib
from typing import Any, cast

import pytest
import yaml
from tests.conformance.devices.compiling import compile_example
from tests.house.catalogue import ROOT

from reelm.devices import mdm

SCHEMA = ROOT.parent / "shared" / "data" / "apple-device-management"
TYPES = {"<string>": str, "<array>": list, "<integer>": int, "<boolean>": bool, "<dictionary>": dict, "<data>": bytes}

pytestmark = pytest.mark.skipif(not SCHEMA.is_dir(), reason="Apple's schema does not lie beside this checkout")


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((SCHEMA / name).read_text("utf-8"))


def _keys(name: str) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in _read(name)["payloadkeys"]}


def _list_faults(told: dict[str, Any], keys: dict[str, dict[str, Any]]) -> list[str]:
    faults = [f"{name} is unknown" for name in told.keys() - keys.keys()]
    required = {name for name, one in keys.items() if one.get("presence") == "required"}
    faults += [f"{name} is missing" for name in required - told.keys()]
    for name, value in told.items():
        one = keys.get(name, {})
        if not isinstance(value, TYPES.get(one.get("type", ""), object)):
            faults.append(f"{name} is no {one['type']}")
        if "rangelist" in one and value not in one["rangelist"]:
            faults.append(f"{name} is none of {one['rangelist']}")
    return faults


@pytest.mark.parametrize("enrolment", ["supervised", "device"])
def test_profiles_are_what_the_schema_takes(enrolment: str) -> None:
    profile = plistlib.loads(compile_example("mobileconfig")[f"{enrolment}.mobileconfig"])
    common = _keys("mdm/profiles/CommonPayloadKeys.yaml")
    assert _list_faults(profile, common | _keys("mdm/profiles/TopLevel.yaml")) == []
    for payload in profile["PayloadContent"]:
        schema = _read(f"mdm/profiles/{payload['PayloadType']}.yaml")
        keys = {one["key"]: one for one in schema["payloadkeys"]}
        assert _list_faults(payload, common | keys) == []
        for name in payload.keys() - common.keys():
            ios = cast("dict[str, Any]", keys[name].get("supportedOS", {})).get("iOS", {})
            assert enrolment == "supervised" or not ios.get("supervised", False), name


def test_the_key_that_blocks_apps_is_for_supervised_devices_only() -> None:
    """What our refusal of user enrolment rests on."""
    ios = _keys("mdm/profiles/com.apple.applicationaccess.yaml")["blockedAppBundleIDs"]["supportedOS"]["iOS"]
    assert (ios["supervised"], ios["userenrollment"]["mode"]) == (True, "forbidden")


def test_declarations_have_the_fields_of_any_declaration() -> None:
    keys = _keys("declarative/declarations/declarationbase.yaml")
    files = compile_example("ddm")
    for content in files.values():
        assert _list_faults(json.loads(content), keys) == []
    activation = next(json.loads(content) for name, content in files.items() if "activation" in name)
    assert _list_faults(activation["Payload"], _keys("declarative/declarations/activations/simple.yaml")) == []
    identifiers = {json.loads(content)["Identifier"] for content in files.values()}
    assert set(activation["Payload"]["StandardConfigurations"]) <= identifiers


@pytest.mark.parametrize(
    ("file", "request_"),
    [
        ("application.installed.list", mdm.list_suspended_apps(["example.shortvideo.app"])),
        ("application.remove", mdm.remove_app("example.shortvideo.app")),
        ("profile.install", mdm.install_profile(b"profile")),
        ("profile.remove", mdm.remove_profile("org.reelm.suspension.supervised")),
    ],
)
def test_commands_are_what_the_schema_takes(file: str, request_: dict[str, Any]) -> None:
    told = plistlib.loads(mdm.Command("1", request_).encode())
    assert told.keys() == {"CommandUUID", "Command"}
    schema = _read(f"mdm/commands/{file}.yaml")
    assert told["Command"].pop("RequestType") == schema["payload"]["requesttype"]
    keys = {one["key"]: one for one in schema["payloadkeys"]}
    assert _list_faults(told["Command"], keys) == []
    for item in told["Command"].get("Items", ()):
        assert item in keys["Items"]["subkeys"][0]["rangelist"]


@pytest.mark.parametrize(
    ("file", "form"),
    [("authenticate", mdm.Authenticate), ("tokenupdate", mdm.TokenUpdate), ("checkout", mdm.CheckOut)],
)
def test_what_is_read_of_a_check_in_is_what_the_schema_has(file: str, form: Any) -> None:
    """Every key that we ask for is one that it promises, and the one we know a device by is allowed there."""
    keys = _keys(f"mdm/checkin/{file}.yaml")
    fields = form.model_fields
    assert fields.keys() <= keys.keys()
    for name, field in fields.items():
        assert not field.is_required() or keys[name]["presence"] == "required", name
    own = {name: keys[name]["supportedOS"]["iOS"]["userenrollment"]["mode"] for name in ("UDID", "EnrollmentID")}
    assert own == {"UDID": "forbidden", "EnrollmentID": "required"}
