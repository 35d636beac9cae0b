"""How is one of Apple's devices taken into the management? By a profile that it fetches with its code. Pure.

With it the device makes a key, has that certified by SCEP with the code as challenge, and then reports to us, each
message signed. It allows what a suspension needs and no more: nobody can lock, erase or look around by it.
"""

import plistlib
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from reelm.devices.fleet import Enrolment, Platform

PREFIX = "org.reelm.enrolment"
PROFILES, APPS_SEEN, APPS_MANAGED = 1 | 2, 256, 4096
KEY_BITS, SIGNS_AND_ENCRYPTS = 2048, 1 | 4


@dataclass(frozen=True)
class Entry:
    """What a device's profile is made of. `account` is the managed account of whoever it is of, if it is known."""

    device: str
    organisation: str
    organisation_name: str
    platform: Platform
    enrolment: Enrolment
    code: str
    url: str
    realm: str
    account: str | None


def make_enrolment_profile(entry: Entry) -> bytes:
    """The profile, XML."""
    keys = _payload(
        entry,
        "com.apple.security.scep",
        "scep",
        PayloadContent={
            "URL": f"{entry.url}/mdm/scep",
            "Name": entry.realm,
            "Subject": [[["O", entry.organisation]], [["CN", entry.device]]],
            "Challenge": entry.code,
            "Keysize": KEY_BITS,
            "Key Type": "RSA",
            "Key Usage": SIGNS_AND_ENCRYPTS,
            "KeyIsExtractable": False,
        },
    )
    managed = _payload(
        entry,
        "com.apple.mdm",
        "mdm",
        IdentityCertificateUUID=keys["PayloadUUID"],
        Topic=topic_of(entry.realm),
        ServerURL=f"{entry.url}/mdm/connect",
        CheckInURL=f"{entry.url}/mdm/checkin",
        SignMessage=True,
        CheckOutWhenRemoved=True,
        **_list_rights(entry),
    )
    profile = _payload(entry, "Configuration", "profile", PayloadContent=[keys, managed]) | {
        "PayloadDisplayName": f"Device management ({entry.organisation_name})",
        "PayloadOrganization": entry.organisation_name,
    }
    return plistlib.dumps(profile, sort_keys=True)


def topic_of(realm: str) -> str:
    """What devices listen to. Apple gives topics out with certificates for its push service; we have none."""
    return f"com.apple.mgmt.External.{uuid5(NAMESPACE_URL, f'urn:reelm:realm:{realm}')}"


def _list_rights(entry: Entry) -> dict[str, Any]:
    if entry.enrolment is Enrolment.USER:
        account = {"AssignedManagedAppleID": entry.account} if entry.account else {}
        return {"EnrollmentMode": "BYOD"} | account
    rights = APPS_SEEN | APPS_MANAGED
    return {"AccessRights": rights | PROFILES if entry.platform is Platform.IOS else rights}


def _payload(entry: Entry, type_: str, name: str, **content: Any) -> dict[str, Any]:
    of = f"{PREFIX}.{entry.organisation}.{entry.device}.{name}"
    return {
        "PayloadType": type_,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{PREFIX}.{name}",
        "PayloadUUID": str(uuid5(NAMESPACE_URL, of)).upper(),
        **content,
    }
