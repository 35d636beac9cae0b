"""Who signed this text? C2SP signed-note, and tlog-cosignature for what a witness signs, with Ed25519 (RFC 8032).

A note is a text that ends with a line feed, an empty line, and a line `— name base64(key id ‖ signature)` for each
signature. A cosignature is 8 bytes of time and an Ed25519 signature over `cosignature/v1`, that time and the text.
"""

import base64
import binascii
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reelm.ledger.errors import NoteMalformed, SignatureWrong, VkeyMalformed

ED25519 = 1
COSIGNATURE = 4
ALGORITHMS = (ED25519, COSIGNATURE)
SIGNATURES_MAX = 100
NOTE_MAX_BYTES = 1_000_000

_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_DASH = "\u2014"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")


def to_base64(data: bytes) -> str:
    """Standard base64 with padding, RFC 4648 §4."""
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes | None:
    """The bytes, if `text` is the one standard way to write them (RFC 4648 §4, §3.5)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if to_base64(data) == text else None


def is_key_name(name: str) -> bool:
    """Signed-note, "Format": not empty, no Unicode space, no plus; and no control character."""
    return bool(name) and "+" not in name and not any(one.isspace() or one < " " for one in name)


def cosigned_message(text: str, at_s: int) -> bytes:
    """What a witness signs: tlog-cosignature, "Ed25519 signed message"."""
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name; `str()` writes it as a vkey."""

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key)[:4]: signed-note, "Signatures"."""
        return sha256(self.name.encode() + b"\n" + self._material).digest()[:_KEY_ID_BYTES]

    @property
    def _material(self) -> bytes:
        return bytes((self.algorithm,)) + self.public_key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(self._material)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name+hex(key id)+base64(algorithm ‖ public key)`. Raises `VkeyMalformed`.

        >>> VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").name
        'example.com/foo'
        """
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = from_base64(encoded)
        if not is_key_name(name) or not _KEY_ID.fullmatch(key_id) or not material:
            raise VkeyMalformed(fault="not-a-vkey")
        key = cls(name, material[0], material[1:])
        if key.algorithm not in ALGORITHMS:
            raise VkeyMalformed(fault="algorithm-not-taken")
        if len(key.public_key) != 32:
            raise VkeyMalformed(fault="key-length")
        if key.key_id.hex() != key_id:
            raise VkeyMalformed(fault="key-id-wrong")
        return key

    def is_signed(self, text: str, signature: bytes) -> bool:
        """Whether these bytes, without the key id, are this key's signature of `text`."""
        message = text.encode()
        if self.algorithm == COSIGNATURE:
            message = cosigned_message(text, _time_in(signature))
            signature = signature[_TIME_BYTES:]
        if len(signature) != _SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def _time_in(signature: bytes) -> int:
    return int.from_bytes(signature[:_TIME_BYTES], "big")


@dataclass(frozen=True)
class Signature:
    """One signature, of whomever it says it is."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """As it stands in a note, with its line feed."""
        return f"{_DASH} {self.name} {to_base64(self.key_id + self.signature)}\n"


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """Read lines of signatures, as a note ends with and a witness answers. Raises `NoteMalformed`."""
    if not text.endswith("\n"):
        raise NoteMalformed(fault="no-signature-line")
    lines = text[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteMalformed(fault="too-many-signatures")
    return tuple(map(_parse_line, lines))


def _parse_line(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = from_base64(encoded)
    if dash != _DASH or not is_key_name(name) or data is None or len(data) <= _KEY_ID_BYTES:
        raise NoteMalformed(fault="signature-line")
    return Signature(name, data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])


class SigningKey:
    """A private key: of a log (`sign`) or of a witness (`cosign`)."""

    def __init__(self, name: str, seed: bytes, algorithm: int) -> None:
        if not is_key_name(name) or algorithm not in ALGORITHMS:
            raise ValueError("a key has a name without spaces and plus, and an algorithm that is taken here")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.seed = seed
        self.verifier = VerifierKey(name, algorithm, self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str, algorithm: int = ED25519) -> Self:
        return cls(name, os.urandom(32), algorithm)

    @classmethod
    def from_seed(cls, name: str, seed: bytes, algorithm: int = ED25519) -> Self:
        """The key of these 32 bytes, RFC 8032 §5.1.5."""
        return cls(name, seed, algorithm)

    def sign(self, text: str) -> Signature:
        """Sign a text that ends with a line feed."""
        self._need(ED25519, text)
        return self._as_mine(self._key.sign(text.encode()))

    def cosign(self, body: str, at_s: int) -> Signature:
        """Say as a witness that at `at_s`, in seconds since 1970, this checkpoint was the newest and consistent."""
        self._need(COSIGNATURE, body)
        return self._as_mine(at_s.to_bytes(_TIME_BYTES, "big") + self._key.sign(cosigned_message(body, at_s)))

    def _as_mine(self, signature: bytes) -> Signature:
        return Signature(self.verifier.name, self.verifier.key_id, signature)

    def _need(self, algorithm: int, text: str) -> None:
        if self.verifier.algorithm != algorithm or not text.endswith("\n"):
            raise ValueError("a log signs and a witness cosigns, both a text that ends with a line feed")


@dataclass(frozen=True)
class Note:
    """A text and the signatures below it, of which none is checked yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """Read a signed note: signed-note, "Format". Raises `NoteMalformed`."""
        whole = data if isinstance(data, str) else _decode(data)
        if len(whole) > NOTE_MAX_BYTES:
            raise NoteMalformed(fault="too-long")
        if _CONTROL.search(whole):
            raise NoteMalformed(fault="control-character")
        head, cut, tail = whole.rpartition("\n\n")
        if not cut:
            raise NoteMalformed(fault="no-empty-line")
        return cls(head + "\n", parse_signatures(tail))

    def format(self) -> str:
        """The note as it is published."""
        return f"{self.text}\n{''.join(one.line() for one in self.signatures)}"

    def with_signatures(self, extra: Iterable[Signature]) -> "Note":
        """The note with these behind its own; one of the same key in the note stays in its place, replaced."""
        by_key = {(one.name, one.key_id): one for one in self.signatures}
        by_key |= {(one.name, one.key_id): one for one in extra}
        return Note(self.text, tuple(by_key.values()))


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteMalformed(fault="not-utf-8") from None


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> list[tuple[VerifierKey, int | None]]:
    """Which of `keys` signed, each once; a cosignature with its time in seconds since 1970, the latest if several.

    Signatures of unknown keys are passed over. Raises `SignatureWrong` when one that bears the name and id of a known
    key is not of that key.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed: dict[VerifierKey, int | None] = {}
    for one in note.signatures:
        key = known.get((one.name, one.key_id))
        if key is None:
            continue
        if not key.is_signed(note.text, one.signature):
            raise SignatureWrong(key=key.name)
        at_s = _time_in(one.signature) if key.algorithm == COSIGNATURE else None
        signed[key] = max(at_s, signed.get(key) or 0) if at_s is not None else None
    return list(signed.items())
