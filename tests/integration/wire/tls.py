"""What was said inside TLS 1.3, for whoever has the secrets of a connection? RFC 8446, sections 5 and 7.

The secrets are those that a client writes for `SSLKEYLOGFILE`. Reads what realms speak: no early data, no renewal
of keys; a record that does not open is an error.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HANDSHAKE, APPLICATION = 22, 23
CLIENT_HELLO, SERVER_HELLO = 1, 2
SUITES = {0x1301: (AESGCM, SHA256, 16), 0x1302: (AESGCM, SHA384, 32), 0x1303: (ChaCha20Poly1305, SHA256, 32)}
SIDES = {"CLIENT": "client", "SERVER": "server"}


@dataclass
class Secrets:
    """Those of every connection, by the random number in its client's first message."""

    known: dict[tuple[str, bytes], bytes] = field(default_factory=dict[tuple[str, bytes], bytes])

    @classmethod
    def read(cls, text: str) -> "Secrets":
        """The lines of a key log (draft-ietf-tls-keylogfile)."""
        lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
        return cls({(label, bytes.fromhex(random)): bytes.fromhex(secret) for label, random, secret in lines})

    def keys(self, side: str, random: bytes, suite: int) -> Iterator["_Key"]:
        """The key of the handshake, then the one of what is said."""
        for label in (f"{side}_HANDSHAKE_TRAFFIC_SECRET", f"{side}_TRAFFIC_SECRET_0"):
            yield _Key(self.known[label, random], suite)


class _Key:
    """One direction's key: opens records in their order."""

    def __init__(self, secret: bytes, suite: int) -> None:
        cipher, digest, length = SUITES[suite]
        self._cipher = cipher(_expand(secret, "key", length, digest()))
        self._start = int.from_bytes(_expand(secret, "iv", 12, digest()), "big")
        self._number = 0

    def open(self, header: bytes, content: bytes) -> tuple[int, bytes]:
        """The kind of a record and what is in it. Raises `InvalidTag`."""
        nonce = (self._start ^ self._number).to_bytes(12, "big")
        plain = self._cipher.decrypt(nonce, content, header).rstrip(b"\0")
        self._number += 1
        return plain[-1], plain[:-1]


def _expand(secret: bytes, label: str, length: int, digest: SHA256 | SHA384) -> bytes:
    """HKDF-Expand-Label (RFC 8446, section 7.1) without a context."""
    name = b"tls13 " + label.encode()
    info = struct.pack(">HB", length, len(name)) + name + b"\0"
    return HKDFExpand(digest, length, info).derive(secret)


def open_connection(client: bytes, server: bytes, secrets: Secrets) -> tuple[bytes, bytes]:
    """What both sides of a connection said; nothing of one that ended in its first messages."""
    if not client or not server:
        return b"", b""
    hello = next(content for kind, _, content in _records(client) if kind == HANDSHAKE)
    random = hello[6:38]
    suite = _chosen_suite(next(content for kind, _, content in _records(server) if kind == HANDSHAKE))
    return _open(client, "CLIENT", random, suite, secrets), _open(server, "SERVER", random, suite, secrets)


def _chosen_suite(hello: bytes) -> int:
    assert hello[0] == SERVER_HELLO
    after = 39 + hello[38]
    return int.from_bytes(hello[after : after + 2], "big")


def _records(stream: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Kind, header and content of each record; one that was cut off is not told."""
    while len(stream) >= 5:
        length = int.from_bytes(stream[3:5], "big")
        header, content, stream = stream[:5], stream[5 : 5 + length], stream[5 + length :]
        if len(content) == length:
            yield header[0], header, content


def _open(stream: bytes, side: str, random: bytes, suite: int, secrets: Secrets) -> bytes:
    keys = secrets.keys(side, random, suite)
    key, said = next(keys), bytearray()
    for kind, header, content in _records(stream):
        if kind != APPLICATION:
            continue
        try:
            inner, plain = key.open(header, content)
        except InvalidTag:
            key = next(keys)
            inner, plain = key.open(header, content)
        if inner == APPLICATION:
            said += plain
    return bytes(said)
