"""How does an entry name a person, so that nobody can tell whom, and nobody ever again once their key is gone?

By HMAC-SHA256 under a random key of that person's own, over the entry's id: the same person is different in every
entry. Whoever has the key, the person above all, can tell which entries are theirs.
"""

import base64
import hashlib
import hmac
from typing import Literal

from reelm.kernel.ids import AccountId

Place = Literal["actor", "subject"]


def commit(key: bytes, place: Place, entry_id: str, person: AccountId) -> str:
    """43 characters of unpadded base64url.

    >>> from uuid import UUID
    >>> person = AccountId(UUID("018f3c1e-0000-7000-8000-000000000001"))
    >>> commit(bytes(32), "subject", "AAAAAAAAAAAAAAAAAAAAAA", person)
    'IrihWAVhET54u8OraD3J25MLfdKu4XMOwpgeKJvTLXc'
    """
    message = f"reelm/{place}/v1\n{entry_id}\n{person}".encode()
    digest = hmac.digest(key, message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def may_open(commitment: str, key: bytes, place: Place, entry_id: str, person: AccountId) -> bool:
    """Whether `commitment` names this person."""
    return hmac.compare_digest(commitment, commit(key, place, entry_id, person))
