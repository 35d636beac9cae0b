"""What did two gateways say to each other? HTTP (RFC 9112), envelopes in it, and the messages and files in these."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reelm.gateway import Kind
from reelm.gateway.crossing import encode


@dataclass(frozen=True)
class Letter:
    """One request or answer. `body` is the envelope, `file` what came after it."""

    from_: str
    to: str
    head: bytes
    body: bytes
    file: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.head) + len(self.body) + len(self.file)

    @property
    def is_log(self) -> bool:
        """Whether this asks for, or is, a file of a public log, which needs no envelope."""
        sealed = b"reelm-signature" in self.head.lower()
        return not sealed and (
            self.head.startswith(b"GET /v1/ledger/")
            or (self.head.startswith(b"HTTP/1.1 200") and b"application/octet-stream" in self.head)
            or self.head.startswith(b"HTTP/1.1 404")
        )

    @property
    def envelope(self) -> dict[str, Any]:
        """Empty where none was sent, as in a refusal."""
        if self.is_log or not self.body:
            return {}
        told: dict[str, Any] = json.loads(self.body)
        return told if "what" in told else {}

    @property
    def questions(self) -> list[tuple[str, dict[str, Any]]]:
        """What is asked: the kind, and what about."""
        match self.envelope.get("what"):
            case "ask":
                return [(one["kind"], one["about"]) for one in self.envelope["body"]["questions"]]
            case "media":
                return [("media", self.envelope["body"])]
            case _:
                return []

    @property
    def messages(self) -> Iterator["Crossed"]:
        """What data crossed in it."""
        body = self.envelope.get("body", {})
        for one in (*body.get("answers", ()), *body.get("messages", ())):
            if "fields" in one:
                yield Crossed(
                    self.from_, self.to, one["entry"], Kind(one["kind"]), one["salt"], one["fields"], self.file
                )


@dataclass(frozen=True)
class Crossed:
    """One message with the index that it names of its sender's log."""

    from_: str
    to: str
    entry: int
    kind: Kind
    salt: str
    fields: dict[str, Any]
    file: bytes

    @property
    def size_bytes(self) -> int:
        return len(encode(self.kind, self.salt, self.fields)) + len(self.file)

    @property
    def digest(self) -> str:
        """What its entry must commit to."""
        content = encode(self.kind, self.salt, self.fields)
        return sha256(content + sha256(self.file).digest() if self.file else content).hexdigest()


def read_letters(said: bytes, from_: str, to: str) -> Iterator[Letter]:
    """Every whole request or answer of one direction, in order. The last one may be cut off: it is left out."""
    while said:
        head, found, rest = said.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0].partition(b":")[2]) if lengths else 0
        if not found or len(rest) < size:
            return
        assert b"transfer-encoding" not in head.lower()
        body, cut, file = rest[:size].partition(b"\n")
        yield Letter(from_, to, head + found, body + cut, file)
        said = rest[size:]
