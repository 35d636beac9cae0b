"""The import contracts of pyproject.toml refuse what they are for, tried on a copy of the product's source.

All breaches are made in one copy and found in one run, since a run costs half a second.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.house.catalogue import ROOT, SOURCE

# A file, the line added to it, the contract that refuses it, and what that contract says of it.
BREACHES = [
    ("chat/__init__.py", '"""A new folder."""', "every package has a place", "reelm.chat"),
    ("greet.py", '"""A new file."""', "every package has a place", "reelm.greet"),
    ("kernel/ids.py", "from reelm import accounts", "downwards only", "reelm.kernel.ids -> reelm.accounts"),
    ("web/paging.py", "from reelm.worker import work_on_jobs", "downwards only", "reelm.web.paging -> reelm.worker"),
    ("videos/posts.py", "from fastapi import HTTPException", "Only web knows", "reelm.videos.posts -> fastapi"),
    ("worker/loops.py", "import starlette.requests", "Only web knows", "reelm.worker.loops -> starlette"),
    ("accounts/sessions.py", "from sqlalchemy import select", "speak SQL", "reelm.accounts.sessions -> sqlalchemy"),
    ("web/hot.py", "import asyncpg", "speak SQL", "reelm.web.hot -> asyncpg"),
    ("bootstrap/cell.py", "import psycopg", "speak SQL", "reelm.bootstrap.cell -> psycopg"),
    ("media/jobs.py", "import procrastinate", "speak SQL", "reelm.media.jobs -> procrastinate"),
    ("media/transcodes.py", "import httpx", "other machines", "reelm.media.transcodes -> httpx"),
    ("media/ladder.py", "import asyncio", "Decisions are pure", "reelm.media.ladder -> asyncio"),
    (
        "videos/model.py",
        "from reelm.infra import settings",
        "Decisions are pure",
        "reelm.videos.model -> reelm.infra",
    ),
    ("feed/ranking/score.py", "import subprocess", "Decisions are pure", "reelm.feed.ranking.score -> subprocess"),
    (
        "feed/rules.py",
        "from reelm.feed.training import evaluate",
        "never imports what trains",
        "reelm.feed.rules -> reelm.feed.training",
    ),
    ("accounts/limits.py", "from reelm.accounts import sign_up", "No cycles", ".limits -> .sign_up"),
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"}
    command = [program, "--no-cache"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def copy_source(to: Path) -> Path:
    """The source and the contracts, free to be spoilt."""
    shutil.copytree(SOURCE, to / "reelm", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each broken contract says of a source with every breach in it."""
    folder = copy_source(tmp_path_factory.mktemp("breached"))
    for file, line, _, _ in BREACHES:
        path = folder / "reelm" / file
        path.parent.mkdir(exist_ok=True)
        with path.open("a") as source:
            source.write(f"\n{line}\n")
    result = lint_imports(folder)
    assert result.returncode == 1, result.stderr
    titles_and_texts = re.split(
        r"^(\S.*)\n-{9,}$", result.stdout.partition("Broken contracts")[2], flags=re.MULTILINE
    )
    return dict(zip(titles_and_texts[1::2], titles_and_texts[2::2], strict=True))


def test_the_product_keeps_its_contracts(tmp_path: Path) -> None:
    result = lint_imports(copy_source(tmp_path))
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("file", "line", "contract", "evidence"), BREACHES, ids=[breach[0] for breach in BREACHES])
def test_a_breach_is_refused(told: dict[str, str], file: str, line: str, contract: str, evidence: str) -> None:
    said = [text for title, text in told.items() if contract in title]
    assert len(said) == 1, told
    assert evidence in said[0]
