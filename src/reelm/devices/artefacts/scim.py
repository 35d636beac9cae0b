"""What is told to other systems by SCIM 2.0? Which decisions bind each device (RFC 7643, RFC 9944, our extension).

RFC 9944 has devices, and no place for what is decided about them.
"""

import json
from collections.abc import Sequence
from typing import Any

from reelm.devices.fleet import Device, GroupPlan
from reelm.devices.model import Decision

DEVICE = "urn:ietf:params:scim:schemas:core:2.0:Device"
EXTENSION = "urn:reelm:params:scim:schemas:extension:suspensions:1.0:Device"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def make_devices(decisions: Sequence[Decision], plan: GroupPlan) -> str:
    """A list response: each device of a group, with the decisions that bind it or from which it is excepted."""
    told = [_device(device, decisions, is_excepted=False) for device in plan.bound]
    told += [_device(device, decisions, is_excepted=True) for device in plan.excepted]
    told.sort(key=lambda one: one["externalId"])
    whole = {"schemas": [_LIST], "totalResults": len(told), "Resources": told}
    return json.dumps(whole, indent=2, sort_keys=True) + "\n"


def make_schema() -> str:
    """Our extension, as `GET /Schemas` tells it."""
    text: dict[str, Any] = {
        "type": "string", "multiValued": False, "required": True, "caseExact": True, "mutability": "readOnly",
        "returned": "default", "uniqueness": "none",
    }  # fmt: skip
    parts = [
        text | {"name": "decision", "description": "The id of the decision"},
        text | {"name": "review_at", "type": "dateTime", "description": "When it lapses unless it is reviewed"},
        text | {"name": "excepted", "type": "boolean", "description": "Whether the device is excepted from it"},
    ]
    attribute = {
        "name": "suspensions", "type": "complex", "multiValued": True, "required": False, "mutability": "readOnly",
        "returned": "default", "description": "Decisions about apps that are in force for this device",
        "subAttributes": parts,
    }  # fmt: skip
    schema = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": EXTENSION,
        "name": "Suspensions",
        "description": "Which apps are suspended on a device, and by which decisions",
        "attributes": [attribute],
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _device(device: Device, decisions: Sequence[Decision], *, is_excepted: bool) -> dict[str, Any]:
    suspensions = [
        {"decision": one.id, "review_at": one.stages.review_at.isoformat(), "excepted": is_excepted}
        for one in decisions
    ]
    return {
        "schemas": [DEVICE, EXTENSION],
        "externalId": device.id,
        "displayName": device.id,
        "active": True,
        EXTENSION: {"suspensions": suspensions},
    }
