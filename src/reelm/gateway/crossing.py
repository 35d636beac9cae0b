"""How does a message leave? decide → log → send, in this order, for answers as for deliveries.

What is sent is the bytes of the message with a random salt; its entry commits to their SHA-256 (`content`), so that
whoever received them can show that the log told of exactly this.
"""

import base64
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

import rfc8785

from reelm.gateway.model import TERMS, Kind, Message
from reelm.gateway.policy import Decision, Rules
from reelm.kernel.ids import RealmCode
from reelm.ledger import Crossing, CrossingRefused, Draft

SALT_BYTES = 16
DEEPEST = 16


def new_salt() -> str:
    """128 random bits in base64url."""
    return base64.urlsafe_b64encode(os.urandom(SALT_BYTES)).decode().rstrip("=")


def encode(kind: Kind, salt: str, fields: Mapping[str, Any]) -> bytes:
    """The bytes of a message that its entry counts and commits to: RFC 8785."""
    return rfc8785.dumps({"fields": dict(fields), "kind": kind.value, "salt": salt})


def read_content(kind: Kind, salt: str, fields: Mapping[str, Any], file_digest: str = "") -> str:
    """What the entry of a message says as its `content`, in hex. `file_digest` is that of a file that went along."""
    return sha256(encode(kind, salt, fields) + bytes.fromhex(file_digest)).hexdigest()


def draft_crossing(
    message: Message,
    decision: Decision,
    rules: Rules,
    *,
    to: RealmCode,
    salt: str,
    at: datetime,
    media: tuple[int, str] | None = None,
) -> Draft:
    """The entry of a message that may leave. `media` is the length and SHA-256 of a file that goes along."""
    content = encode(message.kind, salt, message.fields)
    digest, size = sha256(content).hexdigest(), len(content)
    if media is not None:
        size, digest = size + media[0], sha256(content + bytes.fromhex(media[1])).hexdigest()
    assert decision.transfer is not None
    fact = Crossing(
        to=to,
        message=message.kind.value,
        purpose=message.terms.purpose,
        legal_basis=message.terms.basis,
        classes=message.terms.classes,
        fields=len(message.fields),
        bytes=size,
        policy=rules.digest,
        assessment=decision.transfer.assessment,
        agreement=decision.transfer.agreement,
        content=digest,
        people=message.people or None,
        epsilon_micro=message.epsilon_micro,
    )
    return Draft(fact, at, subject=message.person)


def draft_refusal(message: Message, decision: Decision, rules: Rules, *, to: RealmCode, at: datetime) -> Draft:
    """The entry of a message that may not."""
    fact = CrossingRefused(
        to=to,
        message=message.kind.value,
        purpose=message.terms.purpose,
        classes=message.terms.classes,
        rule=decision.rules[0],
        policy=rules.digest,
    )
    return Draft(fact, at, subject=message.person)


def check_arrived(kind: object, fields: object, salt: object) -> tuple[Kind, dict[str, Any], bytes] | None:
    """What came, if it has the form of a message; with the bytes its entry counts."""
    if not isinstance(kind, str) or kind not in TERMS or not isinstance(fields, dict):
        return None
    if not isinstance(salt, str) or not 16 <= len(salt) <= 32 or not is_plain(cast("object", fields)):
        return None
    known = cast("dict[str, Any]", fields)
    try:
        return Kind(kind), known, encode(Kind(kind), salt, known)
    except (rfc8785.CanonicalizationError, ValueError):  # a number that JSON has no one form of, half a character
        return None


def is_count(value: object) -> bool:
    """Whether this is a whole number from 0 on that entries of a log can hold.

    >>> is_count(0), is_count(True), is_count(-1), is_count(2**53)
    (True, False, False, False)
    """
    return type(value) is int and 0 <= value < 2**53


def is_plain(value: object, deepest: int = DEEPEST) -> bool:
    """Whether a value is nested no deeper than this and holds no NUL, which no database of ours takes.

    >>> is_plain({"a": ["b"]}), is_plain({"a": "b\\x00"}), is_plain([[[]]], deepest=2)
    (True, False, False)
    """
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, dict):
        inside = cast("Mapping[object, object]", value)
        return deepest > 0 and all(is_plain(one, deepest - 1) for pair in inside.items() for one in pair)
    if isinstance(value, list):
        return deepest > 0 and all(is_plain(one, deepest - 1) for one in cast("Sequence[object]", value))
    return True
