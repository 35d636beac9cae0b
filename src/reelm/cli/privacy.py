"""`reelm privacy`: an archive of a person, and their erasure, on a running cell. Both are in its log."""

import argparse
import asyncio
import json
from datetime import timedelta
from pathlib import Path

from reelm import accounts
from reelm.bootstrap import open_workshop
from reelm.cli.cell import find_settings
from reelm.infra.db import count_rows
from reelm.infra.settings import Settings
from reelm.kernel.ids import AccountId
from reelm.privacy import rights


def run_privacy(arguments: argparse.Namespace) -> int:
    """Do what the command says; status 1 where something has to end first."""
    settings = find_settings(arguments.data)
    if arguments.action == "export":
        return asyncio.run(_export(settings, arguments.handle, arguments.out, as_json=arguments.json))
    return asyncio.run(_erase(settings, arguments.handle, do=arguments.yes, as_json=arguments.json))


async def _export(settings: Settings, handle: str, out: Path, *, as_json: bool) -> int:
    async with open_workshop(settings) as workshop:
        person = await _find(workshop.engine, handle)

        async def progress(done: int, total: int) -> None:
            if not as_json:
                print(f"\r{done} of {total} collections", end="" if done < total else "\n", flush=True)

        digest = await rights.write_archive(workshop.engine, person, out, progress, by=None)
    size = await asyncio.to_thread(lambda: out.stat().st_size)
    if as_json:
        print(json.dumps({"file": str(out), "bytes": size, "sha256": digest}))
    else:
        print(f"{out}: {size:,} bytes, SHA-256 {digest}, which is in the log.")
    return 0


async def _erase(settings: Settings, handle: str, *, do: bool, as_json: bool) -> int:
    async with open_workshop(settings) as workshop:
        engine = workshop.engine
        person = await _find(engine, handle)
        async with engine.database.read() as unit:
            rows = {what.name: await count_rows(unit, what, person) for what in engine.about}
        rows = {name: count for name, count in rows.items() if count}
        state = await _do_erase(engine, person) if do else None
    if as_json:
        print(json.dumps({"rows": rows, "state": state}))
    elif state is None:
        print(
            f"Would erase {sum(rows.values()):,} rows in {len(rows)} collections, and their files. Do it with --yes."
        )
    elif state is rights.State.DONE:
        print(f"Erased: {sum(rows.values()):,} rows, their files and the key; the tombstone is in the log.")
    else:
        print("Waiting: a case or a clip that is being made has to end first. The worker goes on by itself.")
    return 0 if state in (None, rights.State.DONE) else 1


async def _do_erase(engine: rights.Engine, person: AccountId) -> rights.State:
    async with engine.database.write() as unit:
        act = rights.Act(unit, engine.laws, person, engine.clock.now())
        request = await rights.ask_for_erasure(act, wait=timedelta())
    return await rights.erase(engine, request.id)


async def _find(engine: rights.Engine, handle: str) -> AccountId:
    """Raises `AccountNotFound`."""
    async with engine.database.read() as unit:
        return (await accounts.fetch_by_handle(unit, handle)).person.id
