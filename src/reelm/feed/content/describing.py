"""Which clips lack a description? Each minute a job describes those: new and edited ones, after a new `MODEL` all.

The newest come first. What is described at the same moment by two workers is described once more, and no worse.
"""

import asyncio
import base64
import binascii
import time
from collections.abc import Mapping, Sequence

from reelm.feed.content.looks import describe_looks
from reelm.feed.content.model import Described, Undescribed
from reelm.feed.content.store import list_undescribed, upsert_described
from reelm.feed.content.words import describe_captions
from reelm.infra.db import Database

# A run ends when it has worked so long: the next begins a minute after it began.
MOST_S = 45.0
_PART = 1024


async def run_describe(database: Database, args: Mapping[str, str]) -> None:
    """The job; running it again changes nothing."""
    del args
    await describe_what_is_new(database)


async def describe_what_is_new(database: Database) -> int:
    """Describe public clips of ours and copies of others that are not, or by another model; returns how many."""
    done, until = 0, time.monotonic() + MOST_S
    while time.monotonic() < until:
        async with database.read() as unit:
            clips = await list_undescribed(unit, _PART)
        if not clips:
            break
        described = await asyncio.to_thread(_describe, clips)
        async with database.write() as unit:
            written = await upsert_described(unit, described)
        done += written
        if not written:  # each was changed meanwhile
            break
    return done


def _describe(clips: Sequence[Undescribed]) -> list[Described]:
    words = describe_captions([clip.caption for clip in clips])
    return [
        Described(clip.id, clip.caption, told, describe_looks(clip.placeholder or _read(clip.placeholder_text)))
        for clip, told in zip(clips, words, strict=True)
    ]


def _read(told: str | None) -> bytes | None:
    """What another realm told of a picture; `None` for what is no Base64."""
    try:
        return base64.b64decode(told or "", validate=True)
    except binascii.Error:
        return None
