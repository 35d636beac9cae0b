"""The queries of bytes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from reelm import holds
from reelm.infra.db import ReadUnit, Record, WriteUnit, is_among
from reelm.kernel.data_classes import DataClass
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AccountId, AssetId, UploadId
from reelm.media.asset import Asset, AssetState, StoredRendition, Upload, UploadState
from reelm.media.tables import assets, renditions, uploads

_UPLOAD = (
    uploads.c.id,
    uploads.c.account_id,
    uploads.c.state,
    uploads.c.size_bytes,
    uploads.c.offset_bytes,
    uploads.c.expires_at,
)


def _upload(row: Record) -> Upload:
    return Upload(
        UploadId(row.id),
        AccountId(row.account_id),
        UploadState(row.state),
        row.size_bytes,
        row.offset_bytes,
        row.expires_at,
    )


async def insert_upload(unit: WriteUnit, upload: Upload, at: datetime) -> None:
    await unit.write(
        insert(uploads).values(
            id=upload.id,
            account_id=upload.owner,
            state=upload.state,
            size_bytes=upload.size_bytes,
            offset_bytes=upload.offset_bytes,
            created_at=at,
            expires_at=upload.expires_at,
        )
    )


async def find_upload(unit: ReadUnit, id: UploadId, owner: AccountId) -> Upload | None:
    """The upload, if it is this person's."""
    row = await unit.first(select(*_UPLOAD).where(uploads.c.id == id, uploads.c.account_id == owner))
    return _upload(row) if row else None


async def list_expired_uploads(unit: ReadUnit, at: datetime) -> list[Upload]:
    stays = holds.is_held(uploads.c.account_id, (DataClass.BEHAVIOR,), at)
    ended = uploads.c.expires_at <= at, uploads.c.state != UploadState.TAKEN, ~stays
    rows = await unit.all(select(*_UPLOAD).where(*ended))
    return [_upload(row) for row in rows]


async def list_upload_ids(unit: ReadUnit) -> set[UploadId]:
    return {UploadId(id) for id in await unit.scalars(select(uploads.c.id))}


async def update_offset(unit: WriteUnit, id: UploadId, offset: int, state: UploadState, expires_at: datetime) -> None:
    await unit.write(
        update(uploads).where(uploads.c.id == id).values(offset_bytes=offset, state=state, expires_at=expires_at)
    )


async def take_upload(unit: WriteUnit, id: UploadId, owner: AccountId, at: datetime) -> bool:
    """Mark a complete upload as used; false where it is not complete, not theirs, expired or used already."""
    statement = (
        update(uploads)
        .where(uploads.c.id == id, uploads.c.account_id == owner, uploads.c.state == UploadState.COMPLETE)
        .where(uploads.c.expires_at > at)
        .values(state=UploadState.TAKEN)
    )
    return await unit.write(statement) == 1


async def delete_upload(unit: WriteUnit, id: UploadId) -> None:
    await unit.write(delete(uploads).where(uploads.c.id == id))


async def insert_asset(unit: WriteUnit, asset: Asset, at: datetime) -> None:
    await unit.write(
        insert(assets).values(
            id=asset.id,
            account_id=asset.owner,
            upload_id=asset.upload,
            state=asset.state,
            attempts=0,
            cover_at_ms=asset.cover_at_ms,
            created_at=at,
        )
    )


async def _list_assets(unit: ReadUnit, statement: Select[Any]) -> dict[AssetId, Asset]:
    rows = await unit.all(statement)
    made: defaultdict[AssetId, list[StoredRendition]] = defaultdict(list)
    wanted = select(renditions).where(is_among(renditions.c.asset_id, [row.id for row in rows]))
    for row in await unit.all(wanted.order_by(renditions.c.short_side)) if rows else ():
        made[row.asset_id].append(
            StoredRendition(
                row.short_side, row.blob_key, row.width, row.height, row.codec, row.bitrate, row.size_bytes
            )
        )
    return {
        AssetId(row.id): Asset(
            id=AssetId(row.id),
            owner=AccountId(row.account_id),
            upload=UploadId(row.upload_id),
            state=AssetState(row.state),
            attempts=row.attempts,
            cover_at_ms=row.cover_at_ms,
            problem=row.problem,
            problem_facts=row.problem_facts or {},
            duration_ms=row.duration_ms,
            width=row.width,
            height=row.height,
            poster_key=row.poster_key,
            placeholder=row.placeholder,
            finished_at=row.finished_at,
            renditions=tuple(made[row.id]),
        )
        for row in rows
    }


async def fetch_assets(unit: ReadUnit, ids: Iterable[AssetId]) -> dict[AssetId, Asset]:
    """These assets with their renditions, smallest first; an unknown id is left out."""
    return await _list_assets(unit, select(assets).where(is_among(assets.c.id, ids)))


async def list_assets_at_work(unit: ReadUnit) -> dict[AssetId, Asset]:
    """Assets a media worker still has work on."""
    unfinished = assets.c.finished_at.is_(None)
    return await _list_assets(unit, select(assets).where(or_(unfinished, assets.c.state == AssetState.REMOVED)))


async def find_asset(unit: ReadUnit, id: AssetId) -> Asset | None:
    return (await fetch_assets(unit, [id])).get(id)


async def begin_attempt(unit: WriteUnit, id: AssetId) -> int | None:
    """Count one attempt; returns how many there were with it, `None` where the asset is gone or finished."""
    return await unit.scalar(
        update(assets)
        .where(assets.c.id == id, assets.c.finished_at.is_(None), assets.c.state != AssetState.REMOVED)
        .values(attempts=assets.c.attempts + 1)
        .returning(assets.c.attempts)
    )


async def advance(unit: WriteUnit, id: AssetId, to: AssetState, **facts: Any) -> bool:
    """Move an asset on; false where its owner removed it meanwhile, and then nothing changes."""
    statement = update(assets).where(
        assets.c.id == id, assets.c.state.not_in([AssetState.REMOVED, AssetState.FAILED])
    )
    return await unit.write(statement.values(state=to, **facts)) == 1


async def fail_asset(unit: WriteUnit, id: AssetId, problem: Problem) -> bool:
    """False where its owner removed it meanwhile."""
    return await advance(unit, id, AssetState.FAILED, problem=problem.slug(), problem_facts=problem.facts())


async def mark_finished(unit: WriteUnit, id: AssetId, at: datetime) -> None:
    """No job has work on this asset any more."""
    await unit.write(update(assets).where(assets.c.id == id).values(finished_at=at))


async def insert_rendition(unit: WriteUnit, asset: AssetId, made: StoredRendition) -> None:
    """Adding the same size twice changes nothing."""
    values = {
        "asset_id": asset,
        "short_side": made.short_side,
        "blob_key": made.blob_key,
        "width": made.width,
        "height": made.height,
        "codec": made.codec,
        "bitrate": made.bitrate,
        "size_bytes": made.size_bytes,
    }
    await unit.write(upsert(renditions).values(values).on_conflict_do_nothing())


async def delete_asset(unit: WriteUnit, id: AssetId) -> None:
    await unit.write(delete(assets).where(assets.c.id == id))


async def list_blob_keys(unit: ReadUnit) -> set[str]:
    """Every blob key an asset points to."""
    keys = set(await unit.scalars(select(renditions.c.blob_key)))
    return keys | set(await unit.scalars(select(assets.c.poster_key).where(assets.c.poster_key.is_not(None))))
