"""Who does not want to see whom? A block works both ways, a mute one way, and neither can be noticed."""

from datetime import date, datetime

from reelm import accounts, gateway, videos
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId, RealmCode, VideoId
from reelm.social.abroad import send_unfollow
from reelm.social.block_store import (
    delete_block,
    delete_mute,
    has_blocked,
    hold_pair,
    insert_block,
    insert_mute,
    is_blocked_either_way,
    list_blocked_either_way,
    list_muted,
)
from reelm.social.errors import OwnAccount
from reelm.social.model import NotificationKind
from reelm.social.store import delete_follow, delete_notification


async def block(unit: WriteUnit, *, viewer: AccountId, handle: str, at: datetime, abroad: gateway.Abroad) -> None:
    """Let neither of the two see the other; follows between them end, in both directions. Twice changes nothing.

    Raises `OwnAccount`, and `AccountNotFound`, also where that person has blocked `viewer`: whoever is not there
    can't be blocked, or a block could be discovered by blocking back.
    """
    other = await _fetch_other(unit, viewer, handle)
    await hold_pair(unit, viewer, other.id)
    if not await insert_block(unit, viewer, other.id, at):
        return
    if await delete_follow(unit, viewer, other.id):
        if other.realm is not None:
            await send_unfollow(unit, abroad, follower=viewer, followed=other.id, to=other.realm, at=at)
        await delete_notification(unit, NotificationKind.FOLLOW, to=other.id, actor=viewer)
    if await delete_follow(unit, other.id, viewer):
        await delete_notification(unit, NotificationKind.FOLLOW, to=viewer, actor=other.id)


async def unblock(unit: WriteUnit, *, viewer: AccountId, handle: str) -> None:
    """Take a block back; a follow that it ended stays ended. Raises as `block`."""
    other = await _fetch_other(unit, viewer, handle)
    await hold_pair(unit, viewer, other.id)
    await delete_block(unit, viewer, other.id)


async def mute(unit: WriteUnit, *, viewer: AccountId, handle: str, at: datetime) -> None:
    """Show `viewer` no more clips in feeds, comments and notifications of somebody, who goes on as before.

    Raises as `block`.
    """
    other = await _fetch_other(unit, viewer, handle)
    await insert_mute(unit, viewer, other.id, at)


async def unmute(unit: WriteUnit, *, viewer: AccountId, handle: str) -> None:
    """Take a mute back. Raises as `block`."""
    other = await _fetch_other(unit, viewer, handle)
    await delete_mute(unit, viewer, other.id)


async def is_blocked(unit: ReadUnit, *, viewer: AccountId, handle: str) -> bool:
    """Whether `viewer` has blocked somebody themselves. Raises as `block`."""
    other = await _fetch_other(unit, viewer, handle)
    return await has_blocked(unit, viewer, other.id)


async def is_muted(unit: ReadUnit, *, viewer: AccountId, person: AccountId) -> bool:
    """Whether `viewer` has muted somebody."""
    return person in await list_muted(unit, viewer)


async def _fetch_other(unit: ReadUnit, viewer: AccountId, handle: str) -> accounts.Person:
    """Somebody else who is there for `viewer`, or whom they have blocked themselves."""
    person = (await fetch_known(unit, *accounts.split_handle(handle))).person
    if person.id == viewer:
        raise OwnAccount
    if await has_blocked(unit, person.id, viewer) and not await has_blocked(unit, viewer, person.id):
        raise accounts.AccountNotFound
    return person


async def fetch_known(unit: ReadUnit, handle: str, realm: RealmCode | None) -> accounts.Profile:
    """Somebody of ours, or what is kept of somebody of another realm. Raises `AccountNotFound`."""
    if realm is None:
        return await accounts.fetch_by_handle(unit, handle)
    found = await accounts.find_foreign(unit, realm, handle)
    if found is None:
        raise accounts.AccountNotFound
    return found


async def check_meets(unit: ReadUnit, viewer: AccountId | None, person: AccountId) -> None:
    """Raises `AccountNotFound` where one of the two has blocked the other: as if nobody had that handle."""
    if viewer is not None and await is_blocked_either_way(unit, viewer, person):
        raise accounts.AccountNotFound


async def list_unseen_names(unit: ReadUnit, viewer: AccountId | None) -> frozenset[tuple[str, RealmCode | None]]:
    """Handle and realm (`None` for ours) of everybody whose comments `viewer` does not see."""
    if viewer is None:
        return frozenset()
    unseen = await list_blocked_either_way(unit, viewer) | await list_muted(unit, viewer)
    people = await accounts.fetch_people(unit, unseen)
    return frozenset((person.handle, person.realm) for person in people.values())


async def fetch_watchable(unit: ReadUnit, video: VideoId, viewer: AccountId | None, today: date) -> videos.Video:
    """A clip that `viewer` may watch and whose author they meet.

    Raises `VideoNotVisible` whether it is missing, not theirs to watch, or its author and they are apart by a block;
    `AgeNotKnown` and `NotOldEnough`, which are said of any author's clips alike.
    """
    found = await videos.fetch_visible(unit, video, viewer, today)
    if viewer is not None and await is_blocked_either_way(unit, viewer, found.author):
        raise videos.VideoNotVisible
    return found
