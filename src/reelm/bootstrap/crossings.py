"""Who answers and takes what crosses? Each package names what its own things say to other realms; they meet here."""

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from reelm import gateway, moving, social, videos
from reelm.gateway import Found, Kind, Received
from reelm.infra.blobs import FileBlobs
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import RealmCode
from reelm.kernel.time import Clock

_TakeOne = Callable[[WriteUnit, RealmCode, Mapping[str, Any], datetime], Awaitable[None]]


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
    """Who does what delivered messages ask for: many at once where many come, else one after the other."""

    async def comments(unit: WriteUnit, from_: RealmCode, run: Sequence[Received], at: datetime) -> None:
        with _understood():
            await social.take_comments(unit, from_, [one.fields for one in run], at)

    async def comment_removal(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], at: datetime) -> None:
        del at
        await social.take_comment_removal(unit, from_, told)

    async def follow(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], at: datetime) -> None:
        await social.take_follow(unit, from_, told, naming, at)

    async def unfollow(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], at: datetime) -> None:
        del at
        await social.take_unfollow(unit, from_, told, naming)

    async def revocations(unit: WriteUnit, from_: RealmCode, run: Sequence[Received], at: datetime) -> None:
        del at
        with _understood():
            remarks = [one.fields for one in run if one.fields.get("what") == "comment"]
            others = [one.fields for one in run if one.fields.get("what") != "comment"]
            if others:
                await videos.take_revocations(unit, from_, others, blobs)
            for told in remarks:
                await social.take_comment_revocation(unit, from_, told)

    async def counts(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], at: datetime) -> None:
        del at
        await videos.take_counts(unit, from_, told)

    async def relocation(unit: WriteUnit, from_: RealmCode, told: Mapping[str, Any], at: datetime) -> None:
        del at
        await moving.take(mover, unit, from_, told)

    return {
        Kind.COMMENT: comments,
        Kind.COMMENT_REMOVAL: _each(comment_removal),
        Kind.FOLLOW: _each(follow),
        Kind.UNFOLLOW: _each(unfollow),
        Kind.REVOCATION: revocations,
        Kind.COUNTS: _each(counts),
        Kind.RELOCATION: _each(relocation),
    }


def _each(take: _TakeOne) -> gateway.Taker:
    """Take one after the other."""

    async def take_all(unit: WriteUnit, from_: RealmCode, run: Sequence[Received], at: datetime) -> None:
        for received in run:
            with _understood():
                await take(unit, from_, received.fields, at)

    return take_all
