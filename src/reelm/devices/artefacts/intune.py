"""What does Microsoft Intune take? Device configurations of Microsoft Graph 1.0, which report apps that are there.

`appsNotInListCompliant` means that a device is compliant while it has none of the list. On supervised iPhones the
same list hides the apps.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reelm.devices.artefacts.blocked import Blocked

_LIST = "appsNotInListCompliant"


def make_configurations(blocked: Blocked) -> dict[str, str]:
    """Bodies for `POST /deviceManagement/deviceConfigurations`, by file name."""
    made: dict[str, str] = {}
    apple, android = _list_apps(blocked.reported_bundles), _list_apps(blocked.reported_packages)
    if apple:
        hidden = {"appsVisibilityListType": _LIST, "appsVisibilityList": apple}
        made["ios.json"] = _write("iosGeneralDeviceConfiguration", "iPhones and iPads", apple, hidden)
    if android:
        made["android.json"] = _write("androidGeneralDeviceConfiguration", "Android", android, {})
    return made


def _list_apps(named: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@odata.type": "#microsoft.graph.appListItem", "appId": id, "name": name} for id, name in named.items()]


def _write(type_: str, devices: str, apps: Sequence[Mapping[str, str]], more: Mapping[str, Any]) -> str:
    body: dict[str, Any] = {
        "@odata.type": f"#microsoft.graph.{type_}",
        "displayName": f"Suspended apps: {devices}",
        "compliantAppListType": _LIST,
        "compliantAppsList": apps,
        **more,
    }
    return json.dumps(body, indent=2, sort_keys=True) + "\n"
