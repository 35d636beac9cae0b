"""Blobs as files. Keys are slash-separated names of ours, such as `videos/<id>/480.mp4`."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*")


class FileBlobs:
    """A folder of blobs. A blob appears under its key whole and durable, or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """The file behind a key. Raises `ValueError` for a key that isn't one of ours."""
        if not _KEY.fullmatch(key):
            raise ValueError("not a blob key")
        return self.root / key

    def put_file(self, key: str, source: Path) -> int:
        """Move `source` to `key`, replacing what was there; returns its size in bytes.

        `source` must lie on the same file system: the move is a rename after an fsync.
        """
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as file:
            os.fsync(file.fileno())
        size = source.stat().st_size
        source.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return size

    def delete(self, key: str) -> None:
        """Remove a blob; removing what isn't there changes nothing."""
        self.path(key).unlink(missing_ok=True)

    def delete_below(self, prefix: str) -> None:
        """Remove every blob below a folder-like prefix."""
        shutil.rmtree(self.path(prefix), ignore_errors=True)

    def keys(self) -> Iterator[str]:
        """Every key there is, in no order."""
        for folder, _, names in os.walk(self.root):
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()
