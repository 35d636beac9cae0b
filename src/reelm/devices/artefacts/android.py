"""What is enforced on Android? Policies of the Android Management API, one for each way of managing a device.

On a device of the organisation with a work profile the personal side can be told too; on a person's own device only
the work side can.
"""

import json
from typing import Any

from reelm.devices.artefacts.blocked import Blocked
from reelm.devices.fleet import Enrolment


def make_policy(asked: Blocked, enrolment: Enrolment) -> str:
    """The part of a policy that the decisions ask for; an empty one where they ask for nothing."""
    policy: dict[str, Any] = {}
    if asked.packages:
        blocked = [{"packageName": one, "installType": "BLOCKED"} for one in asked.packages]
        policy["applications"] = blocked
        policy["statusReportingSettings"] = {"applicationReportsEnabled": True}
        if enrolment is Enrolment.WORK_PROFILE_COMPANY:
            policy["personalUsagePolicies"] = {
                "personalPlayStoreMode": "BLOCKLIST",
                "personalApplications": blocked,
            }
    return json.dumps(policy, indent=2, sort_keys=True) + "\n"
