"""Apple's published schema as an oracle: what a message, a command or a payload says that it does not have."""

from functools import cache
from typing import Any, cast

import pytest
import yaml
from tests.house.catalogue import ROOT

SCHEMA = ROOT.parent / "shared" / "data" / "apple-device-management"
TYPES = {"<string>": str, "<array>": list, "<integer>": int, "<boolean>": bool, "<dictionary>": dict, "<data>": bytes}

beside_schema = pytest.mark.skipif(
    not SCHEMA.is_dir(), reason="Apple's schema does not lie beside this checkout: ../shared/data"
)

Keys = dict[str, dict[str, Any]]


@cache
def read_schema(name: str) -> dict[str, Any]:
    return yaml.safe_load((SCHEMA / name).read_text("utf-8"))


def read_keys(name: str, section: str = "payloadkeys") -> Keys:
    return {one["key"]: one for one in read_schema(name)[section]}


def list_faults(
    told: dict[str, Any], keys: Keys, system: str = "iOS", *, is_user_enrolled: bool = False
) -> list[str]:
    """What is wrong with a dictionary, in it and below it, on such a device."""
    faults: list[str] = []
    for name, one in keys.items():
        rule = _rule(one, system, is_user_enrolled=is_user_enrolled)
        if name in told and rule == "forbidden":
            faults.append(f"{name} is not for such a device")
        if name not in told and rule == "required":
            faults.append(f"{name} is missing")
    for name, value in told.items():
        if name not in keys:
            faults.append(f"{name} is unknown")
            continue
        faults += [f"{name}: {fault}" for fault in _list_value_faults(value, keys[name], system, is_user_enrolled)]
    return faults


def _rule(one: dict[str, Any], system: str, *, is_user_enrolled: bool) -> str:
    """Keys of a device's users, and those of other systems, are not for the device itself."""
    there = cast("dict[str, Any]", one.get("supportedOS", {}).get(system, {}))
    mode = there.get("userenrollment", {}).get("mode")
    if there.get("introduced") == "n/a" or there.get("devicechannel") is False:
        return "forbidden"
    if "removed" in there:
        return "optional"
    if is_user_enrolled:
        return str(mode or one.get("presence"))
    return "optional" if mode == "required" else str(one.get("presence"))


def _list_value_faults(value: Any, one: dict[str, Any], system: str, is_user_enrolled: bool) -> list[str]:
    if not isinstance(value, TYPES.get(one.get("type", ""), object)):
        return [f"is no {one['type']}"]
    if "rangelist" in one and value not in one["rangelist"]:
        return [f"is none of {one['rangelist']}"]
    below = cast("list[dict[str, Any]]", one.get("subkeys") or [])
    if isinstance(value, list) and below:
        each = [_list_value_faults(item, below[0], system, is_user_enrolled) for item in cast("list[Any]", value)]
        return [fault for faults in each for fault in faults]
    if isinstance(value, dict) and below and below[0]["key"] != "ANY":
        keys = {key["key"]: key for key in below}
        return list_faults(cast("dict[str, Any]", value), keys, system, is_user_enrolled=is_user_enrolled)
    return []


def list_profile_faults(profile: dict[str, Any], system: str = "iOS", *, is_user_enrolled: bool = False) -> list[str]:
    """What is wrong with a configuration profile and with each of its payloads."""
    common = read_keys("mdm/profiles/CommonPayloadKeys.yaml")
    faults = list_faults(profile, common | read_keys("mdm/profiles/TopLevel.yaml"), system)
    for payload in profile["PayloadContent"]:
        keys = common | read_keys(f"mdm/profiles/{payload['PayloadType']}.yaml")
        found = list_faults(payload, keys, system, is_user_enrolled=is_user_enrolled)
        faults += [f"{payload['PayloadType']}: {fault}" for fault in found]
    return faults
