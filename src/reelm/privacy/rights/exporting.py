"""How is an archive of everything about a person made? One page of rows after the other, so that memory stays flat.

What they gave or did is apart from what was worked out of it. Secrets are named and not given; other people are named
by their handle where everybody may know it, and staff not at all.
"""

import asyncio
import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from reelm import accounts, feed, ledger
from reelm.infra.db import Belongings, ReadUnit, Values, read_pages
from reelm.kernel.data_classes import DataClass
from reelm.kernel.ids import AccountId
from reelm.privacy.rights.about import WITHHELD, Engine
from reelm.privacy.rights.words import readme

SECRET = "kept secret"  # noqa: S105 - what stands in its place
STAFF = "somebody of the staff"
FORM = "reelm-archive/1"
_PIECE = 1 << 20
_ENTRIES_AT_ONCE = 200

Progress = Callable[[int, int], Awaitable[None]]


@dataclass
class _Archive:
    """A ZIP that is being written, and what is in it so far: the digest and size of each file."""

    zip: zipfile.ZipFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def write(self, name: str, pieces: Iterator[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self.zip.open(name, "w") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def write_json(self, name: str, value: object) -> None:
        self.write(name, iter((_dump(value),)))


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


async def write_archive(
    engine: Engine, person: AccountId, target: Path, progress: Progress | None = None, *, by: AccountId | None
) -> str:
    """Write the archive to `target`, whole or not at all, and have the log say so; returns its SHA-256.

    `by` is whoever asked for it: the person, or nobody where an operator made it at the machine, which the person
    then sees in the log. The entry is in the log, under a signed checkpoint, before the file has its name. Raises
    `AccountNotFound`, `PersonHasNoKey`, `LedgerNotAnswering`.
    """
    made = target.with_suffix(".making")
    await asyncio.to_thread(_make_room, made)
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zip_file:
            await _fill(engine, person, _Archive(zip_file), progress)
        digest = await asyncio.to_thread(_finish, made)
        await _log(engine, person, digest, by)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)
    return digest


def _make_room(made: Path) -> None:
    made.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made.touch(mode=0o600)


def _finish(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


async def _log(engine: Engine, person: AccountId, digest: str, by: AccountId | None) -> None:
    classes = tuple(one for one in DataClass if one.is_personal)
    fact = ledger.Export(archive=digest, classes=classes)
    async with engine.database.write() as unit:
        entry = await ledger.append(unit, fact, realm=engine.realm, at=engine.clock.now(), actor=by, subject=person)
    await engine.durability.wait(entry)


async def _fill(engine: Engine, person: AccountId, archive: _Archive, progress: Progress | None) -> None:
    async with engine.database.read() as unit:
        profile = await accounts.fetch_profile(unit, person)
    tables: list[dict[str, Any]] = []
    keys: list[str] = []
    for number, what in enumerate(engine.about):
        name = f"{'inferred' if what.inferred else 'collected'}/{what.name}.json"
        rows, found = await _write_rows(engine, person, what, archive, name)
        keys += found
        tables.append({"table": what.table.name, "collection": what.name, "rows": rows, "file": name})
        if progress is not None:
            await progress(number + 1, len(engine.about))
    media = [key for key in dict.fromkeys(keys) if engine.blobs.path(key).is_file()]
    for key in media:
        await asyncio.to_thread(archive.write, f"media/{key}", _read_pieces(engine.blobs.path(key)))
    archive.write_json("recipients.json", await _write_recipients(engine, person, archive))
    withheld = [{"column": column, "why": why} for column, why in WITHHELD.items()]
    archive.write_json("tables.json", {"tables": tables, "withheld": withheld})
    archive.write("readme.txt", iter((readme(profile.person.handle, engine.realm).encode(),)))
    made_at = engine.clock.now().isoformat()
    about = {"form": FORM, "realm": engine.realm, "handle": profile.person.handle, "account": str(person)}
    archive.write_json("manifest.json", about | {"made_at": made_at, "files": dict(archive.files)})


async def _write_rows(
    engine: Engine, person: AccountId, what: Belongings, archive: _Archive, name: str
) -> tuple[int, list[str]]:
    """All rows of one collection as a list, and the blobs that they point to."""
    rows, keys, digest, size = 0, list[str](), hashlib.sha256(), 0
    async with engine.database.read() as unit:
        with archive.zip.open(name, "w", force_zip64=True) as file:

            async def put(piece: bytes) -> None:
                nonlocal size
                digest.update(piece)
                size += len(piece)
                await asyncio.to_thread(file.write, piece)

            await put(b"[")
            async for page in read_pages(unit, what, person):
                keys += [key for row in page for key in _list_keys(what.name, row)]
                shown = [json.dumps(row, ensure_ascii=False) for row in await _show(unit, what, page, person)]
                if shown:
                    await put((",\n" if rows else "\n").encode() + ",\n".join(shown).encode())
                rows += len(page)
            await put(b"\n]\n")
    archive.files[name] = {"sha256": digest.hexdigest(), "bytes": size}
    return rows, keys


async def _show(unit: ReadUnit, what: Belongings, page: Sequence[Values], person: AccountId) -> list[Values]:
    """The rows as their person may see them."""
    secret = [column.name for column in what.table.columns if column.info["data_class"] is DataClass.PASSWORD]
    staff = [name for name, via in what.people.items() if via == "staff"]
    others = [name for name, via in what.people.items() if via != "staff"]
    ids = {AccountId(UUID(row[name])) for row in page for name in others if row[name]}
    handles = {str(id): one.handle for id, one in (await accounts.fetch_people(unit, ids)).items()} if ids else {}
    shown: list[Values] = []
    for row in page:
        told: Values = {**row, **{name: SECRET for name in secret if row[name] is not None}}
        told |= {name: STAFF for name in staff if row[name] not in (None, str(person))}
        told |= {f"{name}_handle": handles.get(row[name], "") for name in others}
        shown.append(_explain(what.name, told))
    return shown


def _explain(collection: str, row: Values) -> Values:
    """What is kept as bytes, in words."""
    if collection == "feed_states":
        return {**row, "state": feed.describe_learned(base64.b64decode(row["state"]))}
    return row


def _list_keys(collection: str, row: Mapping[str, Any]) -> list[str]:
    """The blobs a row points to: the picture, the poster, the original if it is kept, and each rendition."""
    names = {"accounts": ("avatar_key",), "assets": ("poster_key",), "renditions": ("blob_key",)}
    keys = [row[name] for name in names.get(collection, ()) if row[name]]
    return [*keys, f"originals/{row['id']}"] if collection == "assets" else keys


def _read_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


async def _write_recipients(engine: Engine, person: AccountId, archive: _Archive) -> list[dict[str, Any]]:
    """Every entry of the log that names the person, with its proof: who was given what, and when."""
    told: list[dict[str, Any]] = []
    before: int | None = None
    while True:
        async with engine.database.read() as unit:
            entries = await ledger.list_about(unit, person, before=before, limit=_ENTRIES_AT_ONCE)
        for entry in entries:
            proof = await asyncio.to_thread(_prove, engine, entry)
            name = f"proofs/{entry.index}.tlog-proof" if proof is not None else None
            if proof is not None and name is not None:
                archive.write(name, iter((proof.encode(),)))
            told.append({"entry": json.loads(entry.body), "index": entry.index, "proof": name})
        if len(entries) < _ENTRIES_AT_ONCE:
            return told
        before = entries[-1].queue_no


def _prove(engine: Engine, entry: ledger.LoggedEntry) -> str | None:
    if entry.index is None:
        return None
    try:
        return ledger.make_receipt(engine.log, entry.index, entry.body)
    except ledger.FileMissing:
        return None
