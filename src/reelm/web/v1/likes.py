"""`/videos/{video}/like`."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from reelm import accounts, social
from reelm.kernel.ids import VideoId
from reelm.videos import UNWATCHABLE
from reelm.web.depends import Now, SignedIn, Write
from reelm.web.problems import problems

router = APIRouter(tags=["social"])
_REFUSALS = problems(accounts.NotSignedIn, accounts.SessionEnded, *UNWATCHABLE)


class LikeView(BaseModel):
    liked: bool
    likes: int


@router.put("/videos/{video}/like", responses=_REFUSALS)
async def put_like(video: UUID, viewer: SignedIn, unit: Write, now: Now) -> LikeView:
    """Like a clip. Liking twice changes nothing."""
    _, likes = await social.like(unit, viewer=viewer.id, video=VideoId(video), at=now)
    return LikeView(liked=True, likes=likes)


@router.delete("/videos/{video}/like", responses=_REFUSALS)
async def delete_like(video: UUID, viewer: SignedIn, unit: Write, now: Now) -> LikeView:
    """Take a like back."""
    likes = await social.unlike(unit, viewer=viewer.id, video=VideoId(video), at=now)
    return LikeView(liked=False, likes=likes)
