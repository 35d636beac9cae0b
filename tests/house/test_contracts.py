"""The import contracts of pyproject.toml refuse what they are for, tried on a copy of the product's source."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.catalogue import ROOT, SOURCE


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The source and the contracts, free to be spoilt."""
    shutil.copytree(SOURCE, tmp_path / "reelm", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [program, "--no-cache"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_product_keeps_its_contracts(copied: Path) -> None:
    result = lint_imports(copied)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("chat/__init__.py", '"""A new folder."""', "every package has a place"),
        ("chat.py", '"""A new file."""', "every package has a place"),
        ("kernel/ids.py", "from reelm import accounts", "downwards only"),
        ("web/paging.py", "from reelm.worker import work_on_jobs", "downwards only"),
        ("videos/posts.py", "from fastapi import HTTPException", "Only web knows"),
        ("worker/loops.py", "import starlette.requests", "Only web knows"),
        ("accounts/sessions.py", "from sqlalchemy import select", "speak SQL"),
        ("web/hot.py", "import asyncpg", "speak SQL"),
        ("media/transcodes.py", "import httpx", "other machines"),
        ("media/ladder.py", "import asyncio", "Decisions are pure"),
        ("videos/model.py", "from reelm.infra.settings import Settings", "Decisions are pure"),
        ("feed/ranking/score.py", "import subprocess", "Decisions are pure"),
        ("accounts/limits.py", "from reelm.accounts.sign_up import Caller", "No cycles"),
    ],
)
def test_a_breach_is_refused(copied: Path, file: str, line: str, contract: str) -> None:
    path = copied / "reelm" / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as source:
        source.write(f"\n{line}\n")
    result = lint_imports(copied)
    assert result.returncode == 1
    broken = [name for name in result.stdout.splitlines() if "BROKEN" in name]
    assert any(contract in name for name in broken), result.stdout
