"""What does media leave for later? Transcoding and discarding, one job an asset at a time."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from reelm.infra.db import WriteUnit
from reelm.infra.jobs import JobSpec, enqueue
from reelm.kernel.ids import AccountId, AssetId, UploadId, new_uuid
from reelm.media.asset import Asset, AssetState, UploadState
from reelm.media.errors import UploadEmpty
from reelm.media.refusals import UploadAlreadyUsed, UploadNotComplete
from reelm.media.store import advance, find_upload, insert_asset, take_upload
from reelm.media.transcodes import Studio, discard, transcode
from reelm.media.uploads import fetch_upload

QUEUE = "media"
TRANSCODE, DISCARD = "media.transcode", "media.discard"


async def accept_upload(
    unit: WriteUnit, *, owner: AccountId, upload: UploadId, cover_at_ms: int | None, at: datetime
) -> AssetId:
    """Make an asset of a complete upload and queue its transcoding, in this transaction.

    Raises `UploadNotFound`, also for somebody else's and an expired one; `UploadNotComplete`,
    `UploadAlreadyUsed`, `UploadEmpty`.
    """
    if not await take_upload(unit, upload, owner, at):
        found = await fetch_upload(unit, upload, owner, at)
        if found.state is UploadState.TAKEN:
            raise UploadAlreadyUsed
        raise UploadNotComplete(missing_bytes=found.size_bytes - found.offset_bytes)
    taken = await find_upload(unit, upload, owner)
    if taken is not None and taken.size_bytes == 0:
        raise UploadEmpty
    asset = Asset(AssetId(new_uuid()), owner, upload, AssetState.RECEIVED, 0, cover_at_ms)
    await insert_asset(unit, asset, at)
    await enqueue(unit, JobSpec(TRANSCODE, {"asset": str(asset.id)}, QUEUE, lock=f"asset:{asset.id}"))
    return asset.id


async def discard_asset(unit: WriteUnit, id: AssetId) -> None:
    """Mark an asset removed and queue the end of its bytes, in this transaction."""
    await advance(unit, id, AssetState.REMOVED)
    await enqueue(unit, JobSpec(DISCARD, {"asset": str(id)}, QUEUE, lock=f"asset:{id}"))


async def run_transcode(studio: Studio, args: Mapping[str, str]) -> None:
    """The job behind `TRANSCODE`; running it again goes on where it stopped."""
    await transcode(studio, AssetId(UUID(args["asset"])))


async def run_discard(studio: Studio, args: Mapping[str, str]) -> None:
    """The job behind `DISCARD`; running it again changes nothing."""
    await discard(studio, AssetId(UUID(args["asset"])))
