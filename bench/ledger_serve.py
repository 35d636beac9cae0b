"""How fast are tiles served through a cell's nginx, beside the same bytes as a plain file by the same nginx?

Both run at the same time on one machine and are asked in turns, so that whatever else goes on hits both alike. Wall
time says what a reader sees, processor time of the nginx process what it costs.
"""

import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench._cell import free_port, running_cell
from bench.table import Report, at_least
from reelm.infra.embedded import nginx

TILE_BYTES = 8192
TILES = 256
ROUNDS, REQUESTS = 100, 900  # nginx closes a connection after 1,000 answers
PLAIN = """\
daemon off; master_process off; pid nginx.pid; error_log stderr alert;
events {{ worker_connections 2048; }}
http {{
  default_type application/octet-stream; access_log off; sendfile on; tcp_nopush on; keepalive_timeout 65s;
  keepalive_requests 1000; open_file_cache max=1024 inactive=10s; open_file_cache_min_uses 2;
  client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ root files; }} }}
}}
"""


@dataclass
class Server:
    """One of the two, and what its rounds took."""

    what: str
    port: int
    process: psutil.Process
    prefix: str
    wall_s: list[float] = field(default_factory=list[float])
    cpu_s: list[float] = field(default_factory=list[float])

    def ask(self) -> None:
        """One round over one connection, by a reader that costs next to nothing: it counts bytes."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            length = len(_answer(connection, self._request(0)))
            requests = [self._request(number) for number in range(TILES)]
            began, used = time.perf_counter(), _cpu_s(self.process)
            for number in range(REQUESTS):
                connection.sendall(requests[number % TILES])
                left = length
                while left:
                    came = len(connection.recv(left))
                    if not came:
                        raise RuntimeError("the connection was closed")
                    left -= came
            self.wall_s.append(time.perf_counter() - began)
            self.cpu_s.append(_cpu_s(self.process) - used)

    def _request(self, number: int) -> bytes:
        return f"GET {self.prefix}/{number:03} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def row(self) -> dict[str, str | float]:
        return {
            "served by": self.what,
            "tiles/s": round(REQUESTS / statistics.median(self.wall_s)),
            "tiles/CPU-s": round(REQUESTS * len(self.cpu_s) / sum(self.cpu_s)),
        }


def measure() -> Report:
    """Full tiles of 8 KiB, 256 of them, over one kept connection at a time."""
    with tempfile.TemporaryDirectory(prefix="reelm-bench-") as folder:
        root = Path(folder)
        with running_cell(root / "var") as cell, _plain(root / "plain") as plain:
            _write_tiles(root / "var" / "ledger" / "tile" / "7")
            _write_tiles(root / "plain" / "files" / "tile" / "7")
            servers = [
                Server("the cell's nginx", cell.port, _nginx_of(cell.pid), "/ledger/tile/7"),
                Server("nginx, a plain static file", plain[0], psutil.Process(plain[1]), "/tile/7"),
            ]
            with _kept_apart(servers):
                for server in servers:
                    server.ask()
                    server.wall_s.clear()
                    server.cpu_s.clear()
                for number in range(ROUNDS):
                    for server in servers if number % 2 else reversed(servers):
                        server.ask()
    ours, theirs = servers
    wall = statistics.median(b / a for a, b in zip(ours.wall_s, theirs.wall_s, strict=True))
    cpu = sum(theirs.cpu_s) / sum(ours.cpu_s)
    goals = [
        at_least("tiles/s ÷ plain static files/s, wall time, median of rounds", round(wall, 3), 0.95),
        at_least("tiles ÷ plain static files by the same processor time", round(cpu, 3), 0.95),
    ]
    return Report("ledger-serve", [server.row() for server in servers], goals)


@contextmanager
def _kept_apart(servers: list[Server]) -> Generator[None]:
    """Reader on one core, both servers on another: left to itself the kernel puts one of them beside the reader."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    for server in servers:
        server.process.cpu_affinity(cores[1:2] or cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def _plain(home: Path) -> Generator[tuple[int, int]]:
    """The same nginx with no configuration but the cell's cache of open files; its port and its process."""
    program = nginx.find_nginx()
    if program is None:
        raise RuntimeError("there is no nginx here")
    port = free_port()
    (home / "temp").mkdir(parents=True)
    (home / "nginx.conf").write_text(PLAIN.format(port=port))
    command = (str(program), "-p", f"{home}/", "-c", "nginx.conf", "-e", "stderr")
    process = subprocess.Popen(command, cwd=home, stderr=subprocess.DEVNULL)
    try:
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


def _write_tiles(folder: Path) -> None:
    """Files where tiles of a level that no tree reaches would lie."""
    folder.mkdir(parents=True)
    for number in range(TILES):
        (folder / f"{number:03}").write_bytes(bytes([number]) * TILE_BYTES)
    for path in (folder, *folder.parents[:3], *folder.iterdir()):
        path.chmod(path.stat().st_mode | 0o055)


def _answer(connection: socket.socket, request: bytes) -> bytes:
    """The first answer, read to its end; those that follow are as long."""
    connection.sendall(request)
    received = bytearray()
    while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < TILE_BYTES:
        received += connection.recv(65536)
    if not received.startswith(b"HTTP/1.1 200 ") or bytes(TILE_BYTES) not in received:
        raise RuntimeError("a tile is not served")
    return bytes(received)


def _nginx_of(supervisor: int) -> psutil.Process:
    for child in psutil.Process(supervisor).children():
        with suppress(psutil.NoSuchProcess):
            if child.name() == "nginx":
                return child
    raise RuntimeError("the cell has no nginx")


def _cpu_s(process: psutil.Process) -> float:
    """Processor time used so far, to the nanosecond where the kernel tells (first word of schedstat)."""
    return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9
