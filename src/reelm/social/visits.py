"""How are people and clips of another realm visited? They are asked for, kept as copies, and shown as from home."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from reelm import accounts, gateway, videos
from reelm.gateway import Abroad, Found, Kind, Message
from reelm.infra.db import Database, ReadUnit
from reelm.kernel.ids import AccountId, RealmCode, VideoId
from reelm.social.abroad import COMMENT_MAX

CLIPS_MOST = 24
# A copy that is older is asked for again, while its home answers.
FRESH_FOR = timedelta(minutes=5)


async def answer_profile(
    unit: ReadUnit, to: RealmCode, about: Mapping[str, Any], naming: gateway.Naming, today: date
) -> Found | None:
    """The public page of somebody of ours, with the ids of their newest public clips."""
    told = await accounts.answer_profile(unit, to, about, naming, today)
    if told is None:
        return None
    profile, message, pseudonym = told
    person = profile.person.id
    age = videos.age_kept_by(about)
    clips = await videos.list_by_author(unit, person, own=False, age=age, before=None, limit=CLIPS_MOST)
    fields = {**message.fields, "clips": [str(id) for id in clips]}
    page = Message(Kind.PROFILE, fields, person=person, minor=message.minor)
    return Found(page, copies=(pseudonym,))


async def visit_profile(database: Database, abroad: Abroad, handle: str, realm: RealmCode) -> accounts.Profile:
    """The page of somebody of another realm, asked for where no fresh copy is kept.

    Raises `AccountNotFound`, also for the canary that only probes ask for, and what `Abroad.ask` raises where no
    copy is kept at all.
    """
    if handle == accounts.CANARY:
        raise accounts.AccountNotFound
    async with database.read() as unit:
        kept = await accounts.find_foreign(unit, realm, handle)
        fresh = await accounts.is_fresh(unit, realm, handle, abroad.clock.now() - FRESH_FOR)
    if kept is None or not fresh:
        try:
            await _ask_for_profile(database, abroad, handle, realm)
        except gateway.NotFoundAbroad:
            raise accounts.AccountNotFound from None
        except (gateway.RealmNotAnswering, gateway.GatewayNotRunning):
            if kept is None:
                raise
    async with database.read() as unit:
        found = await accounts.find_foreign(unit, realm, handle)
    if found is None:
        raise accounts.AccountNotFound
    return found


async def _ask_for_profile(database: Database, abroad: Abroad, handle: str, realm: RealmCode) -> None:
    told = (await abroad.ask(realm, Kind.PROFILE, {"handle": handle} | gateway.KNOWS_AGES)).fields
    async with database.write() as unit:
        await accounts.keep_person(unit, realm, told, bio=str(told.get("bio", "")), at=abroad.clock.now())
    for id in list(told.get("clips", []))[:CLIPS_MOST]:
        await keep_clip(database, abroad, VideoId(UUID(str(id))), realm)


async def keep_clip(database: Database, abroad: Abroad, id: VideoId, realm: RealmCode) -> None:
    """Ask for a clip of another realm, unless a copy is kept. Raises as `Abroad.ask`, and `MessageNotTaken`."""
    async with database.read() as unit:
        if await videos.is_kept(unit, id):
            return
    told = (await abroad.ask(realm, Kind.CLIP, {"clip": str(id)} | gateway.KNOWS_AGES)).fields
    if told.get("id") != str(id):
        raise gateway.MessageNotTaken
    async with database.write() as unit:
        await videos.keep_clip(unit, realm, told, at=abroad.clock.now())


async def visit_clip(database: Database, abroad: Abroad, id: VideoId, realm: RealmCode) -> None:
    """Have a copy of a clip whose link somebody opens. Raises `VideoNotVisible` where no such clip is public."""
    try:
        await keep_clip(database, abroad, id, realm)
    except (gateway.NotFoundAbroad, gateway.MessageNotTaken, gateway.CrossingRefused, gateway.RealmUnknown):
        raise videos.VideoNotVisible from None


@dataclass(frozen=True)
class CommentAbroad:
    """A remark under a clip of another realm, as that realm tells it."""

    id: UUID
    author: accounts.Person
    text: str
    at: datetime


async def visit_comments(
    abroad: Abroad,
    video: VideoId,
    realm: RealmCode,
    *,
    before: UUID | None,
    without: Collection[tuple[str, RealmCode | None]] = (),
) -> list[CommentAbroad]:
    """The remarks that stand under a clip of another realm; none where that realm does not answer now.

    Those of people who are `without`, by handle and realm, are left out.
    """
    about = {"clip": str(video)} | ({"before": str(before)} if before else {})
    try:
        told = (await abroad.ask(realm, Kind.COMMENTS, about)).fields
        read = [_read_comment(one, realm) for one in told["comments"]]
        return [one for one in read if (one.author.handle, one.author.realm) not in without]
    except (gateway.NotFoundAbroad, gateway.RealmNotAnswering, gateway.GatewayNotRunning, gateway.CrossingRefused):
        return []
    except (KeyError, ValueError, TypeError, AttributeError):
        return []


def _read_comment(told: Mapping[str, Any], realm: RealmCode) -> CommentAbroad:
    author = told["author"]
    home = RealmCode(str(author["realm"])) if author.get("realm") else realm
    name = accounts.clean_text(str(author["display_name"]), 50, lines=False)
    person = accounts.Person(AccountId(UUID(str(author["id"]))), str(author["handle"]), name, None, home)
    at = datetime.fromisoformat(str(told["at"]))
    return CommentAbroad(UUID(str(told["id"])), person, accounts.clean_text(str(told["text"]), COMMENT_MAX), at)
