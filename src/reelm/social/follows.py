"""Who follows whom?"""

from dataclasses import dataclass
from datetime import datetime

from reelm import accounts, gateway
from reelm.infra.db import ReadUnit, WriteUnit
from reelm.kernel.ids import AccountId
from reelm.social.abroad import send_follow, send_unfollow
from reelm.social.block_store import hold_pair
from reelm.social.blocks import check_meets, fetch_known
from reelm.social.errors import NotYourself
from reelm.social.model import NotificationKind
from reelm.social.store import (
    count_follows,
    delete_follow,
    delete_notification,
    insert_follow,
    insert_notification,
)


@dataclass(frozen=True)
class FollowOutcome:
    """Whether the viewer follows the account now, and how many do."""

    following: bool
    followers: int


async def follow(
    unit: WriteUnit, *, viewer: AccountId, handle: str, at: datetime, abroad: gateway.Abroad, told: str | None = None
) -> FollowOutcome:
    """Follow an account and tell its owner; somebody of another realm (`ana@eu`) once the follower was `told` so.

    Following twice changes nothing. Raises `AccountNotFound`, also across a block, `NotYourself`, and for another
    realm `CrossingNotTold`, `CrossingRefused`, `OutboxFull`, `RealmUnknown`. A block at the same time wins.
    """
    profile = await fetch_known(unit, *accounts.split_handle(handle))
    followed, realm = profile.person.id, profile.person.realm
    if followed == viewer:
        raise NotYourself
    await hold_pair(unit, viewer, followed)
    await check_meets(unit, viewer, followed)
    if not await insert_follow(unit, viewer, followed, at):
        return await _outcome(unit, profile, following=True)
    if realm is not None:
        await send_follow(unit, abroad, follower=viewer, followed=followed, to=realm, told=told, at=at)
    else:
        await insert_notification(unit, NotificationKind.FOLLOW, to=followed, actor=viewer, at=at)
    return await _outcome(unit, profile, following=True)


async def unfollow(
    unit: WriteUnit, *, viewer: AccountId, handle: str, at: datetime, abroad: gateway.Abroad
) -> FollowOutcome:
    """Stop following, and take back the word of it. Raises `AccountNotFound`, also across a block."""
    profile = await fetch_known(unit, *accounts.split_handle(handle))
    followed, realm = profile.person.id, profile.person.realm
    await check_meets(unit, viewer, followed)
    if not await delete_follow(unit, viewer, followed):
        return await _outcome(unit, profile, following=False)
    if realm is not None:
        await send_unfollow(unit, abroad, follower=viewer, followed=followed, to=realm, at=at)
    else:
        await delete_notification(unit, NotificationKind.FOLLOW, to=followed, actor=viewer)
    return await _outcome(unit, profile, following=False)


async def _outcome(unit: ReadUnit, profile: accounts.Profile, *, following: bool) -> FollowOutcome:
    """Of somebody abroad the number that their home told counts, and ours on top."""
    followers = (await count_follows(unit, profile.person.id))[0] + profile.followers_abroad
    return FollowOutcome(following, followers)
