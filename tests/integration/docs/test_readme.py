"""The shell blocks of the documentation, run as they are printed against a real cell."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from tests import footage
from tests.integration.runtime.cells import free_port

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[str]:
    """The ```sh blocks of a page, in order."""
    return BLOCK.findall((ROOT / page).read_text("utf-8"))


@pytest.fixture(scope="module")
def base() -> Generator[str]:
    """Address of a cell of its own, run as an operator runs it, without demo content."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="reelm-docs-", dir="/tmp") as folder:
        command = (sys.executable, "-P", "-m", "reelm.cli", "up", "--port", str(port), "--data", f"{folder}/var")
        process = subprocess.Popen((*command, "--no-demo"), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            ready = any(line.startswith("Reelm is ready") for line in process.stdout)
            assert ready, "the cell ended before it was ready"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return footage.small(tmp_path_factory.mktemp("clip") / "my clip.mp4", seconds=3)


def run(page: str, base: str, clip: Path, folder: Path) -> str:
    """Paste every block of `page` into one shell; what it prints. Fails at the first command that fails."""
    done = subprocess.run(
        ("sh", "-eu", "-c", "".join(blocks(page))),
        env={**os.environ, "BASE": base, "CLIP": str(clip)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    return done.stdout


def test_the_readme_has_five_numbered_blocks_of_at_most_four_lines() -> None:
    found = blocks("README.md")
    assert [len(block.splitlines()) <= 4 for block in found] == [True] * 5
    numbers = re.findall(r"^\*\*(\d)\.\*\*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert numbers == ["1", "2", "3", "4", "5"]


def test_the_five_curl_lines_of_the_readme_do_the_main_job(base: str, clip: Path, tmp_path: Path) -> None:
    said = run("README.md", base, clip, tmp_path)
    before, _, notifications = said.partition('"kind"')
    assert "published\n" in before
    assert "206, 10000 bytes of video/mp4" in before
    for kind in ("like", "comment", "follow"):
        assert f'"kind":"{kind}"' in f'"kind"{notifications}', kind
    assert '"text":"Très beau !"' in notifications
    assert notifications.count('"handle":"luc') == 3


def test_an_upload_that_stopped_half_way_is_resumed_as_the_howto_says(base: str, clip: Path, tmp_path: Path) -> None:
    said = run("docs/howto/upload-with-curl.md", base, clip, tmp_path)
    assert '"state":"processing"' in said
    assert not list(tmp_path.iterdir())


def test_the_example_decision_is_checked_and_compiled_as_the_howto_says(clip: Path, tmp_path: Path) -> None:
    for name in (".venv", "contracts"):
        (tmp_path / name).symlink_to(ROOT / name)
    said = run("docs/howto/suspend-an-app.md", "", clip, tmp_path)
    assert "authority: Corporate Management Board, Example Institution" in said
    assert "shortvideo.example CNAME ." in (tmp_path / "var-policies/rpz/everybody.zone").read_text()
    assert (tmp_path / "var-policies/chromium/suspensions.json").is_file()
