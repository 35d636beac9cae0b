"""Who answers and takes what crosses? Each package names what its own things say to other realms; they meet here."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from reelm import gateway, moving, social, videos
from reelm.gateway import Found, Kind, Received
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock


@contextmanager
def _understood() -> Generator[None]:
    """Fields of another form than they should have can't be taken, now or ever."""
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError):
        raise gateway.MessageNotTaken from None


def list_answerers(naming: gateway.Naming, blobs: FileBlobs, clock: Clock) -> gateway.Answerers:
    """Who finds what another realm asks for."""

    async def catalogue(unit: ReadUnit, to: RealmCode, about: Mapping[str, Any]) -> Found | None:
        return await videos.answer_catalogue(unit, to, about, clock.now().date())

    async def profile(unit: ReadUnit, to: RealmCode, about: Mapping[str, Any]) -> Found | None:
        return await social.answer_profile(unit, to, about, naming, clock.now().date())

    async def clip(unit: ReadUnit, to: RealmCode, about: Mapping[str, Any]) -> Found | None:
        return await videos.answer_clip(unit, to, about, naming, clock.now())

    async def comments(unit: ReadUnit, to: RealmCode, about: Mapping[str, Any]) -> Found | None:
        return await social.answer_comments(unit, to, about, naming, clock.now().date())

    async def media(unit: ReadUnit, to: RealmCode, about: Mapping[str, Any]) -> Found | None:
        return await videos.answer_media(unit, to, about, blobs=blobs, naming=naming, today=clock.now().date())

    return {
        Kind.CATALOGUE: catalogue,
        Kind.PROFILE: profile,
        Kind.CLIP: clip,
        Kind.COMMENTS: comments,
        Kind.MEDIA: media,
    }


def list_takers(naming: gateway.Naming, blobs: FileBlobs, mover: moving.Mover) -> gateway.Takers:
    """Who does what a delivered message asks for."""
    return {
        Kind.COMMENT: _take_comment,
        Kind.COMMENT_REMOVAL: _take_comment_removal,
        Kind.FOLLOW: partial(_take_follow, naming),
        Kind.UNFOLLOW: partial(_take_unfollow, naming),
        Kind.REVOCATION: partial(_take_revocation, blobs),
        Kind.COUNTS: _take_counts,
        Kind.RELOCATION: partial(_take_relocation, mover),
    }


async def _take_comment(unit: WriteUnit, from_: RealmCode, received: Received, at: datetime) -> None:
    with _understood():
        await social.take_comment(unit, from_, received.fields, at)


async def _take_comment_removal(unit: WriteUnit, from_: RealmCode, received: Received, at: datetime) -> None:
    del at
    with _understood():
        await social.take_comment_removal(unit, from_, received.fields)


async def _take_follow(
    naming: gateway.Naming, unit: WriteUnit, from_: RealmCode, received: Received, at: datetime
) -> None:
    with _understood():
        await social.take_follow(unit, from_, received.fields, naming, at)


async def _take_unfollow(
    naming: gateway.Naming, unit: WriteUnit, from_: RealmCode, received: Received, at: datetime
) -> None:
    del at
    with _understood():
        await social.take_unfollow(unit, from_, received.fields, naming)


async def _take_revocation(
    blobs: FileBlobs, unit: WriteUnit, from_: RealmCode, received: Received, at: datetime
) -> None:
    del at
    with _understood():
        if received.fields.get("what") == "comment":
            await social.take_comment_revocation(unit, from_, received.fields)
        else:
            await videos.take_revocation(unit, from_, received.fields, blobs)


async def _take_counts(unit: WriteUnit, from_: RealmCode, received: Received, at: datetime) -> None:
    del at
    with _understood():
        await videos.take_counts(unit, from_, received.fields)


async def _take_relocation(
    mover: moving.Mover, unit: WriteUnit, from_: RealmCode, received: Received, at: datetime
) -> None:
    del at
    with _understood():
        await moving.take(mover, unit, from_, received.fields)
