"""Where do the files of somebody on their way here lie? Pieces are written in their place, as often as they come."""

import hashlib
import shutil
from pathlib import Path

_LARGEST_BYTES = 2 * 1024**3


def path_of(folder: Path, key: str) -> Path:
    """Where the file with this key is put together. Whatever the key says, it is a file of `folder`."""
    return folder / hashlib.sha256(key.encode()).hexdigest()


def write_piece(folder: Path, key: str, offset: int, whole: int, content: bytes) -> None:
    """Write one piece; writing it again changes nothing. Raises `ValueError` for a piece that does not fit."""
    if not 0 <= offset <= offset + len(content) <= whole <= _LARGEST_BYTES:
        raise ValueError(key)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = path_of(folder, key)
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def clear_staged(folder: Path) -> None:
    """Remove what has been put together; removing it again changes nothing."""
    shutil.rmtree(folder, ignore_errors=True)
