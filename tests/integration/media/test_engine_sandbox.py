"""Each barrier between an upload and the machine, tried by a child that does what it must not."""

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from reelm.infra.embedded.credentials import CAP_DAC_READ_SEARCH, Credentials
from reelm.media import sandbox
from reelm.media.errors import SandboxUnavailable
from reelm.media.model import Allowance, Ending, Finished
from reelm.media.sandbox import describe_sandbox, run_sandboxed

ENOUGH = Allowance(wall_s=20, cpu_s=20, memory_bytes=512 * 1024**2, file_bytes=1_000_000)
LIBRARY = Path(sys.base_prefix, "lib")
held = {barrier.name for barrier in describe_sandbox() if barrier.in_force}
needs_landlock = pytest.mark.skipif("landlock" not in held, reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif("seccomp" not in held, reason="this machine refuses seccomp filters")


async def try_to(
    code: str, *, limits: Allowance = ENOUGH, reads: Sequence[Path] = (), writes: Sequence[Path] = ()
) -> Finished:
    """Run a line of Python in the sandbox."""
    return await run_sandboxed(
        [sys.executable, "-I", "-S", "-c", code], reads=[LIBRARY, *reads], writes=writes, limits=limits
    )


def test_a_network_barrier_holds_here() -> None:
    assert held & {"network-namespace", "seccomp"}
    assert "no-new-privileges" in held


async def test_what_is_allowed_works() -> None:
    finished = await try_to("print('hello')")
    assert (finished.ending, finished.returncode, finished.stdout) == (Ending.EXITED, 0, b"hello\n")
    assert set(finished.barriers) == held
    assert finished.cpu_s > 0
    assert finished.max_rss_bytes > 1_000_000


async def test_no_socket_reaches_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        finished = await try_to(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert finished.returncode == 1


@needs_seccomp
@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socketpair()",
        "import os; os.fork()",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.memfd_create('x')",
        "import os; os.pidfd_open(os.getpid())",
    ],
)
async def test_calls_that_reach_beyond_are_refused(code: str) -> None:
    finished = await try_to(code)
    assert finished.returncode == 1
    assert "PermissionError" in finished.stderr_tail


@needs_seccomp
async def test_the_parent_cannot_be_traced() -> None:
    code = "import ctypes, os; print(ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))"
    assert (await try_to(code)).stdout == b"-1\n"


async def test_threads_may_be_used() -> None:
    code = "import threading as t; a = t.Thread(target=print, args=('ran',)); a.start(); a.join()"
    assert (await try_to(code)).stdout == b"ran\n"


@needs_landlock
@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        "import os; os.listdir('/')",
        "open('/tmp/nobodys', 'w')",
    ],
)
async def test_other_files_cannot_be_seen(code: str) -> None:
    finished = await try_to(code)
    assert finished.returncode == 1
    assert "PermissionError" in finished.stderr_tail


@needs_landlock
async def test_the_given_file_is_read_only_and_its_neighbour_invisible(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "other").write_text("other")
    mine = [tmp_path / "mine"]
    assert (await try_to(f"print(open({str(tmp_path / 'mine')!r}).read())", reads=mine)).stdout == b"mine\n"
    assert (await try_to(f"open({str(tmp_path / 'mine')!r}, 'a')", reads=mine)).returncode == 1
    assert (await try_to(f"open({str(tmp_path / 'other')!r})", reads=mine)).returncode == 1


