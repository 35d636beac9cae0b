"""What is a passkey asked, and is this its answer? Web Authentication Level 3, registration and assertion. Pure.

Options and answers are WebAuthn's JSON, which browsers make and read by themselves
(`PublicKeyCredential.parseCreationOptionsFromJSON` and `toJSON`).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from reelm.accounts.passkeys.errors import PasskeyNotTaken, PasskeysNeedName, PasskeyUnknown
from reelm.accounts.passkeys.model import ASKED_FOR, Credential
from reelm.kernel.errors import Problem

logging.getLogger("fido2").setLevel(logging.WARNING)  # below that it tells which passkey was used

_REQUIRED = UserVerificationRequirement.REQUIRED
_T = TypeVar("_T")
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Site:
    """What a passkey holds for: the realm's name, and the one origin at which it is asked."""

    name: str
    origin: str


def site_at(public_url: str) -> Site:
    """Where people reach the realm. Raises `PasskeysNeedName` for a bare address, as browsers do.

    >>> site_at("https://ca-qc.example.org:8443/")
    Site(name='ca-qc.example.org', origin='https://ca-qc.example.org:8443')
    """
    parts = urlsplit(public_url)
    name = parts.hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return Site(name, f"{parts.scheme}://{parts.netloc}")
    raise PasskeysNeedName


def new_options(site: Site, challenge: bytes, user_handle: bytes, handle: str, known: Sequence[bytes]) -> Json:
    """What makes a passkey for somebody who does not hold one of `known` there."""
    descriptors = [PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=id) for id in known]
    user = PublicKeyCredentialUserEntity(id=user_handle, name=handle, display_name=handle)
    asked, _ = _server(site).register_begin(
        user, descriptors, ResidentKeyRequirement.REQUIRED, _REQUIRED, challenge=challenge
    )
    return dict(asked.public_key)


def any_options(site: Site, challenge: bytes) -> Json:
    """What has somebody choose among their passkeys for this realm: who they are, the passkey says."""
    asked, _ = _server(site).authenticate_begin(None, _REQUIRED, challenge)
    return dict(asked.public_key)


def challenge_in(answer: Json) -> bytes:
    """What an answer says was asked. Raises `PasskeyNotTaken`."""
    return _read(lambda: CollectedClientData(_client_data(answer)).challenge, PasskeyNotTaken())


def read_new(site: Site, challenge: bytes, answer: Json) -> Credential:
    """A new passkey. Raises `PasskeyNotTaken`, also where its holder did not show themselves to it."""

    def read() -> Credential:
        made = _server(site).register_complete(_state(challenge), answer)
        data = made.credential_data
        if data is None or data.credential_id != websafe_decode(answer["rawId"]):
            raise PasskeyNotTaken
        return Credential(data.credential_id, bytes(data), made.counter)

    return _read(read, PasskeyNotTaken())


def named_in(answer: Json) -> tuple[bytes, bytes]:
    """Which passkey says that it signed, and what it calls its holder. Raises `PasskeyNotTaken`."""

    def read() -> tuple[bytes, bytes]:
        read = AuthenticationResponse.from_dict(answer)
        return read.raw_id, read.response.user_handle or b""

    return _read(read, PasskeyNotTaken())


def check(site: Site, challenge: bytes, credential: Credential, answer: Json) -> int:
    """How often the passkey has signed. Raises `PasskeyUnknown`, also where it counts backwards, as a copy would."""

    def read() -> AuthenticatorData:
        known = AttestedCredentialData(credential.data)
        _server(site).authenticate_complete(_state(challenge), [known], answer)
        return AuthenticationResponse.from_dict(answer).response.authenticator_data

    uses = _read(read, PasskeyUnknown()).counter
    if uses <= credential.uses and (uses or credential.uses):
        raise PasskeyUnknown
    return uses


def _client_data(answer: Json) -> bytes:
    if answer["type"] != PublicKeyCredentialType.PUBLIC_KEY or answer["id"] != answer["rawId"]:
        raise PasskeyNotTaken
    return websafe_decode(answer["response"]["clientDataJSON"])


def _server(site: Site) -> Any:
    """The library's server, whose types are not told in full."""
    server: Any = Fido2Server(
        PublicKeyCredentialRpEntity(name="Reelm", id=site.name), verify_origin=lambda origin: origin == site.origin
    )
    server.timeout = int(ASKED_FOR.total_seconds() * 1000)
    return server


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(challenge), "user_verification": _REQUIRED}


def _read(read: Callable[[], _T], refusal: Problem) -> _T:
    try:
        return read()
    except Exception:  # noqa: BLE001 - whatever a stranger's bytes make the library raise is one refusal
        raise refusal from None
