"""The plain data of descriptions."""

from typing import NamedTuple
from uuid import UUID


class Undescribed(NamedTuple):
    """A public clip as it stands. Its ThumbHash comes as bytes, or as the Base64 that another realm told."""

    id: UUID
    caption: str
    placeholder: bytes | None
    placeholder_text: str | None


class Described(NamedTuple):
    """What was made of a clip that had this caption, as codes (`codes.py`); `None` where nothing was to be told."""

    id: UUID
    caption: str
    words: bytes | None
    looks: bytes | None
