"""Under which key does a blob lie, and what is it? Pure; nothing a caller sends becomes a path unchecked."""

import re
from uuid import UUID

from reelm.media.refusals import FileNotServed

_TYPES = {"mp4": "video/mp4", "webp": "image/webp"}
_CLIP_FILE = re.compile(r"[0-9]{2,4}\.mp4|poster\.webp")
_REALM = re.compile(r"[a-z]{2}(-[a-z]{2,3})?")
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


def abroad_key(realm: str, object_id: UUID, name: str) -> str:
    """A file of another realm. Raises `FileNotServed` for a name that no clip and no picture has.

    >>> abroad_key("ca-qc", UUID(int=1), "480.mp4")
    'abroad/ca-qc/00000000-0000-0000-0000-000000000001/480.mp4'
    """
    if not _REALM.fullmatch(realm) or not (_CLIP_FILE.fullmatch(name) or _AVATAR_FILE.fullmatch(name)):
        raise FileNotServed
    return f"abroad/{realm}/{object_id}/{name}"


def content_type(key: str) -> str:
    """
    >>> content_type("clips/0/480.mp4")
    'video/mp4'
    """
    return _TYPES[key.rpartition(".")[2]]
