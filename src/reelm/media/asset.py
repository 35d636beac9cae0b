"""What is an upload, and what does it become? The plain data of the state machine on the row.

An upload goes open → complete → taken. The asset made of it goes received → probing → transcoding →
published, or ends in failed; `removed` once its owner has deleted it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reelm.kernel.ids import AccountId, AssetId, UploadId


class UploadState(StrEnum):
    """Where an upload stands: open for bytes, complete, then taken by the clip that is made of it."""

    OPEN = "open"
    COMPLETE = "complete"
    TAKEN = "taken"


class AssetState(StrEnum):
    """Where processing stands; published, failed and removed are ends."""

    RECEIVED = "received"
    PROBING = "probing"
    TRANSCODING = "transcoding"
    PUBLISHED = "published"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Upload:
    """One resumable upload. Bytes up to `offset_bytes` are durable."""

    id: UploadId
    owner: AccountId
    state: UploadState
    size_bytes: int
    offset_bytes: int
    expires_at: datetime


@dataclass(frozen=True)
class StoredRendition:
    """One size of a clip that can be played."""

    short_side: int
    blob_key: str
    width: int
    height: int
    codec: str
    bitrate: int
    size_bytes: int


@dataclass(frozen=True)
class Asset:
    """What was made of one upload so far. `problem` is the slug of the refusal it failed with."""

    id: AssetId
    owner: AccountId
    upload: UploadId
    state: AssetState
    attempts: int
    cover_at_ms: int | None
    problem: str | None = None
    problem_facts: Mapping[str, object] = field(default_factory=dict[str, object])
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    poster_key: str | None = None
    placeholder: bytes | None = None
    finished_at: datetime | None = None
    renditions: tuple[StoredRendition, ...] = ()


def blob_folder(asset: AssetId) -> str:
    """Every blob of an asset lies below this key."""
    return f"clips/{asset}"
