"""No page shows a clip otherwise than it checked it, whatever others read meanwhile."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from reelm import videos
from reelm.feed.hydrating import Fragments

CLIP = UUID(int=1)


def _row(version: str, age_limit: int | None) -> dict[str, Any]:
    return {"version": version, "age_limit": age_limit, "views": 1, "likes": 2, "comments": 3, "shares": 4}


async def test_a_page_that_checked_a_clip_before_it_was_limited_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fetch_public_clips(_: object, ids: list[UUID]) -> dict[UUID, Any]:
        await asyncio.sleep(0)
        return {id: SimpleNamespace(video=SimpleNamespace(age_limit=18)) for id in ids}

    monkeypatch.setattr(videos, "fetch_public_clips", fetch_public_clips)

    def is_public(_: object) -> bool:
        return True

    def present(_: object) -> bytes:
        return b'{"id":1,"counts":{},"x":2}'

    monkeypatch.setattr(videos, "is_public", is_public)
    nothing: Any = None
    fragments = Fragments(nothing, nothing, present)
    of_child, of_adult = {CLIP: _row("1", None)}, {CLIP: _row("2", 18)}
    adult, child, other = await asyncio.gather(
        *(fragments.fetch(cast("Any", one), list(one)) for one in (of_adult, of_child, of_adult))
    )
    assert child == {}
    assert adult == other == {CLIP: b'{"id":1,"counts":{"views":1,"likes":2,"comments":3,"shares":4},"x":2}'}
