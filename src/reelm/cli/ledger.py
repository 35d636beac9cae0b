"""`reelm ledger …`: check a log, keep a copy of it, prove an entry, and what only its operator may do."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from reelm import ledger
from reelm.cli.files import FileNotUsable, read_file, write_file
from reelm.kernel.errors import Problem
from reelm.kernel.ids import EntryId

T = TypeVar("T")


@dataclass(eq=False)
class BooksDisagree(Problem):
    """Files, rows and acts of the log don't agree."""

    status: ClassVar[int] = 409
    faults: int


@dataclass(eq=False)
class MaxAgeWithoutPolicy(Problem):
    """How old a checkpoint is, only witnesses can say."""

    status: ClassVar[int] = 422


@dataclass(eq=False)
class RegisterNotPublished(Problem):
    """A realm publishes no transfer register at its address, or something that is none."""

    status: ClassVar[int] = 404
    url: str


@dataclass(eq=False)
class RegisterDiffers(Problem):
    """The transfer register that a realm publishes is not the one its own log gives."""

    status: ClassVar[int] = 409
    day: str


def run_verify(arguments: argparse.Namespace) -> int:
    """Check a whole log and say what holds."""
    asked, began = _read_asked(arguments), time.monotonic()

    async def check() -> ledger.Verified:
        async with ledger.open_source(_where(arguments)) as source:
            return await ledger.verify(source, asked, _show_progress())

    found = _keep_both(check, arguments.evidence)
    head, checkpoint = found.head, found.head.checkpoint
    if arguments.save is not None:
        write_file(arguments.save, head.note)
    told = {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "signed_by": [str(key) for key in head.signed_by],
        "keys_from": "given" if asked.keys or asked.policy else "the log itself",
        "witnesses": {name: _as_time(at_s) for name, at_s in sorted(head.cosigned.items())},
        "grown_from": found.grown_from,
        "seconds": round(time.monotonic() - began, 2),
        "entries_by_kind": dict(sorted(found.kinds.items())),
        "overdue_seals": list(found.overdue_seals),
    }
    _tell(arguments.json, told, _describe(told))
    return 0


def _describe(told: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{told['origin']}: {told['size']} entries hold, checked in {told['seconds']} s",
        f"  root        {told['root']}",
        *(f"  signed by   {key}" for key in told["signed_by"]),
    ]
    if told["keys_from"] != "given":
        lines.append("              (the log's own word; compare it with a key you got elsewhere, or give --vkey)")
    lines += [f"  witness     {name}, {at}" for name, at in told["witnesses"].items()] or [
        "  witness     none checked"
    ]
    if told["grown_from"] is not None:
        lines.append(f"  grown from  the {told['grown_from']} entries of the saved checkpoint, none changed")
    lines += [f"  {count:>10}  {kind}" for kind, count in told["entries_by_kind"].items()]
    return lines + [f"  OVERDUE     sealed request {id} was to be opened by now" for id in told["overdue_seals"]]


def run_mirror(arguments: argparse.Namespace) -> int:
    """Bring a copy up to date."""
    asked = _read_asked(arguments)

    async def copy() -> ledger.Mirrored:
        async with ledger.open_source(arguments.where) as source:
            return await ledger.mirror(source, arguments.folder, asked, _show_progress())

    try:
        found = _keep_both(copy, None)
    except OSError as error:
        raise FileNotUsable(path=str(error.filename or arguments.folder)) from None
    checkpoint = found.head.checkpoint
    told = {"origin": checkpoint.origin, "size": checkpoint.size, "grown_from": found.grown_from}
    told |= {"root": checkpoint.root.hex(), "files_written": found.written}
    _tell(
        arguments.json,
        told,
        [f"{checkpoint.origin}: {checkpoint.size} entries in {arguments.folder}, {found.grown_from} of them before"],
    )
    return 0


def run_prove(arguments: argparse.Namespace) -> int:
    """Take out the proof of one entry."""
    asked = _read_asked(arguments)

    async def take() -> str:
        async with ledger.open_source(_where(arguments)) as source:
            return (await ledger.prove(source, arguments.entry, asked)).format()

    proof = asyncio.run(take())
    if arguments.out is not None:
        write_file(arguments.out, proof.encode())
    if arguments.json:
        print(json.dumps({"index": arguments.entry, "proof": proof}))
    elif arguments.out is None:
        sys.stdout.write(proof)
    return 0


def run_check_proof(arguments: argparse.Namespace) -> int:
    """Check a proof without the log."""
    asked = _read_asked(arguments)
    entry = read_file(arguments.entry_file) if arguments.entry_file else None
    found = ledger.check_proof(read_file(arguments.file), keys=asked.keys, policy=asked.policy, entry=entry)
    told: dict[str, Any] = {
        "index": found.index,
        "origin": found.checkpoint.origin,
        "size": found.checkpoint.size,
        "entry": found.entry.decode("utf-8", "replace"),
        "witnesses": list(found.cosigned),
    }
    _tell(
        arguments.json,
        told,
        [
            f"The proof holds: entry {found.index} of {found.checkpoint.size} of {found.checkpoint.origin}",
            *(f"  witness {name}" for name in found.cosigned),
            told["entry"] if found.is_of_schema else "(not an entry of a Reelm log)",
        ],
    )
    return 0


