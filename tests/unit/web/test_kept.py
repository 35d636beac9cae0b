"""An answer that is kept is made once for everybody who asks within its time, and anew after it."""

import asyncio

import pytest

from reelm.web.kept import Kept


async def test_many_callers_at_once_have_it_made_once() -> None:
    made: list[int] = []

    async def make() -> int:
        await asyncio.sleep(0)
        made.append(1)
        return len(made)

    kept = Kept[int](keep_s=60)
    assert await asyncio.gather(*(kept.get(make) for _ in range(20))) == [1] * 20
    kept = Kept[int](keep_s=-1)
    assert [await kept.get(make), await kept.get(make)] == [2, 3]


async def test_a_failure_is_told_and_not_kept() -> None:
    async def fail() -> int:
        raise OSError

    async def make() -> int:
        return 7

    kept = Kept[int](keep_s=60)
    with pytest.raises(OSError):  # noqa: PT011 - nothing more to say of it
        await kept.get(fail)
    assert await kept.get(make) == 7
