"""Is a folder ours alone, where do its sockets go, and is a port free? Asked before anything starts."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from reelm.infra.embedded import probes
from reelm.infra.embedded.credentials import CannotStart, Credentials
from reelm.infra.embedded.folders import make_folders

LONGEST_SOCKET_FOLDER = 85  # of the 107 bytes a Unix socket's path may have, leaving room for PostgreSQL's name
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-")


@contextmanager
def holding_cell(data: Path, port: int, account: Credentials | None) -> Generator[None]:
    """Make a cell's folders and hold them. Raises `CannotStart` when one runs there, or they can't be used."""
    with _usable(data):
        make_folders(data, account)
    with holding(data, f"For another beside it: make up PORT={free_port_after(port)} DATA={data.name}2"):
        yield


@contextmanager
def holding(data: Path, otherwise: str) -> Generator[None]:
    """Hold the folder, so that nothing starts in it twice. Raises `CannotStart` with `otherwise` when it is held.

    Processes of a run that was killed may still be ending: their guard holds the lock, and we wait for it.
    """
    with _usable(data):
        lock = (data / "run" / "lock").open("a+")
    with lock:
        deadline = time.monotonic() + 15
        while not _locked(lock.fileno()):
            lock.seek(0)
            holder = lock.read().strip()
            if _is_alive(holder) or time.monotonic() > deadline:
                raise CannotStart(f"Reelm already runs in {data} (process {holder}). {otherwise}")
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _usable(data: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise CannotStart(f"{data} can't be used: {error.strerror}. Give another folder with DATA=.") from error


def _locked(lock: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _is_alive(pid: str) -> bool:
    return pid.isdigit() and Path(f"/proc/{pid}").exists()


@contextmanager
def socket_folder(run: Path) -> Generator[Path]:
    """A folder for Unix sockets: `run` itself, or a private temporary one where its path is too long or odd."""
    link = run / "sockets"
    if link.is_symlink():
        shutil.rmtree(link.resolve(), ignore_errors=True)  # of a run that was killed
        link.unlink()
    if len(os.fsencode(run)) <= LONGEST_SOCKET_FOLDER and PLAIN.issuperset(str(run)):
        yield run
        return
    folder = Path(tempfile.mkdtemp(prefix="reelm-", dir="/tmp"))
    folder.chmod(0o711)
    link.symlink_to(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        link.unlink(missing_ok=True)


def check_port(port: int) -> None:
    """Raises `CannotStart` for a port that can't be listened on, with one that can."""
    try:
        if probes.is_free(port):
            return
    except PermissionError as error:
        raise CannotStart(f"Port {port} is kept for root. Try make up PORT=8000.") from error
    raise CannotStart(f"Port {port} is taken. Try make up PORT={free_port_after(port)}.")


def free_port_after(port: int) -> int:
    """The next port that is free; 8000 where there is none near."""
    return next((p for p in range(port + 1, min(port + 100, 65536)) if probes.is_free(p)), 8000)
