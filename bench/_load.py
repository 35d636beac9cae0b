"""A bounded load on loopback: keep-alive connections asking for paths, and the CPU time a server spent meanwhile."""

import asyncio
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import psutil


@dataclass(frozen=True)
class Load:
    """What a run did: requests, seconds of the server's CPU, and latencies in ms, sorted."""

    requests: int
    cpu_s: float
    latencies_ms: list[float]
    body: bytes
    wall_s: float

    @property
    def per_cpu_s(self) -> float:
        return self.requests / max(self.cpu_s, 1e-6)

    def percentile(self, share: float) -> float:
        return self.latencies_ms[min(int(len(self.latencies_ms) * share), len(self.latencies_ms) - 1)]


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes and their children so far."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # a worker of PostgreSQL's that has just ended
                times = one.cpu_times()
                total += times.user + times.system
    return total


def drive(port: int, request: Callable[[int], bytes], pids: list[int], *, seconds: float, connections: int) -> Load:
    """Send `request(n)` over `connections` connections for `seconds`; every answer must be 200 or 202."""
    requests = map(request, count())
    return asyncio.run(_drive(port, requests, pids, time.perf_counter() + seconds, connections))


def drive_all(port: int, requests: Iterable[bytes], pids: list[int], *, connections: int) -> Load:
    """Send all of these, whatever time it takes."""
    return asyncio.run(_drive(port, iter(requests), pids, math.inf, connections))


def drive_at(
    port: int, request: Callable[[int], bytes], pids: list[int], *, rate: float, seconds: float, connections: int
) -> Load:
    """Send `rate` requests a second at times drawn by chance, for `seconds`; at most `connections` at once.

    Latency counts from the moment a request was due, also where all connections were taken.
    """
    return asyncio.run(_drive_at(port, request, pids, _draw_times(rate, seconds), connections))


def _draw_times(rate: float, seconds: float) -> Iterator[float]:
    """When requests are due, in seconds from now: a Poisson process."""
    draws, at = random.Random(1), 0.0
    while (at := at + draws.expovariate(rate)) < seconds:
        yield at


async def _drive_at(
    port: int, request: Callable[[int], bytes], pids: list[int], times: Iterator[float], connections: int
) -> Load:
    due = asyncio.Queue[float | None]()
    latencies: list[float] = []
    bodies: list[bytes] = []
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    before, began_at = cpu_seconds(pids), time.perf_counter()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (began := await due.get()) is not None:
            bodies[:] = [await _ask(reader, writer, request(len(latencies)))]
            latencies.append((time.perf_counter() - began) * 1000)
        writer.close()

    working = [asyncio.create_task(one(*line)) for line in lines]
    for at in times:
        await asyncio.sleep(began_at + at - time.perf_counter())
        due.put_nowait(began_at + at)
    for _ in lines:
        due.put_nowait(None)
    await asyncio.gather(*working)
    wall_s = time.perf_counter() - began_at
    return Load(len(latencies), cpu_seconds(pids) - before, sorted(latencies), bodies[0], wall_s)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """The body of the answer. Raises `RuntimeError` for any but 200 and 202."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 20"):
        raise RuntimeError(head.decode(errors="replace"))
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


async def _drive(port: int, requests: Iterator[bytes], pids: list[int], deadline: float, connections: int) -> Load:
    latencies: list[float] = []
    bodies: list[bytes] = []
    before, began_at = cpu_seconds(pids), time.perf_counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < deadline and (request := next(requests, None)):
            began = time.perf_counter()
            body = await _ask(reader, writer, request)
            latencies.append((time.perf_counter() - began) * 1000)
            bodies[:] = [body]
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    wall_s = time.perf_counter() - began_at
    return Load(len(latencies), cpu_seconds(pids) - before, sorted(latencies), bodies[0], wall_s)


def get(path: str, token: str | None = None) -> bytes:
    """One keep-alive GET as bytes."""
    auth = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{auth}\r\n".encode()


def post(path: str, body: bytes, token: str | None = None) -> bytes:
    """One keep-alive POST as bytes."""
    auth = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{auth}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
