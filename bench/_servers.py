"""A server for a benchmark: a process of its own, until the block ends."""

import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress


@contextmanager
def running(
    command: tuple[str, ...], port: int, path: str, env: Mapping[str, str], within_s: float = 30
) -> Generator[int]:
    """A server until the block ends; its pid once `path` answers, which may take so long."""
    process = subprocess.Popen(command, env=dict(env), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        for _ in range(int(within_s * 10)):
            with suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=within_s).close()
                break
            time.sleep(0.1)
        else:
            raise RuntimeError("the server does not answer")
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)
