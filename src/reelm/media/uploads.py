"""How do a person's bytes get here over a bad connection? In chunks at an offset both sides agree on (tus 1.0.0).

The row's offset is the truth: bytes behind it in the file are durable, bytes after it are written again. A chunk
with a checksum counts whole or not at all; one without counts as far as it came.
"""

import asyncio
import base64
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from reelm.infra.db import Database, ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, UploadId, new_uuid
from reelm.media.asset import Upload, UploadState
from reelm.media.refusals import (
    ChecksumUnknown,
    ChecksumWrong,
    UploadBeyondSize,
    UploadBusy,
    UploadNotFound,
    UploadOffsetWrong,
    UploadTooLarge,
)
from reelm.media.store import delete_upload, find_upload, insert_upload, list_expired_uploads, update_offset

CHECKSUMS = ("sha1", "sha256")
_BUFFER_BYTES = 1 << 20


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True)
class Inbox:
    """Where uploads are received: their folder, the largest one taken, and how long one may stay unfinished."""

    database: Database
    folder: Path
    max_bytes: int
    ttl: timedelta

    def path(self, id: UploadId) -> Path:
        """The file of an upload; its name says nothing of the file it came from."""
        return self.folder / str(id)


@dataclass(frozen=True)
class Checksum:
    """What the sender says the chunk hashes to."""

    algorithm: str
    digest: bytes

    @classmethod
    def parse(cls, header: str) -> "Checksum":
        """From `Upload-Checksum: sha1 base64`. Raises `ChecksumUnknown`."""
        algorithm, _, encoded = header.partition(" ")
        try:
            digest = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise ChecksumUnknown from None
        if algorithm not in CHECKSUMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
            raise ChecksumUnknown
        return cls(algorithm, digest)


async def create_upload(inbox: Inbox, *, owner: AccountId, size_bytes: int, at: datetime) -> Upload:
    """Open an upload of exactly `size_bytes`. Raises `UploadTooLarge`."""
    if size_bytes > inbox.max_bytes:
        raise UploadTooLarge(limit_bytes=inbox.max_bytes)
    upload = Upload(UploadId(new_uuid()), owner, _state(0, size_bytes), size_bytes, 0, at + inbox.ttl)
    async with inbox.database.write() as unit:
        await insert_upload(unit, upload, at)
    return upload


def _state(offset: int, size: int) -> UploadState:
    return UploadState.COMPLETE if offset == size else UploadState.OPEN


async def fetch_upload(unit: ReadUnit, id: UploadId, owner: AccountId, at: datetime) -> Upload:
    """Raises `UploadNotFound`, also for somebody else's and for an expired one."""
    upload = await find_upload(unit, id, owner)
    if upload is None or (upload.expires_at <= at and upload.state is not UploadState.TAKEN):
        raise UploadNotFound
    return upload


async def append(
    inbox: Inbox,
    upload: Upload,
    chunks: AsyncIterator[bytes],
    *,
    offset: int,
    checksum: Checksum | None,
    at: datetime,
) -> int:
    """Write `chunks` at `offset`; returns the new offset once it is durable.

    When `chunks` raises half-way, what came before counts (unless a checksum was promised), and it is raised on.
    Raises `UploadOffsetWrong`, `UploadBeyondSize`, `UploadBusy`, `ChecksumWrong`.
    """
    inbox.folder.mkdir(parents=True, exist_ok=True)
    with _open_locked(inbox.path(upload.id)) as file:
        async with inbox.database.read() as unit:  # read again: the lock is ours only now
            current = await fetch_upload(unit, upload.id, upload.owner, at)
        if offset != current.offset_bytes or current.state is UploadState.TAKEN:
            raise UploadOffsetWrong(offset_bytes=current.offset_bytes)
        if os.fstat(file.fileno()).st_size < offset:  # its bytes went and its row stayed: never write a hole
            raise UploadNotFound
        digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
        file.seek(offset)
        try:
            await _write_chunks(file, chunks, room=current.size_bytes - offset, digest=digest)
        except BaseException:
            if checksum is None:
                await _record(inbox, current, file, at)
            raise
        if checksum and digest and digest.digest() != checksum.digest:
            raise ChecksumWrong
        return await _record(inbox, current, file, at)


def _open_locked(path: Path) -> BinaryIO:
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UploadBusy from None
    return file


async def _write_chunks(file: BinaryIO, chunks: AsyncIterator[bytes], *, room: int, digest: _Digest | None) -> None:
    buffer = bytearray()

    def flush() -> None:
        data = bytes(buffer)
        buffer.clear()
        if digest:
            digest.update(data)
        file.write(data)

    try:
        async for chunk in chunks:
            room -= len(chunk)
            if room < 0:
                raise UploadBeyondSize
            buffer += chunk
            if len(buffer) >= _BUFFER_BYTES:
                await asyncio.to_thread(flush)
    finally:
        flush()


async def _record(inbox: Inbox, upload: Upload, file: BinaryIO, at: datetime) -> int:
    """Make what was written durable, then count it."""

    def sync() -> int:
        file.flush()
        os.fsync(file.fileno())
        return file.tell()

    offset = await asyncio.to_thread(sync)
    async with inbox.database.write() as unit:
        await update_offset(unit, upload.id, offset, _state(offset, upload.size_bytes), at + inbox.ttl)
    return offset


async def terminate(inbox: Inbox, upload: Upload) -> None:
    """Forget an upload and its bytes. Raises `UploadNotFound` once a clip is made of it."""
    if upload.state is UploadState.TAKEN:
        raise UploadNotFound
    await _drop(inbox, upload)


async def expire(inbox: Inbox, *, at: datetime) -> int:
    """Drop uploads nobody went on with; returns how many."""
    async with inbox.database.read() as unit:
        expired = await list_expired_uploads(unit, at)
    for upload in expired:
        await _drop(inbox, upload)
    return len(expired)


async def _drop(inbox: Inbox, upload: Upload) -> None:
    inbox.path(upload.id).unlink(missing_ok=True)  # the row goes last: a file without a row would be an orphan
    async with inbox.database.write() as unit:
        await delete_upload(unit, upload.id)


async def forget(unit: WriteUnit, id: UploadId) -> None:
    """Remove the row of an upload whose bytes are gone."""
    await delete_upload(unit, id)
