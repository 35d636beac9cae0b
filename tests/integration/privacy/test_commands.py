"""`reelm privacy`: an archive and an erasure by an operator, on a realm whose log is at work."""

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.integration.privacy.test_archive import live
from tests.integration.privacy.test_erasure import account_of, find_traces
from tests.integration.world import Realm

from reelm.cli import privacy
from reelm.cli.__main__ import main
from reelm.infra.settings import Settings


def run(realm: Realm, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    def find(_: Path) -> Settings:
        return realm.settings

    monkeypatch.setattr(privacy, "find_settings", find)
    return main(["privacy", *words])


async def test_an_archive_is_written_and_is_in_the_log(
    realm: Realm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await live(realm)
    out = tmp_path / "ana.zip"
    async with realm.ledger_running():
        words = ("export", "--handle", "ana", "--out", str(out), "--json")
        status = await asyncio.to_thread(run, realm, monkeypatch, *words)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (status, told["bytes"]) == (0, out.stat().st_size)
    assert zipfile.ZipFile(out).testzip() is None
    (entry,) = await realm.rows("SELECT body FROM ledger_entries WHERE kind = 'export'")
    assert told["sha256"].encode() in entry["body"]
    said = json.loads(entry["body"])
    assert (said.get("actor"), said["subject"] is not None) == (
        None,
        True,
    )  # whom it is about sees that it was not they


async def test_an_erasure_says_what_it_would_do_and_does_it_with_yes(
    realm: Realm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await live(realm)
    account = await account_of(realm, "ana")
    assert await asyncio.to_thread(run, realm, monkeypatch, "erase", "--handle", "ana") == 0
    assert "Would erase" in capsys.readouterr().out
    assert (await realm.client().get("/accounts/ana")).status_code == 200
    assert await asyncio.to_thread(run, realm, monkeypatch, "erase", "--handle", "ana", "--yes") == 0
    assert capsys.readouterr().out.startswith("Erased: ")
    assert await find_traces(realm, account, "a canary's bio") == []


async def test_nobody_of_this_name_is_one_clear_line(
    realm: Realm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(run, realm, monkeypatch, "erase", "--handle", "nobody.here", "--yes") == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