def run_register(arguments: argparse.Namespace) -> int:
    """Make the transfer register of a day from the log, and compare it with the one the realm publishes."""
    asked, site = _read_asked(arguments), arguments.compare
    if site is None and "://" in _where(arguments):
        site = _where(arguments)

    async def make() -> tuple[ledger.Recomputed, bytes | None]:
        published = await _fetch_published(site, arguments.day) if site else None
        size = ledger.read_size(published) if published else None
        async with ledger.open_source(_where(arguments)) as source:
            made = await ledger.recompute(source, asked, arguments.day, size=size, progress=_show_progress())
        return made, published

    made, published = _keep_both(make, None)
    register = made.register
    if arguments.csv or arguments.json:
        sys.stdout.buffer.write(register.to_csv() if arguments.csv else register.to_json())
        sys.stdout.buffer.flush()
    else:
        print("\n".join(_describe_register(register)))
    if published is not None:
        if published != register.to_json():
            raise RegisterDiffers(day=arguments.day.isoformat())
        print(f"The realm publishes the same, byte for byte: {len(published)} bytes.", file=sys.stderr)
    return 0


async def _fetch_published(site: str, day: date) -> bytes:
    async with ledger.open_source(site) as source:
        published = await ledger.fetch_published(source, day)
    if published is None or ledger.read_size(published) is None:
        raise RegisterNotPublished(url=site)
    return published


def _describe_register(register: ledger.Register) -> list[str]:
    lines = [f"{register.origin}, {register.day}: made from {register.size} checked entries"]
    for row in register.list_rows():
        what = f"{row['message']} from {row['from']} to {row['to']}"
        lines.append(f"  {row['messages']:>8}  {row['direction']:<8}{what}, {row['bytes']} bytes")
    return lines if len(lines) > 1 else [*lines, "  Nothing crossed or was refused on that day."]


def run_fsck(arguments: argparse.Namespace) -> int:
    """Compare files, rows and acts; status 1 where they disagree."""
    from reelm.bootstrap import check_books
    from reelm.cli.cell import find_settings

    settings = find_settings(arguments.data)
    books = asyncio.run(check_books(settings, repair=arguments.repair, progress=_show_progress()))
    told = {"size": books.size, "queued": books.queued, "faults": books.faults, "repaired": books.repaired}
    lines = [f"written again: {path}" for path in books.repaired] + [f"MEND  {fault}" for fault in books.faults]
    if not books.faults:
        lines.append(f"{books.size} entries: files, rows and acts agree; {books.queued} queued")
    _tell(arguments.json, told, lines)
    if books.faults and not arguments.json:
        raise BooksDisagree(faults=len(books.faults))
    return 1 if books.faults else 0


def run_government_request(arguments: argparse.Namespace) -> int:
    """Seal, open or list requests that may not be told of yet."""
    from reelm.cli.cell import find_settings
    from reelm.infra.db import Database

    settings, now = find_settings(arguments.data), datetime.now(UTC)

    async def seal() -> dict[str, Any]:
        content = {name: getattr(arguments, name) for name in ("country", "instrument", "accounts", "outcome")}
        content["received"] = (arguments.received or now.date()).isoformat()
        async with Database(settings.database_url) as database, database.write() as unit:
            id = await ledger.seal(unit, content, opens_by=arguments.opens_by, realm=settings.realm, at=now)
        return {"id": id, "opens_by": arguments.opens_by.isoformat()}

    async def open_one() -> dict[str, Any]:
        async with Database(settings.database_url) as database, database.write() as unit:
            entry = await ledger.open_sealed(unit, EntryId(arguments.id), realm=settings.realm, at=now)
        return {"id": arguments.id, "opened_by": entry}

    async def list_all() -> dict[str, Any]:
        async with Database(settings.database_url) as database, database.read() as unit:
            found = await ledger.list_sealed(unit)
        return {"sealed": [{"id": one.id, "opens_by": one.opens_by.isoformat()} for one in found]}

    told = asyncio.run({"seal": seal, "open": open_one, "list": list_all}[arguments.deed]())
    lines = {
        "seal": [f"Sealed as {told.get('id')}, to be opened by {told.get('opens_by')}."],
        "open": [f"Opened {told.get('id')} by the entry {told.get('opened_by')}."],
        "list": [f"{one['id']}  to be opened by {one['opens_by']}" for one in told.get("sealed", [])]
        or ["None sealed."],
    }
    _tell(arguments.json, told, lines[arguments.deed])
    return 0


def _read_asked(arguments: argparse.Namespace) -> ledger.Asked:
    if getattr(arguments, "max_age", None) is not None and arguments.policy is None:
        raise MaxAgeWithoutPolicy
    policy = ledger.Policy.parse(read_file(arguments.policy)) if arguments.policy else None
    against = getattr(arguments, "against", None)
    return ledger.Asked(
        keys=[ledger.VerifierKey.parse(text.strip()) for text in arguments.vkey],
        against=read_file(against) if against else None,
        policy=policy,
        max_age_s=getattr(arguments, "max_age", None),
        entries=not getattr(arguments, "any_entries", False),
    )


def _where(arguments: argparse.Namespace) -> str:
    return arguments.where or str(arguments.data / "ledger")


def _keep_both(doing: Callable[[], Coroutine[Any, Any, T]], evidence: Path | None) -> T:
    """Run; the two notes of a fork or rollback are written where they were asked for."""
    try:
        return asyncio.run(doing())
    except ledger.Split as split:
        if evidence is not None:
            ledger.keep_evidence(evidence, split.known, split.seen)
        raise split.problem from None


def _show_progress() -> ledger.Progress:
    """A line that is written over, on standard error, where a person watches."""
    if not sys.stderr.isatty():
        return lambda _done, _size: None
    shown = 0.0

    def show(done: int, size: int) -> None:
        nonlocal shown
        if done == size or time.monotonic() - shown > 0.2:
            shown = time.monotonic()
            print(f"\r  {done} of {size} entries", end="\n" if done == size else "", file=sys.stderr, flush=True)

    return show


def _tell(as_json: bool, told: Mapping[str, Any], lines: Sequence[str]) -> None:
    print(json.dumps(told) if as_json else "\n".join(lines))


def _as_time(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")
