"""Under which key does a blob lie, and what is it? Pure; nothing a caller sends becomes a path unchecked."""

import re
from uuid import UUID

from reelm.media.refusals import FileNotServed

_TYPES = {"mp4": "video/mp4", "webp": "image/webp"}
_CLIP_FILE = re.compile(r"[0-9]{2,4}\.mp4|poster\.webp")
_AVATAR_FILE = re.compile(r"[0-9a-f]{32}\.webp")


def clip_key(asset: UUID, name: str) -> str:
    """Raises `FileNotServed` for a name that no clip has."""
    if not _CLIP_FILE.fullmatch(name):
        raise FileNotServed
    return f"clips/{asset}/{name}"


def avatar_key(account: UUID, name: str) -> str:
    """Raises `FileNotServed` for a name that no picture has."""
    if not _AVATAR_FILE.fullmatch(name):
        raise FileNotServed
    return f"avatars/{account}/{name}"


def content_type(key: str) -> str:
    """
    >>> content_type("clips/0/480.mp4")
    'video/mp4'
    """
    return _TYPES[key.rpartition(".")[2]]
