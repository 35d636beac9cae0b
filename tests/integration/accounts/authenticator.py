"""A device that holds passkeys, after the letter of Web Authentication Level 3, section 6: ES256, no attestation."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """`flags`: what it says that its holder did. `counts`: whether it counts what it signs, as hardware does."""

    origin: str
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    uses: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(20))
    user: str = ""

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer creation options, as `PublicKeyCredential.toJSON` tells it."""
        self.user = options["user"]["id"]
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor.encode(self._public())
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        stated = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._told({
            "clientDataJSON": websafe_encode(self._said("webauthn.create", options)),
            "attestationObject": websafe_encode(stated),
        })  # fmt: skip

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer request options, likewise."""
        said = self._said("webauthn.get", options)
        self.uses += self.counts
        data = self._data(options["rpId"])
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._told({
            "clientDataJSON": websafe_encode(said),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": self.user,
        })  # fmt: skip

    def _told(self, response: dict[str, str]) -> dict[str, Any]:
        id = websafe_encode(self.id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _said(self, what: str, options: Mapping[str, Any]) -> bytes:
        assert len(websafe_decode(options["challenge"])) == 32
        return json.dumps({"type": what, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _data(self, name: str, more: int = 0) -> bytes:
        return hashlib.sha256(name.encode()).digest() + bytes([self.flags | more]) + self.uses.to_bytes(4, "big")

    def _public(self) -> dict[int, Any]:
        point = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
