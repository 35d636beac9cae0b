"""Is the transfer register that a realm publishes the one its log gives? Made again from checked entries."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import orjson

from reelm.ledger.register import Line, Register, Sums, tally
from reelm.ledger.sources import Source
from reelm.ledger.verify import Asked, Progress, Verified, fetch_head, verify

PUBLISHED_MAX_BYTES = 64 * 1024 * 1024
TRIES, TRY_EVERY_S = 50, 0.2


@dataclass(frozen=True)
class Recomputed:
    """The register of a day as the log gives it, over as many of its entries as were asked for."""

    register: Register
    verified: Verified


async def fetch_published(source: Source, day: date) -> bytes | None:
    """The register as the machine behind `source` publishes it; `None` where it publishes none."""
    return await source.fetch(f"/api/v1/transfers?day={day.isoformat()}", PUBLISHED_MAX_BYTES)


def read_size(published: bytes) -> int | None:
    """How many entries a published register counts; `None` where it does not say so."""
    try:
        told: object = orjson.loads(published)
    except orjson.JSONDecodeError:
        return None
    size = cast("dict[str, object]", told).get("size") if isinstance(told, dict) else None
    return size if type(size) is int and size >= 0 else None


async def recompute(
    source: Source,
    asked: Asked,
    day: date,
    *,
    size: int | None = None,
    progress: Progress = lambda _done, _size: None,
) -> Recomputed:
    """Check the whole log and make the register of `day` from its first `size` entries, by default from all.

    A log that is shorter than `size` is given 10 s to publish what it has numbered. Raises what `verify` does.
    """
    for _ in range(TRIES if size else 0):
        if (await fetch_head(source, asked)).checkpoint.size >= (size or 0):
            break
        await asyncio.sleep(TRY_EVERY_S)
    rows: dict[Line, Sums] = {}

    def look(first: int, entries: Sequence[bytes]) -> None:
        counted = entries if size is None else entries[: max(0, size - first)]
        told: list[dict[str, Any]] = [orjson.loads(entry) for entry in counted]
        for line, sums in tally(one for one in told if one["at"].startswith(day.isoformat())).items():
            rows[line] = rows.get(line, Sums()) + sums

    verified = await verify(source, asked, progress, look)
    checkpoint = verified.head.checkpoint
    counted = checkpoint.size if size is None else min(size, checkpoint.size)
    return Recomputed(Register(checkpoint.origin, day, counted, rows), verified)
