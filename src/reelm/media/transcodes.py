"""How does an accepted upload become renditions? One job, which may die and be done again at any step.

Every step leaves the rows true: a rendition's row is written after its blob is durable, the source goes once all
renditions are in, the upload's row goes last. Done again, the job skips what is there.
"""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reelm.infra.blobs import FileBlobs
from reelm.infra.db import Database, WriteUnit
from reelm.infra.telemetry import tag
from reelm.kernel.errors import Problem
from reelm.kernel.ids import AssetId
from reelm.kernel.time import Clock
from reelm.media.asset import Asset, AssetState, StoredRendition, blob_folder
from reelm.media.encode import encode_rendition, examine, extract_poster
from reelm.media.errors import SandboxUnavailable, TranscodeFailed
from reelm.media.ladder import plan_renditions
from reelm.media.model import DEFAULT_LADDER, Encoded, Gain, Ladder, Limits, Probe, Rendition
from reelm.media.refusals import TranscodeGaveUp, UploadLost
from reelm.media.store import (
    advance,
    begin_attempt,
    delete_asset,
    delete_upload,
    fail_asset,
    find_asset,
    insert_rendition,
    mark_finished,
)
from reelm.media.uploads import Inbox

MAX_ATTEMPTS = 4

_log = logging.getLogger(__name__)

