"""Where does the realm's secret come from? Made once beside the data, readable by its owner only."""

import hashlib
import os
from pathlib import Path


def load_secret(data: Path, given: str = "") -> bytes:
    """32 bytes: those of `given` (hashed), else those of `DATA/keys/secret`, which is made when it is missing."""
    if given:
        return hashlib.sha256(given.encode()).digest()
    return load_kept(data, "secret")


def load_kept(data: Path, name: str) -> bytes:
    """The 32 bytes of `DATA/keys/NAME`, which is made when it is missing."""
    path = data / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f"{name}.{os.getpid()}")
    if not path.exists():
        made.touch(mode=0o600)
        made.write_bytes(os.urandom(32))
        try:
            path.hardlink_to(made)  # fails, unlike a rename, where another role was first
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes()