@needs_landlock
async def test_only_the_work_folder_is_written_and_nothing_in_it_is_run(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    made = f"import shutil, os; p = {str(work / 'made')!r}; open(p, 'w').write('x'); os.chmod(p, 0o755); "
    assert (await try_to(made, writes=[work])).returncode == 0
    assert (work / "made").read_text() == "x"
    finished = await try_to(made + "os.execv(p, [p])", writes=[work])
    assert "PermissionError" in finished.stderr_tail
    assert (await try_to(f"open({str(tmp_path / 'beside')!r}, 'w')", writes=[work])).returncode == 1


async def test_too_much_memory_is_refused() -> None:
    finished = await try_to("x = bytearray(900 * 1024**2)")
    assert finished.returncode == 1
    assert "MemoryError" in finished.stderr_tail


async def test_a_file_too_large_ends_the_child(tmp_path: Path) -> None:
    code = f"import os; f = open({str(tmp_path / 'x')!r}, 'wb'); f.write(bytes(2_000_000)); f.flush()"
    finished = await try_to(code, writes=[tmp_path])
    assert finished.returncode != 0
    assert (tmp_path / "x").stat().st_size <= ENOUGH.file_bytes


async def test_sleeping_too_long_ends_the_child() -> None:
    limits = Allowance(wall_s=0.3, cpu_s=5, memory_bytes=10**9, file_bytes=0)
    finished = await try_to("import time; time.sleep(60)", limits=limits)
    assert (finished.ending, finished.returncode) == (Ending.TIMED_OUT, -9)
    assert finished.wall_s < 5


async def test_working_too_long_ends_the_child() -> None:
    limits = Allowance(wall_s=30, cpu_s=1, memory_bytes=10**9, file_bytes=0)
    finished = await try_to("while True: pass", limits=limits)
    assert finished.returncode < 0
    assert finished.wall_s < 20


async def test_printing_too_much_ends_the_child() -> None:
    finished = await try_to("while True: print('x' * 4096)")
    assert finished.ending is Ending.OUTPUT_TOO_BIG
    assert len(finished.stdout) <= ENOUGH.stdout_bytes


async def test_complaining_without_end_is_kept_short() -> None:
    finished = await try_to("import sys; [print('e' * 1000, file=sys.stderr) for _ in range(5000)]")
    assert finished.returncode == 0
    assert len(finished.stderr_tail) <= 8192


async def test_the_environment_and_open_files_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELM_SECRET", "s3cret")
    reader, writer = os.pipe()
    os.set_inheritable(reader, True)
    code = f"import os; print(sorted(os.environ)); os.fstat({reader})"
    finished = await try_to(code)
    os.close(reader)
    os.close(writer)
    assert b"REELM_SECRET" not in finished.stdout
    assert "Bad file descriptor" in finished.stderr_tail


SLEEPER = "import os, time; open({!r}, 'w').write(str(os.getpid())); time.sleep(60)"


def read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def pid_in(file: Path) -> str:
    """The process id a sleeper has written, once it has."""
    for _ in range(400):
        if pid := read(file):
            return pid
        await asyncio.sleep(0.05)
    raise TimeoutError


async def gone(pid: str) -> bool:
    """Whether a process ends within five seconds; one that nobody has reaped counts as ended."""
    for _ in range(100):
        status = read(Path("/proc", pid, "status"))
        if not status or "\nState:\tZ" in status:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_cancelling_ends_the_child(tmp_path: Path) -> None:
    task = asyncio.create_task(try_to(SLEEPER.format(str(tmp_path / "pid")), writes=[tmp_path]))
    pid = await pid_in(tmp_path / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not read(Path("/proc", pid, "status"))


WORKER = """
import asyncio, sys
from pathlib import Path
from reelm.media.model import Allowance
from reelm.media.sandbox import run_sandboxed
argv = [sys.executable, "-I", "-S", "-c", sys.argv[1]]
limits = Allowance(60, 60, 10**9, 10**6)
asyncio.run(run_sandboxed(argv, reads=[Path(sys.base_prefix, "lib")], writes=[Path(sys.argv[2])], limits=limits))
"""


async def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    """A worker killed in the middle leaves no ffmpeg running."""
    sleeper = SLEEPER.format(str(tmp_path / "pid"))
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, sleeper, str(tmp_path))
    pid = await pid_in(tmp_path / "pid")
    worker.kill()
    await worker.wait()
    assert await gone(pid)


CLOSED = """
import asyncio, sys
from pathlib import Path
from reelm.media.model import Allowance
from reelm.media.sandbox import run_sandboxed
program, upload, other = sys.argv[1:]
limits = Allowance(20, 20, 10**9, 10**6)
ran = asyncio.run(run_sandboxed([program, upload, other], reads=[Path(upload)], writes=[], limits=limits))
print(ran.stdout.decode(), ran.stderr_tail, *ran.barriers)
"""


@needs_landlock
@needs_seccomp
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives others a right of its own")
def test_a_program_in_a_closed_folder_runs_and_the_way_to_it_leads_nowhere_else() -> None:
    """As in a realm of its own user, where Python lies in root's home."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)  # closed to everybody but root
        program = Path(shutil.copy(shutil.which("cat") or "", folder))
        upload, other = folder / "upload", folder / "other"
        upload.write_text("the upload")
        other.write_text("a secret")
        realm = Credentials(61_917, 61_917, (CAP_DAC_READ_SEARCH,))
        libc = ctypes.CDLL(None, use_errno=True)
        ran = subprocess.run(
            [sys.executable, "-P", "-c", CLOSED, program, upload, other],
            preexec_fn=lambda: realm.take_on(libc),
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        )
    assert "the upload" in ran.stdout
    assert "a secret" not in ran.stdout
    assert "Permission denied" in ran.stdout
    assert {"landlock", "seccomp"} <= set(ran.stdout.split())


async def test_without_a_network_barrier_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real child, on a machine where every barrier fails to rise."""
    source = Path(sandbox.__file__).with_name("sandbox_child.py").read_text()
    broken = source.replace("wanted = CLONE_NEWNET | CLONE_NEWIPC", "return False").replace(
        "machine = MACHINES.get(platform.machine())", "machine = None"
    )
    assert broken != source
    (tmp_path / "child.py").write_text(broken)
    monkeypatch.setattr(sandbox, "_CHILD", tmp_path / "child.py")
    with pytest.raises(SandboxUnavailable):
        await try_to(f"open({str(tmp_path / 'ran')!r}, 'w')", writes=[tmp_path])
    assert not (tmp_path / "ran").exists()
    assert not {b.name for b in describe_sandbox() if b.in_force} & {"network-namespace", "seccomp"}


async def test_a_program_that_is_not_there_is_our_fault_not_the_uploads() -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        await run_sandboxed(["/nonexistent/ffmpeg"], reads=(), writes=(), limits=ENOUGH)
