"""How do commands read and write files that somebody named? In one go, or with one clear line."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from reelm.kernel.errors import Problem


@dataclass(eq=False)
class FileNotUsable(Problem):
    """A file that was named can't be read or written."""

    status: ClassVar[int] = 422
    path: str


def read_file(path: Path) -> bytes:
    """Raises `FileNotUsable`."""
    try:
        return path.read_bytes()
    except OSError:
        raise FileNotUsable(path=str(path)) from None


def write_file(path: Path, content: bytes) -> None:
    """Whole or not at all: some program may be reading it. Makes its folder. Raises `FileNotUsable`."""
    new = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        raise FileNotUsable(path=str(path)) from None
