"""How do lists page? By a signed cursor over the id of the last row."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from reelm.kernel.cursors import CursorKey


def open_cursor(key: CursorKey, listing: str, cursor: str | None) -> UUID | None:
    """The id the page starts after. Raises `CursorNotOurs`."""
    return UUID(cast("str", key.open(listing, cursor))) if cursor else None


def next_cursor(key: CursorKey, listing: str, ids: Sequence[UUID], limit: int) -> str | None:
    """The cursor of the next page; `None` where this one was not full."""
    return key.seal(listing, str(ids[-1])) if len(ids) == limit else None
