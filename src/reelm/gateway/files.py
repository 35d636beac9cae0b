"""How does a file of another realm come here? Asked for once, however many want it, and whole or not at all."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import orjson

from reelm.gateway.asking import read_answer
from reelm.gateway.correspondence import Correspondence
from reelm.gateway.envelope import LIMIT_BYTES
from reelm.gateway.errors import NotFoundAbroad, RealmNotAnswering
from reelm.gateway.model import Kind, Received
from reelm.infra.blobs import FileBlobs
from reelm.infra.line import LineBroken
from reelm.kernel.errors import Problem
from reelm.kernel.ids import RealmCode

# Told of each file that came: whose, the answer before it, and its SHA-256 in hex.
Heard = Callable[[RealmCode, Received, str], None]
LARGEST_FILE_BYTES = 512 * 1024 * 1024


class Files:
    """Fetches files of other realms' public clips and people into `blobs`, under `abroad/<realm>/<object>/<name>`."""

    def __init__(self, correspondence: Correspondence, blobs: FileBlobs, heard: Heard, work: Path) -> None:
        self._correspondence, self._blobs, self._heard, self._work = correspondence, blobs, heard, work
        self._coming: dict[str, asyncio.Task[Received]] = {}

    async def fetch(self, realm: RealmCode, object_id: str, name: str) -> Received:
        """Have the file. Raises `NotFoundAbroad`, `CrossingRefused`, `RealmNotAnswering`, `RealmUnknown`."""
        key = f"abroad/{realm}/{object_id}/{name}"
        self._blobs.path(key)
        task = self._coming.get(key)
        if task is None:
            task = self._coming[key] = asyncio.create_task(self._fetch(realm, object_id, name, key))
            task.add_done_callback(lambda _: self._coming.pop(key, None))
        return await asyncio.shield(task)

    async def _fetch(self, realm: RealmCode, object_id: str, name: str, key: str) -> Received:
        self._work.mkdir(parents=True, exist_ok=True)
        made = self._work / f"abroad-{os.getpid()}-{id(self)}-{key.replace('/', '-')}"
        try:
            async with self._correspondence.send_for_file(realm, {"object": object_id, "name": name}) as coming:
                chunks = coming.chunks()
                head, rest = await _read_head(chunks, realm)
                envelope = self._correspondence.open_head(realm, coming, head)
                answer = read_answer(envelope.body["answers"][0], Kind.MEDIA, realm)
                if isinstance(answer, Problem):
                    raise answer
                digest = await _write(made, rest, chunks, int(answer.fields["bytes"]), realm)
        except (LineBroken, KeyError, IndexError, TypeError, ValueError, orjson.JSONDecodeError):
            made.unlink(missing_ok=True)
            raise RealmNotAnswering(realm=realm) from None
        except Problem:
            made.unlink(missing_ok=True)
            raise
        await asyncio.to_thread(self._blobs.put_file, key, made)
        size = answer.size_bytes + int(answer.fields["bytes"])
        received = Received(answer.kind, answer.fields, answer.entry, answer.salt, size)
        self._heard(realm, received, digest)
        return received


async def _read_head(chunks: AsyncGenerator[bytes], realm: RealmCode) -> tuple[bytes, bytes]:
    """The sealed answer before the file, and what came of the file with it."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        line, found, rest = bytes(head).partition(b"\n")
        if found:
            return line, rest
        if len(head) > LIMIT_BYTES:
            break
    if head:
        return bytes(head), b""
    raise NotFoundAbroad(realm=realm)


async def _write(made: Path, rest: bytes, chunks: AsyncGenerator[bytes], size: int, realm: RealmCode) -> str:
    """Write a file of `size` bytes; its SHA-256 in hex. Raises `RealmNotAnswering` for one of another size."""
    if not 0 < size <= LARGEST_FILE_BYTES:
        raise RealmNotAnswering(realm=realm)
    written, digest = 0, hashlib.sha256()
    with made.open("wb") as file:
        written += file.write(rest)
        digest.update(rest)
        async for chunk in chunks:
            written += file.write(chunk)
            digest.update(chunk)
            if written > size:
                break
    if written != size:
        raise RealmNotAnswering(realm=realm)
    return digest.hexdigest()
