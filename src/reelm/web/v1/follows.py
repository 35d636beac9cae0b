"""`/accounts/{handle}/follow`."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelm import accounts, social
from reelm.web.depends import InCell, Now, SignedIn, Write
from reelm.web.problems import problems
from reelm.web.v1.comments import ABROAD

router = APIRouter(tags=["social"])
_REFUSALS = (accounts.NotSignedIn, accounts.SessionEnded, accounts.AccountNotFound)


class FollowView(BaseModel):
    following: bool
    followers: int


@router.put("/accounts/{handle}/follow", responses=problems(*_REFUSALS, social.NotYourself, *ABROAD))
async def put_follow(
    handle: str,
    viewer: SignedIn,
    unit: Write,
    cell: InCell,
    now: Now,
    told: Annotated[str | None, Query()] = None,
) -> FollowView:
    """Follow an account, also one of another realm such as `ana@eu`. Following twice changes nothing.

    `told` is the realm of an account of another realm, once the follower was told that word of it goes there.
    """
    outcome = await social.follow(unit, viewer=viewer.id, handle=handle, at=now, abroad=cell.abroad, told=told)
    return FollowView(following=outcome.following, followers=outcome.followers)


@router.delete("/accounts/{handle}/follow", responses=problems(*_REFUSALS))
async def delete_follow(handle: str, viewer: SignedIn, unit: Write, cell: InCell, now: Now) -> FollowView:
    """Stop following."""
    outcome = await social.unfollow(unit, viewer=viewer.id, handle=handle, at=now, abroad=cell.abroad)
    return FollowView(following=outcome.following, followers=outcome.followers)
