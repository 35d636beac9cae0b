"""Pages that wait for the same clip read it once, and none shows it otherwise than it checked it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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
    reads: list[Any] = []

    async def fetch_clips(_: object, ids: list[UUID]) -> dict[UUID, Any]:
        reads.append(ids)
        await asyncio.sleep(0)
        return {id: SimpleNamespace(video=SimpleNamespace(age_limit=18)) for id in ids}

    @asynccontextmanager
    async def read() -> AsyncGenerator[None]:
        await asyncio.sleep(0)
        yield None

    monkeypatch.setattr(videos, "fetch_clips", fetch_clips)

    def is_public(_: object) -> bool:
        return True

    def present(_: object) -> bytes:
        return b'{"id":1,"counts":{},"x":2}'

    monkeypatch.setattr(videos, "is_public", is_public)
    database: Any = SimpleNamespace(read=read)
    fragments = Fragments(database, present)
    first, of_child, of_adult = {UUID(int=9): _row("0", 18)}, {CLIP: _row("1", None)}, {CLIP: _row("2", 18)}
    _, child, adult, other = await asyncio.gather(
        *(fragments.fetch(cast("Any", one), list(one)) for one in (first, of_child, of_adult, of_adult))
    )
    assert child == {}
    assert adult == other == {CLIP: b'{"id":1,"counts":{"views":1,"likes":2,"comments":3,"shares":4},"x":2}'}
    assert reads == [[UUID(int=9)], [CLIP]]
