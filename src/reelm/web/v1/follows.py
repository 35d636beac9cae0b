"""`/accounts/{handle}/follow`."""

from fastapi import APIRouter
from pydantic import BaseModel

from reelm import accounts, social
from reelm.web.depends import Now, SignedIn, Write
from reelm.web.problems import problems

router = APIRouter(tags=["social"])
_REFUSALS = (accounts.NotSignedIn, accounts.SessionEnded, accounts.AccountNotFound)


class FollowView(BaseModel):
    following: bool
    followers: int


@router.put("/accounts/{handle}/follow", responses=problems(*_REFUSALS, social.NotYourself))
async def put_follow(handle: str, viewer: SignedIn, unit: Write, now: Now) -> FollowView:
    """Follow an account. Following twice changes nothing."""
    outcome = await social.follow(unit, viewer=viewer.id, handle=handle, at=now)
    return FollowView(following=outcome.following, followers=outcome.followers)


@router.delete("/accounts/{handle}/follow", responses=problems(*_REFUSALS))
async def delete_follow(handle: str, viewer: SignedIn, unit: Write) -> FollowView:
    """Stop following."""
    outcome = await social.unfollow(unit, viewer=viewer.id, handle=handle)
    return FollowView(following=outcome.following, followers=outcome.followers)
