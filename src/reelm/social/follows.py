"""Who follows whom?"""

from dataclasses import dataclass
from datetime import datetime

from reelm import accounts
from reelm.infra.db import WriteUnit
from reelm.kernel.ids import AccountId
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


async def follow(unit: WriteUnit, *, viewer: AccountId, handle: str, at: datetime) -> FollowOutcome:
    """Follow an account and tell its owner. Following twice changes nothing.

    Raises `AccountNotFound`, `NotYourself`.
    """
    followed = (await accounts.fetch_by_handle(unit, handle)).person.id
    if followed == viewer:
        raise NotYourself
    if await insert_follow(unit, viewer, followed, at):
        await insert_notification(unit, NotificationKind.FOLLOW, to=followed, actor=viewer, at=at)
    return FollowOutcome(True, (await count_follows(unit, followed))[0])


async def unfollow(unit: WriteUnit, *, viewer: AccountId, handle: str) -> FollowOutcome:
    """Stop following, and take back the word of it. Raises `AccountNotFound`."""
    followed = (await accounts.fetch_by_handle(unit, handle)).person.id
    if await delete_follow(unit, viewer, followed):
        await delete_notification(unit, NotificationKind.FOLLOW, to=followed, actor=viewer)
    return FollowOutcome(False, (await count_follows(unit, followed))[0])
