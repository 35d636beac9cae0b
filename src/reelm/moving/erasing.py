"""How is somebody erased whom another realm has? Rows, key and names in one transaction, and then the files.

What others of this realm did towards them stays theirs: it points to a clip or a person of the other realm now.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from reelm import access, accounts, feed, gateway, social, videos
from reelm.gateway import Kind, Message
from reelm.infra.db import WriteUnit, list_rows
from reelm.kernel.ids import AccountId, VideoId
from reelm.moving.model import Move, Step, Then
from reelm.moving.mover import Mover, keep_decision, make_room
from reelm.moving.names import hash_clip, hash_handle
from reelm.moving.store import hold_move, insert_names, update_move

# What crosses of a remark, as the policies list it.
REMARK: Sequence[str] = ("comment", "clip", "pseudonym", "handle", "display_name", "text", "at")


async def erase(mover: Mover, move: Move) -> Then:
    """Erase the person here, who has arrived in the other realm: it has given its receipt."""
    person = move.account
    assert person is not None
    async with mover.database.write() as unit:
        held = await hold_move(unit, move.id)
        if held is None or held.step is not Step.SWITCHED:
            return Then.MORE
        if await gateway.count_waiting_of(unit, person, Kind.RELOCATION):
            return Then.LATER
        now = mover.clock.now()
        handle = (await accounts.fetch_profile(unit, person)).person.handle
        files = await _list_files(mover, unit, person)
        await _leave_to_others(mover, unit, move, person)
        public = await videos.give_away(unit, person, move.realm)
        await _take_back_copies(mover, unit, person, public)
        names = [hash_clip(mover.secret, str(id)) for id in public]
        await insert_names(unit, [*names, hash_handle(mover.secret, handle)], move.realm)
        await gateway.release(unit, person)
        nobody = {
            "account_id": None,
            "handle": "",
            "country": "",
            "region": None,
            "told": {"files": files} | keep_decision(move.told),
        }
        await update_move(unit, move.id, step=Step.ERASED, step_at=now, **nobody)
        await access.forget_person(unit, person, realm=mover.realm, at=now)
        await accounts.delete_account(unit, person)
        await _count_anew(unit, public)
    return Then.MORE


async def _list_files(mover: Mover, unit: WriteUnit, person: AccountId) -> list[str]:
    """Under what their files lie."""
    (assets,) = (what for what in mover.own if what.name == "assets")
    ids = [row["id"] for row in await list_rows(unit, assets, person)]
    return [f"avatars/{person}", *(f"{folder}/{id}" for id in ids for folder in ("clips", "originals"))]


async def _leave_to_others(mover: Mover, unit: WriteUnit, move: Move, person: AccountId) -> None:
    """Who follows them follows somebody abroad; whom they follow is followed from there; remarks stay if they may."""
    names: Mapping[str, Any] = move.told["names"]
    profile = (await accounts.fetch_profile(unit, person)).person
    at = mover.clock.now()

    async def keep(via: accounts.Via) -> UUID:
        card = {"id": names[via]}
        if via is not accounts.Via.FOLLOW:
            card |= {"handle": move.handle, "display_name": profile.display_name}
        return await accounts.keep_person(unit, move.realm, card, via=via, at=at)

    minor = await accounts.is_minor(unit, person, at.date())
    await social.forget_follows_abroad(unit, person)
    if not minor:
        page = await keep(accounts.Via.PROFILE)
        await social.rename_followed(unit, person, page)
        await social.rename_shunned(unit, person, page)
        await feed.rename_creator(unit, person, page)
        await social.rename_follower(unit, person, await keep(accounts.Via.FOLLOW))
    for liked in await social.list_liked(unit, person):
        await videos.add_counts(unit, liked, likes=-1)
    remarked = await social.list_remarked(unit, person)
    staying = await _find_staying(unit, person, remarked)
    if staying and _may_stay(mover, move, minor=minor):
        await social.rename_writer(unit, person, await keep(accounts.Via.COMMENT), staying)
    for clip in await social.list_remarked(unit, person):
        await videos.add_counts(unit, clip, comments=-1)


async def _find_staying(unit: WriteUnit, person: AccountId, remarked: list[VideoId]) -> set[UUID]:
    """The clips of others of this realm among these: what was said there can stay."""
    found = await videos.fetch_clips(unit, list(dict.fromkeys(remarked)))
    return {id for id, clip in found.items() if clip.video.realm is None and clip.author.id != person}


def _may_stay(mover: Mover, move: Move, *, minor: bool) -> bool:
    """Whether a remark of somebody of the other realm may stand here."""
    message = Message(Kind.COMMENT, dict.fromkeys(REMARK, ""), minor=minor, told=True)
    today = mover.clock.now().date()
    return mover.rulebook.rules.decide(message, from_=move.realm, to=mover.realm, today=today).allowed


async def _take_back_copies(mover: Mover, unit: WriteUnit, person: AccountId, public: list[VideoId]) -> None:
    """Other realms ask their new home for them."""
    at = mover.clock.now()
    for clip in public:
        await gateway.revoke(unit, clip, "clip", at=at)
    for card in mover.cards.others():
        pseudonym = mover.naming.towards(card.realm, accounts.Via.PROFILE).name(person)
        await gateway.revoke(unit, pseudonym, "profile", at=at)


async def _count_anew(unit: WriteUnit, public: list[VideoId]) -> None:
    """Of clips that have gone, what those who stay here like and say counts."""
    for clip in public:
        likes, comments = await social.count_regard(unit, clip)
        await videos.add_counts(unit, clip, likes=likes, comments=comments)


async def clear_files(mover: Mover, move: Move) -> Then:
    """Delete their files; deleting what is gone changes nothing."""
    for place in move.told.get("files", ()):
        if place.startswith("originals/"):
            await asyncio.to_thread(mover.blobs.delete, place)
        else:
            await asyncio.to_thread(mover.blobs.delete_below, place)
    async with mover.database.write() as unit:
        await update_move(unit, move.id, step=Step.DONE, step_at=mover.clock.now(), told={})
        await make_room(unit, move.told)
    return Then.REST
