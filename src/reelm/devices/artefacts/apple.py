"""What is enforced on Apple's devices? Configuration profiles and declarations, by Apple's published schema.

An app is hidden and kept from being opened on supervised iPhones only. Under user enrolment nobody can see or block
what a person has installed for themselves, so that no profile is made for it.
"""

import hashlib
import json
import plistlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from reelm.devices.artefacts.blocked import Blocked, read_blocked
from reelm.devices.errors import ProfileNotForUserEnrolment
from reelm.devices.fleet import Enrolment
from reelm.devices.model import Decision

PREFIX = "org.reelm.suspension"


def make_profile(blocked: Blocked, organisation: str, enrolment: Enrolment) -> bytes | None:
    """A profile for iPhones and iPads enrolled so; `None` where nothing of the decisions can be enforced there.

    Raises `ProfileNotForUserEnrolment`.
    """
    if enrolment is Enrolment.USER:
        raise ProfileNotForUserEnrolment
    payloads: list[Mapping[str, Any]] = []
    if enrolment is Enrolment.SUPERVISED and blocked.bundles:
        payloads.append(_payload("com.apple.applicationaccess", "apps", blockedAppBundleIDs=blocked.bundles))
    if blocked.domains:
        filtered: dict[str, Any] = {"FilterType": "BuiltIn", "DenyListURLs": _urls(blocked.domains)}
        if enrolment is not Enrolment.SUPERVISED:  # there it is the filter of managed apps that name it
            filtered["ContentFilterUUID"] = _uuid("filter")
        payloads.append(_payload("com.apple.webcontent-filter", "sites", **filtered))
    if not payloads:
        return None
    profile = _payload("Configuration", str(enrolment)) | {
        "PayloadContent": payloads,
        "PayloadDisplayName": f"Suspended apps ({organisation})",
        "PayloadOrganization": organisation,
    }
    return plistlib.dumps(profile, sort_keys=True)


def sign_profile(
    profile: bytes,
    certificate: x509.Certificate,
    key: EllipticCurvePrivateKey | RSAPrivateKey,
    issuer: x509.Certificate | None = None,
) -> bytes:
    """The profile inside a CMS signature (RFC 5652), DER, as devices take it. The issuer's certificate goes along."""
    builder = PKCS7SignatureBuilder().set_data(profile).add_signer(certificate, key, SHA256())
    if issuer is not None:
        builder = builder.add_certificate(issuer)
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])


def make_declarations(decisions: Sequence[Decision]) -> dict[str, str]:
    """Declarations for supervised iPhones from iOS 27 on, by file name: what is denied, and what puts it into force.

    Several of them add up, so that lifting one decision takes one away.
    """
    made: dict[str, str] = {}
    for one in decisions:
        bundles = read_blocked([one]).bundles
        if bundles:
            name = one.id.removeprefix("urn:uuid:")
            denied = f"{PREFIX}.{name}.apps"
            made[f"{name}.configuration.json"] = declare(
                "com.apple.configuration.app.settings", denied, {"Allowed": {"DeniedApps": bundles}}
            )
            made[f"{name}.activation.json"] = declare(
                "com.apple.activation.simple", f"{PREFIX}.{name}", {"StandardConfigurations": [denied]}
            )
    return made


def declare(type_: str, identifier: str, payload: Mapping[str, Any]) -> str:
    """One declaration. Its token is a digest, so that it changes when what is declared does, and only then."""
    token = token_of(type_, payload)
    whole = {"Type": type_, "Identifier": identifier, "ServerToken": token, "Payload": payload}
    return json.dumps(whole, indent=2, sort_keys=True) + "\n"


def token_of(type_: str, payload: Mapping[str, Any]) -> str:
    """By which a device tells whether it has a declaration as it now is: 64 characters, as many as Apple allows."""
    return hashlib.sha256(json.dumps([type_, payload], sort_keys=True).encode()).hexdigest()


def read_hidden(profile: bytes) -> frozenset[str]:
    """The apps that a profile hides and keeps from being opened, where the device is supervised."""
    payloads: list[Mapping[str, Any]] = plistlib.loads(profile)["PayloadContent"]
    return frozenset(bundle for one in payloads for bundle in one.get("blockedAppBundleIDs", ()))


def _urls(domains: Sequence[str]) -> list[str]:
    return [f"{scheme}://{name}" for one in domains for name in (one, f"www.{one}") for scheme in ("https", "http")]


def _payload(type_: str, name: str, **content: Any) -> dict[str, Any]:
    return {
        "PayloadType": type_,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{PREFIX}.{name}",
        "PayloadUUID": _uuid(name),
        **content,
    }


def _uuid(name: str) -> str:
    """The same each time, so that a new profile takes the place of the one before."""
    return str(uuid5(NAMESPACE_URL, f"{PREFIX}.{name}")).upper()
