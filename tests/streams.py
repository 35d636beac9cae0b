"""A throwaway NATS server with JetStream, which writes each message to disk before it says so."""

import json
import subprocess
import sysconfig
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CONFIG = """
listen: "127.0.0.1:-1"
jetstream {{ store_dir: {folder}, sync_interval: always }}
ports_file_dir: {folder}
"""


@contextmanager
def running_nats(folder: Path) -> Generator[str]:
    """A server on a free port until the block ends; its address. Skips the test where the wheel has none."""
    program = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not program.is_file():
        pytest.skip("no nats-server for this platform")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nats.conf"
    config.write_text(_CONFIG.format(folder=json.dumps(str(folder))))
    with (folder / "nats.log").open("ab") as log:
        process = subprocess.Popen((program, "-c", config), stdout=log, stderr=log)
    try:
        yield _wait_for_address(folder, process)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_address(folder: Path, process: "subprocess.Popen[bytes]") -> str:
    told = folder / f"nats-server_{process.pid}.ports"
    for _ in range(500):
        if told.is_file() and (text := told.read_text()):
            return str(json.loads(text)["nats"][0])
        assert process.poll() is None, (folder / "nats.log").read_text()
        time.sleep(0.02)
    raise AssertionError((folder / "nats.log").read_text())
