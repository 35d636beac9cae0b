"""Where do the public files of the log lie? In one folder, which any web server can serve as it is.

Two ways of writing. An `Addition` is for tiles and bundles that no checkpoint covers yet: each goes to its own new
file, and all of them are on the disk when `settle` returns. `replace` is for what readers look at while it changes:
they see the old content or the new, whole.
"""

import ctypes
import os
import threading
from pathlib import Path

CHECKPOINT = "checkpoint"
WITNESSED = "checkpoint.witnessed"
VKEY = "vkey"
HAND_OVERS = "hand-overs"
WITNESSES = "witnesses.json"
WITNESS_VKEY = "witness-vkey"

FEW_FILES = 16

# How sync_file_range is asked to work, as its manual page numbers it.
_START = 2
_START_AND_WAIT = 1 | 2 | 4
_libc = ctypes.CDLL(None, use_errno=True)


class LogFolder:
    """The files below `path`. Paths are those of the C2SP tlog-tiles specification, such as `tile/0/000.p/7`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turn = threading.Lock()

    def read(self, name: str) -> bytes | None:
        """The content of one file; `None` where there is none."""
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def delete_partials(self, name: str) -> int:
        """Delete the partial files of a tile or bundle whose full one is here; how many. Raises `OSError`."""
        folder = self.path / f"{name}.p"
        try:
            files = list(folder.iterdir())
        except FileNotFoundError:
            return 0
        if not (self.path / name).is_file():
            return 0
        for file in files:
            file.unlink(missing_ok=True)
        folder.rmdir()
        return len(files)

    def list_partials(self) -> list[str]:
        """The paths of all partial files; some may be gone by the time they are looked at."""
        below = ((Path(folder), files) for folder, _, files in os.walk(self.path / "tile") if folder.endswith(".p"))
        return sorted((folder / file).relative_to(self.path).as_posix() for folder, files in below for file in files)

    def add(self) -> "Addition":
        """Begin to write files nobody relies on yet."""
        return Addition(self.path)

    def replace(self, name: str, content: bytes, *, durable: bool = True) -> None:
        """Put new content in the place of the old at once. Raises `OSError`."""
        with self._turn:
            self._replace(name, content, durable=durable)

    def exchange(self, name: str, old: bytes, new: bytes) -> bool:
        """`replace`, unless the content is not `old` any more; whether it was done."""
        with self._turn:
            if self.read(name) != old:
                return False
            self._replace(name, new, durable=False)
            return True

    def _replace(self, name: str, content: bytes, *, durable: bool) -> None:
        path = self.path / name
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write(opened, content)
            if durable:
                os.fsync(opened)
        finally:
            os.close(opened)
        beside.replace(path)
        if durable:
            _sync_folder(path.parent)


class Addition:
    """New files on their way to the disk. Its methods raise `OSError`; `close` it in any case.

    Each file's data is sent off at once and waited for at the end. Then a few files are each synced, since only that
    keeps their names and sizes on a file system without a journal; many at once by one `syncfs` of all of it.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._opened: list[int] = []
        self._folders: set[Path] = set()

    def write(self, name: str, content: bytes) -> None:
        """Write one file and send it off. One of that name, left by an attempt that failed, is replaced by a new
        one: after an fsync that failed, the kernel may think the old one clean."""
        path = self._root / name
        if path.parent not in self._folders:
            self._make_folder(path.parent)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            opened = os.open(path, flags, 0o644)
        except FileExistsError:
            path.unlink()
            opened = os.open(path, flags, 0o644)
        self._opened.append(opened)
        _write(opened, content)
        _send(opened, _START)

    def settle(self) -> None:
        """Wait until everything written is on the disk, names and sizes included."""
        for opened in self._opened:
            _send(opened, _START_AND_WAIT)
        if len(self._opened) > FEW_FILES and hasattr(_libc, "syncfs"):
            _check(_libc.syncfs(self._opened[-1]))
            return
        for opened in self._opened:
            os.fsync(opened)
        for folder in self._folders:
            _sync_folder(folder)

    def close(self) -> None:
        while self._opened:
            os.close(self._opened.pop())

    def _make_folder(self, folder: Path) -> None:
        """Make `folder` and those above it, and remember which have a new name in them."""
        missing = folder
        self._folders.add(folder)
        while missing != self._root and not missing.is_dir():
            missing = missing.parent
            self._folders.add(missing)
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)


def _send(opened: int, how: int) -> None:
    """Send a file's data to the disk, where the kernel has a call for that; else wait for all of it."""
    if not hasattr(_libc, "sync_file_range"):
        os.fsync(opened)
    else:
        _check(_libc.sync_file_range(opened, ctypes.c_int64(0), ctypes.c_int64(0), how))


def _check(result: int) -> None:
    """Raise what a call of the C library has failed with."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _write(opened: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(opened, left) :]


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