News = Callable[[WriteUnit, AssetId, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Listeners:
    """Who above is told, in the same transaction, that an asset can be played or never will be."""

    on_playable: News
    on_failed: News


@dataclass(frozen=True)
class Studio:
    """What a media worker needs to do its work."""

    database: Database
    blobs: FileBlobs
    inbox: Inbox
    work_dir: Path
    limits: Limits
    clock: Clock
    listeners: Listeners
    keep_originals: bool = False
    ladder: Ladder = DEFAULT_LADDER


@dataclass(frozen=True)
class Source:
    """An upload that was looked into: its file, what it is, and how loud it must become."""

    path: Path
    probe: Probe
    gain: Gain


class _Removed(Exception):
    """The owner removed the clip meanwhile."""


async def transcode(studio: Studio, id: AssetId) -> None:
    """Make every rendition of an asset and publish it with the first; safe to run again after any crash.

    A refusal of the clip itself ends in `failed`; so does the attempt after `MAX_ATTEMPTS`, and the second at which
    an encoder ends without saying why. Anything else (the database, the disk) is raised, to be tried again.
    """
    async with studio.database.write() as unit:
        attempts = await begin_attempt(unit, id)
        asset = await find_asset(unit, id)
    if attempts is None or asset is None:
        return _clear_work(studio, id)
    _log.info("transcode", extra={"facts": {"clip": tag(id), "attempt": attempts}})
    folder = studio.work_dir / f"{id}-{attempts}"
    try:
        _clear_work(studio, id)
        if asset.state is AssetState.FAILED:
            await _clear_failed(studio, asset)  # an earlier attempt died before it had cleared away
        elif attempts <= MAX_ATTEMPTS:
            folder.mkdir(parents=True)
            await _transcode(studio, asset, folder)
        elif asset.renditions:
            await _finish(studio, asset)  # it plays; the sizes that lack are given up
        else:
            raise TranscodeGaveUp
    except SandboxUnavailable:
        raise
    except Problem as problem:
        if isinstance(problem, TranscodeFailed) and attempts == 1:
            raise  # nothing was found in the file: it may have been the machine
        await _settle(studio, id, problem)
    except _Removed:
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_work(studio: Studio, id: AssetId) -> None:
    """Remove what earlier attempts left when they died."""
    for left in studio.work_dir.glob(f"{id}-*"):
        shutil.rmtree(left, ignore_errors=True)


async def _transcode(studio: Studio, asset: Asset, folder: Path) -> None:
    source = studio.inbox.path(asset.upload)
    if not source.exists():
        if not asset.renditions:
            raise UploadLost
        return await _finish(studio, asset)
    await _advance(studio, asset, AssetState.PROBING)
    found, gain = await examine(source, studio.limits)
    plan = plan_renditions(found, studio.ladder)
    shape = plan[-1]
    await _advance(
        studio,
        asset,
        AssetState.TRANSCODING,
        duration_ms=found.duration_ms,
        width=shape.width,
        height=shape.height,
    )
    await _make_all(studio, asset, plan, Source(source, found, gain), folder)
    return await _finish(studio, asset)


async def _advance(studio: Studio, asset: Asset, state: AssetState, **facts: int) -> None:
    """Move on, except where an earlier attempt came further."""
    if asset.state is AssetState.PUBLISHED:
        return
    async with studio.database.write() as unit:
        if not await advance(unit, asset.id, state, **facts):
            raise _Removed


async def _make_all(studio: Studio, asset: Asset, plan: Sequence[Rendition], source: Source, folder: Path) -> None:
    done = {made.short_side for made in asset.renditions}
    needs_poster = asset.poster_key is None
    for rendition in plan:
        if rendition.short_side not in done:
            await _make(studio, asset, rendition, source, folder, needs_poster=needs_poster)
            needs_poster = False


async def _make(
    studio: Studio, asset: Asset, rendition: Rendition, source: Source, folder: Path, *, needs_poster: bool
) -> None:
    """One rendition, and with the first of them the poster; then, in one transaction, the word of it."""
    encoded = await encode_rendition(
        source.path,
        source.probe,
        rendition,
        gain=source.gain,
        out_dir=folder,
        limits=studio.limits,
        keep_frames=needs_poster,
    )
    facts: dict[str, object] = {}
    if needs_poster:
        facts = await _store_poster(studio, asset, encoded, folder)
    stored = StoredRendition(
        short_side=rendition.short_side,
        blob_key=f"{blob_folder(asset.id)}/{rendition.short_side}.mp4",
        width=encoded.width,
        height=encoded.height,
        codec=encoded.codecs,
        bitrate=encoded.bitrate,
        size_bytes=encoded.size_bytes,
    )
    await asyncio.to_thread(studio.blobs.put_file, stored.blob_key, encoded.path)
    at = studio.clock.now()
    async with studio.database.write() as unit:
        if not await advance(unit, asset.id, AssetState.PUBLISHED, **facts):
            raise _Removed
        await insert_rendition(unit, asset.id, stored)
        await studio.listeners.on_playable(unit, asset.id, at)


async def _store_poster(studio: Studio, asset: Asset, encoded: Encoded, folder: Path) -> dict[str, object]:
    poster = await extract_poster(encoded, folder, studio.limits, cover_at_ms=asset.cover_at_ms)
    key = f"{blob_folder(asset.id)}/poster.webp"
    await asyncio.to_thread(studio.blobs.put_file, key, poster.path)
    return {"poster_key": key, "placeholder": poster.thumbhash, "duration_ms": encoded.duration_ms}


async def _finish(studio: Studio, asset: Asset) -> None:
    """All is made: the source goes, then the upload's row and the asset's last mark together."""
    await asyncio.to_thread(_put_source_away, studio, asset)
    async with studio.database.write() as unit:
        await advance(unit, asset.id, AssetState.PUBLISHED, finished_at=studio.clock.now())
        await delete_upload(unit, asset.upload)


def _put_source_away(studio: Studio, asset: Asset) -> None:
    source = studio.inbox.path(asset.upload)
    if studio.keep_originals and source.exists():
        studio.blobs.put_file(f"originals/{asset.id}", source)
    source.unlink(missing_ok=True)


async def _settle(studio: Studio, id: AssetId, problem: Problem) -> None:
    """A clip that plays stays with the sizes it has; any other ends in `failed`."""
    async with studio.database.read() as unit:
        asset = await find_asset(unit, id)
    if asset is None:
        return None
    facts = {"clip": tag(id), "problem": problem.slug()}
    if asset.renditions:
        _log.warning("rendition failed", extra={"facts": facts})
        return await _finish(studio, asset)
    _log.info("clip failed", extra={"facts": facts})
    return await _fail(studio, asset, problem)


async def _fail(studio: Studio, asset: Asset, problem: Problem) -> None:
    """First the reason is on the row, then the files go: done again, the reason is still the first one."""
    async with studio.database.write() as unit:
        if not await fail_asset(unit, asset.id, problem):
            return  # its owner removed it meanwhile, and what is left of it goes in a job of its own
        await studio.listeners.on_failed(unit, asset.id, studio.clock.now())
    await _clear_failed(studio, asset)


async def _clear_failed(studio: Studio, asset: Asset) -> None:
    """Nothing is left on disk; then the upload's row goes and the asset has its last mark."""
    studio.inbox.path(asset.upload).unlink(missing_ok=True)
    studio.blobs.delete_below(blob_folder(asset.id))
    async with studio.database.write() as unit:
        await mark_finished(unit, asset.id, studio.clock.now())
        await delete_upload(unit, asset.upload)


async def discard(studio: Studio, id: AssetId) -> None:
    """Remove every byte of an asset its owner removed, then its rows; safe to run again."""
    async with studio.database.read() as unit:
        asset = await find_asset(unit, id)
    if asset is None:
        return
    _clear_work(studio, id)
    studio.inbox.path(asset.upload).unlink(missing_ok=True)
    studio.blobs.delete_below(blob_folder(id))
    studio.blobs.delete(f"originals/{id}")
    async with studio.database.write() as unit:
        await delete_upload(unit, asset.upload)
        await delete_asset(unit, id)
