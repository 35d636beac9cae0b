"""Bytes: upload, probe, ladder, transcode, store, deliver. Owns `uploads`, `assets`, `renditions` and the blobs.

Promises: what people upload is opened only in a sandbox without network; nothing of its metadata survives in what
is served; an accepted upload ends published or failed with a reason, whatever dies in between.
"""

from reelm.media.asset import Asset, AssetState, StoredRendition, Upload, UploadState
from reelm.media.avatars import store_avatar
from reelm.media.errors import ImageNotTaken, UploadEmpty
from reelm.media.fsck import Findings, clear_orphans, find_faults
from reelm.media.jobs import DISCARD, QUEUE, TRANSCODE, accept_upload, discard_asset, run_discard, run_transcode
from reelm.media.keys import abroad_key, avatar_key, clip_key, content_type
from reelm.media.model import Barrier, Limits
from reelm.media.refusals import (
    ChecksumUnknown,
    ChecksumWrong,
    ChunkTypeWrong,
    FileNotServed,
    TusRequestWrong,
    TusVersionUnknown,
    UploadAlreadyUsed,
    UploadBeyondSize,
    UploadBusy,
    UploadNotComplete,
    UploadNotFound,
    UploadOffsetWrong,
    UploadSizeUnknown,
    UploadTooLarge,
)
from reelm.media.sandbox import describe_sandbox
from reelm.media.store import fetch_assets
from reelm.media.tables import BELONGINGS, STAYING
from reelm.media.transcodes import Listeners, Studio
from reelm.media.uploads import (
    CHECKSUMS,
    Checksum,
    Inbox,
    append,
    create_upload,
    expire,
    fetch_upload,
    terminate,
)

__all__ = [
    "BELONGINGS",
    "CHECKSUMS",
    "DISCARD",
    "QUEUE",
    "STAYING",
    "TRANSCODE",
    "Asset",
    "AssetState",
    "Barrier",
    "Checksum",
    "ChecksumUnknown",
    "ChecksumWrong",
    "ChunkTypeWrong",
    "FileNotServed",
    "Findings",
    "ImageNotTaken",
    "Inbox",
    "Limits",
    "Listeners",
    "StoredRendition",
    "Studio",
    "TusRequestWrong",
    "TusVersionUnknown",
    "Upload",
    "UploadAlreadyUsed",
    "UploadBeyondSize",
    "UploadBusy",
    "UploadEmpty",
    "UploadNotComplete",
    "UploadNotFound",
    "UploadOffsetWrong",
    "UploadSizeUnknown",
    "UploadState",
    "UploadTooLarge",
    "abroad_key",
    "accept_upload",
    "append",
    "avatar_key",
    "clear_orphans",
    "clip_key",
    "content_type",
    "create_upload",
    "describe_sandbox",
    "discard_asset",
    "expire",
    "fetch_assets",
    "fetch_upload",
    "find_faults",
    "run_discard",
    "run_transcode",
    "store_avatar",
    "terminate",
]
