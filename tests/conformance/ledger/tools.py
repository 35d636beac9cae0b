"""Programs nobody here wrote, run as they are: each says whether a log holds.

They live in `.venv/oracles` and in Debian's Go; `make test` installs them where it can and says so where not.
"""

import base64
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from tests.house.catalogue import ROOT

ORACLES = ROOT / ".venv" / "oracles" / "bin"
GO_SOURCES = Path("/usr/share/gocode")
GLUE = Path(__file__).parent / "outside"
TIMEOUT_S = 120


@dataclass(frozen=True)
class Question:
    """Does the log at `log` (a folder or an address) hold, go on from `old`, and contain `leaves` (index → entry)?"""

    log: str
    vkey: str
    old: Path | None = None
    leaves: Mapping[int, bytes] | None = None

    def words(self) -> list[str]:
        """As the two pieces of glue take it."""
        words = [self.log, self.vkey, str(self.old or "")]
        for index, entry in (self.leaves or {}).items():
            words += [str(index), base64.b64encode(sha256(b"\x00" + entry).digest()).decode()]
        return words


@dataclass(frozen=True)
class Answer:
    """What a tool said; `said` is for people who read a failed test."""

    holds: bool
    said: str


def _run(*command: str, folder: Path | None = None) -> Answer:
    env = {"PATH": f"{ORACLES}{os.pathsep}{os.environ['PATH']}", "HOME": "/nonexistent"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, env=env, cwd=folder
    )
    return Answer(done.returncode == 0, done.stdout + done.stderr)


def ask_sumdb(question: Question, program: Path) -> Answer:
    """Go's `sumdb/note` and `sumdb/tlog`."""
    return _run(str(program), *question.words())


def ask_scales(question: Question) -> Answer:
    """`tlog-scales`."""
    return _run(str(ORACLES / "python"), str(GLUE / "scales.py"), *question.words())


def ask_aics(question: Question) -> Answer:
    """`aics-tlog`, by its own command line: one call for each thing asked."""
    common = ("--log-key", question.vkey, "--tiles", question.log)
    calls: list[tuple[str, ...]] = [("verify-checkpoint", *common)]
    if question.old:
        calls.append(("verify-consistency", *common, "--old-checkpoint", str(question.old)))
    for index in question.leaves or {}:
        calls.append(("verify-inclusion", *common, "--index", str(index)))
    answers = [_run(str(ORACLES / "aics-tlog"), *call) for call in calls]
    refused = [answer for answer in answers if not answer.holds]
    return refused[0] if refused else answers[-1]


def build_sumdb(folder: Path) -> Path:
    """Compile the glue; skips the test, and says why, where Debian's Go is not there."""
    if not shutil.which("go") or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go is not here: apt-get install golang-go golang-golang-x-mod-dev (make test does it as root)")
    program = folder / "sumdb"
    env = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GO_SOURCES),
        "GOFLAGS": "",
        "GOCACHE": str(folder / "cache"),
    }
    subprocess.run(
        ["go", "build", "-o", str(program), str(GLUE / "main.go")], env=env, check=True, timeout=TIMEOUT_S * 2
    )
    return program


def find_oracle(name: str) -> Path:
    """A program of `.venv/oracles`; skips the test, and says why, where it does not run."""
    program = ORACLES / name
    if not program.exists():
        pytest.skip(f"{name} is not installed in .venv/oracles: run make test")
    asked = [str(program), "--help"] if name != "python" else [str(program), "-c", "import tlog_scales"]
    if subprocess.run(asked, capture_output=True, timeout=TIMEOUT_S, check=False).returncode != 0:
        pytest.skip(f"{name} does not run here: it asks for a newer Python, and this one lacks what it uses")
    return program


def list_tools(folder: Path) -> dict[str, Callable[[Question], Answer]]:
    """The three, by name; a tool that is not here skips the test once it is asked."""

    def sumdb(question: Question) -> Answer:
        program = folder / "sumdb"
        return ask_sumdb(question, program if program.exists() else build_sumdb(folder))

    def scales(question: Question) -> Answer:
        find_oracle("python")
        return ask_scales(question)

    def aics(question: Question) -> Answer:
        find_oracle("aics-tlog")
        return ask_aics(question)

    return {"sumdb": sumdb, "tlog-scales": scales, "aics-tlog": aics}
