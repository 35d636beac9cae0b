"""How are things named? By UUIDv7 (RFC 9562 §5.7), each in its own type: a person is never taken for a clip."""

import base64
import os
import time
from typing import NewType
from uuid import UUID

AccessId = NewType("AccessId", UUID)
AccountId = NewType("AccountId", UUID)
AssetId = NewType("AssetId", UUID)
CommentId = NewType("CommentId", UUID)
DeviceId = NewType("DeviceId", UUID)
EntryId = NewType("EntryId", str)
ExceptionId = NewType("ExceptionId", UUID)
ImpressionId = NewType("ImpressionId", UUID)
MoveId = NewType("MoveId", UUID)
NotificationId = NewType("NotificationId", UUID)
OrganisationId = NewType("OrganisationId", UUID)
PasskeyId = NewType("PasskeyId", UUID)
RealmCode = NewType("RealmCode", str)
SessionId = NewType("SessionId", UUID)
StaffId = NewType("StaffId", UUID)
UploadId = NewType("UploadId", UUID)
VideoId = NewType("VideoId", UUID)


def public_id(id: UUID) -> str:
    """How entries of the log name what has this id: 22 characters of unpadded base64url.

    >>> public_id(UUID(int=0))
    'AAAAAAAAAAAAAAAAAAAAAA'
    """
    return base64.urlsafe_b64encode(id.bytes).decode().rstrip("=")


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
