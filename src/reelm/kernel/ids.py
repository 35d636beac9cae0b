"""How are things named? By UUIDv7 (RFC 9562 §5.7), each in its own type: a person is never taken for a clip."""

import os
import time
from typing import NewType
from uuid import UUID

AccessId = NewType("AccessId", UUID)
AccountId = NewType("AccountId", UUID)
AssetId = NewType("AssetId", UUID)
CommentId = NewType("CommentId", UUID)
EntryId = NewType("EntryId", str)
ImpressionId = NewType("ImpressionId", UUID)
MoveId = NewType("MoveId", UUID)
NotificationId = NewType("NotificationId", UUID)
RealmCode = NewType("RealmCode", str)
SessionId = NewType("SessionId", UUID)
UploadId = NewType("UploadId", UUID)
VideoId = NewType("VideoId", UUID)


def new_uuid() -> UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then 74 random bits; sorts by time of making.

    >>> new_uuid().version
    7
    """
    unix_ms = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = unix_ms << 80 | random
    value = value & ~(0xF000 << 64) | (0x7000 << 64)
    value = value & ~(0xC000 << 48) | (0x8000 << 48)
    return UUID(int=value)
