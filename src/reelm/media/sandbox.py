"""How is a command run on a file that nobody trusts? In a subprocess without network, rights or time to spare.

Barriers, each used where the machine has it: its own network namespace, a seccomp filter, Landlock over the
file system, no new privileges, resource limits, an emptied environment. One that keeps the network out must
hold (namespace or seccomp), or nothing is run. `sandbox_child.py` raises them from inside.
"""

import asyncio
import contextlib
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from reelm.media.errors import SandboxUnavailable
from reelm.media.model import Allowance, Barrier, Ending, Finished

_CHILD = Path(__file__).with_name("sandbox_child.py")
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/nix/store")
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", f"/lib/ld-musl-{platform.machine()}.so.1")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/sys/devices/system/cpu")
_ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": "", "HOME": "/nonexistent"}
_STDERR_KEPT = 8192
_STOPS = {
    "network-namespace": "any network, loopback included",
    "seccomp": "sockets, new processes, tracing, mounting",
    "landlock": "files other than the one upload and the one work folder",
    "landlock-tcp": "TCP, a second time",
    "no-new-privileges": "gaining rights through other programs",
}


async def run_sandboxed(
    argv: Sequence[str],
    *,
    reads: Sequence[Path],
    writes: Sequence[Path],
    limits: Allowance,
    on_stdout: Callable[[bytes], None] | None = None,
) -> Finished:
    """Run `argv` (an absolute program first) without network; it may read `reads` and write beneath `writes`.

    `on_stdout` gets standard output as it comes and must be quick. Never raises for what the command does:
    look at `ending` and `returncode` (negative: the signal that ended it). Cancelling ends the whole process
    group. Raises `SandboxUnavailable` where no network barrier holds, `RuntimeError` where the command cannot
    be started.
    """
    run = _Run(limits, on_stdout)
    started = time.monotonic()
    run.start(argv, reads, writes)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limits.wall_s):
                await run.over.wait()
        run.ending = run.ending if run.over.is_set() else Ending.TIMED_OUT
    finally:
        status, usage = run.end()
    if run.report.endswith(b"!") or not (run.report or run.ending is Ending.TIMED_OUT):
        raise RuntimeError(f"the command did not start: {run.stderr.decode(errors='replace')[-500:]}")
    report = json.loads(run.report or '{"barriers": [], "refused": null}')
    if report["refused"]:
        raise SandboxUnavailable(missing="network namespaces, seccomp")
    return Finished(
        ending=run.ending,
        returncode=os.waitstatus_to_exitcode(status),
        stdout=bytes(run.stdout),
        stderr_tail=run.stderr.decode(errors="replace"),
        wall_s=time.monotonic() - started,
        cpu_s=usage.ru_utime + usage.ru_stime,
        max_rss_bytes=usage.ru_maxrss * 1024,
        barriers=tuple(report["barriers"]),
    )


class _Run:
    """One process: its pipes, read as they fill, and its end."""

    def __init__(self, limits: Allowance, on_stdout: Callable[[bytes], None] | None) -> None:
        self.limits = limits
        self.on_stdout = on_stdout
        self.stdout, self.stderr, self.report = bytearray(), bytearray(), bytearray()
        self.over = asyncio.Event()
        self.ending = Ending.EXITED
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self._pipes: dict[int, Callable[[bytes], None]] = {}

    def start(self, argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path]) -> None:
        takers = (self._take_stdout, self._take_stderr, self.report.extend)
        pairs = [os.pipe() for _ in takers]
        out, err, report = (writer for _, writer in pairs)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_CHILD), _plan(argv, reads, writes, self.limits, report)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=_ENVIRONMENT,
                pass_fds=(report,),
                start_new_session=True,
            )
        except BaseException:
            for reader, _ in pairs:
                os.close(reader)
            raise
        finally:
            for _, writer in pairs:
                os.close(writer)
        self._pidfd = os.pidfd_open(self._process.pid)
        self._pipes = {reader: taker for (reader, _), taker in zip(pairs, takers, strict=True)}
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pidfd, self.over.set)
        for pipe in self._pipes:
            os.set_blocking(pipe, False)
            loop.add_reader(pipe, self._read, pipe)

    def _read(self, pipe: int) -> bool:
        """Take what is there; False at the end of the pipe or when it is empty for now."""
        try:
            chunk = os.read(pipe, 65536)
        except BlockingIOError:
            return False
        if chunk:
            self._pipes[pipe](chunk)
        else:
            asyncio.get_running_loop().remove_reader(pipe)
        return bool(chunk)

    def _take_stdout(self, chunk: bytes) -> None:
        if len(self.stdout) + len(chunk) > self.limits.stdout_bytes:
            self.ending = Ending.OUTPUT_TOO_BIG
            self.over.set()
            return
        self.stdout.extend(chunk)
        if self.on_stdout:
            self.on_stdout(chunk)

    def _take_stderr(self, chunk: bytes) -> None:
        self.stderr.extend(chunk)
        del self.stderr[:-_STDERR_KEPT]

    def end(self) -> tuple[int, resource.struct_rusage]:
        """Kill what still runs, empty the pipes, reap. The group is killed while its leader's id is still ours."""
        if self._process is None:
            raise RuntimeError("nothing was started")
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._pidfd)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        for pipe in self._pipes:
            while self.ending is not Ending.OUTPUT_TOO_BIG and self._read(pipe):
                pass
            loop.remove_reader(pipe)
            os.close(pipe)
        os.close(self._pidfd)
        return status, usage


def _plan(argv: Sequence[str], reads: Sequence[Path], writes: Sequence[Path], limits: Allowance, report: int) -> str:
    """What the child is to do, as it reads it."""
    return json.dumps(
        {
            "argv": list(argv),
            "env": _ENVIRONMENT,
            "cwd": str(writes[0]) if writes else "/",
            "parent": os.getpid(),
            "report": report,
            "nice": limits.nice,
            "read": [*_LIBRARIES, *_DEVICES, *(str(path.resolve()) for path in reads)],
            "write": ["/dev/null", *(str(path.resolve()) for path in writes)],
            "execute": [*_LOADERS, *(os.path.realpath(program) for program in argv[:1])],
            "rlimits": {
                "RLIMIT_CORE": 0,
                "RLIMIT_CPU": limits.cpu_s,
                "RLIMIT_FSIZE": limits.file_bytes,
                "RLIMIT_NOFILE": 64,
                "RLIMIT_DATA": limits.memory_bytes,
                "RLIMIT_AS": limits.memory_bytes * 2 + 1024**3,
            },
        }
    )


def describe_sandbox() -> tuple[Barrier, ...]:
    """Which barriers hold on this machine, found by raising them around a process that then ends."""
    report, child_end = os.pipe()
    with os.fdopen(report, "rb") as answers:
        nothing = Allowance(wall_s=10, cpu_s=10, memory_bytes=1024**3, file_bytes=0)
        command = [sys.executable, "-I", "-S", str(_CHILD), _plan((), (), (), nothing, child_end)]
        try:
            subprocess.run(command, env=_ENVIRONMENT, pass_fds=(child_end,), timeout=10, check=False)
        finally:
            os.close(child_end)
        held = set(json.loads(answers.read() or b"{}").get("barriers", ()))
    return tuple(Barrier(name, name in held, stops) for name, stops in _STOPS.items())
