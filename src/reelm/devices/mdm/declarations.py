"""What is declared to one of Apple's devices? The profile that it fetches, and whom to ask about it. Pure.

By Apple's declarative management (from iOS 15 and macOS 13 on) a device is told what should be so; it sees to that by
itself, and says so when it is, or why not. The same decisions always make the same bytes and tokens, so that after
the last one is lifted nothing is declared, and what is decided again is what was there before.

A device is asked for the state of our own declarations, and for nothing else that Apple's schema has. `mdm.app` and
`app.managed.list` list every app that the organisation has installed, where a decision is about a few; a model, a
serial number, a system's version, a passcode, a battery or a pending update say nothing about them; and where a
device is nobody may ask at all. Which suspended apps are there is asked by a command that names them (`commands.py`).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from reelm.devices.artefacts import apple
from reelm.devices.model import Decision, Measure

PROFILE = f"{apple.PREFIX}.profile"
ORGANISATION, STATUS, ACTIVATION = (f"{apple.PREFIX}.{name}" for name in ("organisation", "status", "activation"))
SUBSCRIBED = ("management.declarations",)


class Kind(StrEnum):
    """Which of the four kinds a declaration is of, as it is asked for."""

    ACTIVATION = "activation"
    ASSET = "asset"
    CONFIGURATION = "configuration"
    MANAGEMENT = "management"


_LISTS = {
    Kind.ACTIVATION: "Activations",
    Kind.ASSET: "Assets",
    Kind.CONFIGURATION: "Configurations",
    Kind.MANAGEMENT: "Management",
}


@dataclass(frozen=True)
class Place:
    """Where a device finds its profile, and whose device it is. `key` is the device's secret in that address."""

    url: str
    device: UUID
    key: bytes
    organisation: str


@dataclass(frozen=True)
class Declaration:
    """One of them; `identifier` is the same for as long as there is one for this purpose."""

    kind: Kind
    type: str
    identifier: str
    payload: Mapping[str, Any]

    @property
    def token(self) -> str:
        return apple.token_of(self.type, self.payload)

    def encode(self) -> bytes:
        """As a device fetches it."""
        return apple.declare(self.type, self.identifier, self.payload).encode()


Declared = Sequence[Declaration]


def declare(place: Place, profile: bytes | None, in_force: Sequence[Decision]) -> Declared:
    """What decisions in force declare to a device that is not excepted. Recommending declares nothing."""
    acting = [one for one in in_force if Measure.RECOMMEND not in one.measures]
    if not acting:
        return ()
    made = [
        Declaration(
            Kind.MANAGEMENT, "com.apple.management.organization-info", ORGANISATION, _name_organisation(place, acting)
        ),
        Declaration(
            Kind.CONFIGURATION,
            "com.apple.configuration.management.status-subscriptions",
            STATUS,
            {"StatusItems": [{"Name": one} for one in SUBSCRIBED]},
        ),
    ]
    if profile is not None:
        where = {"ProfileURL": f"{place.url}/mdm/profiles/{place.device}/{name_profile(place.key, profile)}"}
        made.append(Declaration(Kind.CONFIGURATION, "com.apple.configuration.legacy", PROFILE, where))
    configurations = [one.identifier for one in made if one.kind is Kind.CONFIGURATION]
    activated = {"StandardConfigurations": configurations}
    return (*made, Declaration(Kind.ACTIVATION, "com.apple.activation.simple", ACTIVATION, activated))


def name_profile(key: bytes, profile: bytes) -> str:
    """The last part of a profile's address: another one for each profile, and for nobody to guess.

    Apple's devices sign no message by which they fetch a profile, so that its address is told to the device alone, in
    an answer to a signed one.
    """
    digest = hmac.digest(key, b"reelm/mdm/profile/v1\n" + profile, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def find(declared: Declared, kind: str, identifier: str) -> Declaration | None:
    """The one that is asked for."""
    return next((one for one in declared if (one.kind, one.identifier) == (kind, identifier)), None)


def make_items(declared: Declared) -> bytes:
    """The list of all, with the token of each."""
    lists: dict[str, list[Mapping[str, str]]] = {name: [] for name in _LISTS.values()}
    for one in declared:
        lists[_LISTS[one.kind]].append({"Identifier": one.identifier, "ServerToken": one.token})
    return _encode({"Declarations": lists, "DeclarationsToken": token_of_all(declared)})


def make_tokens(token: str, at: datetime) -> bytes:
    """By which a device tells that something has changed; `at` is when it did."""
    told = {"DeclarationsToken": token, "Timestamp": at.isoformat(timespec="seconds").replace("+00:00", "Z")}
    return _encode({"SyncTokens": told})


def read_token(tokens: bytes) -> str:
    """The token that was told by `make_tokens`."""
    return str(json.loads(tokens)["SyncTokens"]["DeclarationsToken"])


def token_of_all(declared: Declared) -> str:
    """A digest of what is declared, and of nothing else."""
    each = sorted((one.identifier, one.token) for one in declared)
    return hashlib.sha256(json.dumps(each).encode()).hexdigest()


def _name_organisation(place: Place, acting: Sequence[Decision]) -> Mapping[str, Any]:
    contact = min(acting, key=lambda one: one.id).contact
    return {"Name": place.organisation, "Email": contact.email} | ({"URL": contact.url} if contact.url else {})


def _encode(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True).encode()
