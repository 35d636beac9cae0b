"""`/health`, `/limits`: is this realm well, and what does it take?"""

from fastapi import APIRouter
from pydantic import BaseModel

import reelm
from reelm import social, videos
from reelm.web.depends import InCell

router = APIRouter(tags=["realm"])


class HealthView(BaseModel):
    status: str
    realm: str
    version: str


class UploadLimits(BaseModel):
    max_bytes: int
    max_duration_s: int


class TextLimits(BaseModel):
    max_chars: int


class LimitsView(BaseModel):
    upload: UploadLimits
    caption: TextLimits
    comment: TextLimits


@router.get("/health")
async def get_health(cell: InCell) -> HealthView:
    """Answers while the realm can be used: the database is asked, too."""
    await cell.pool.fetchval("SELECT 1")
    return HealthView(status="ok", realm=cell.settings.realm, version=reelm.__version__)


@router.get("/limits")
async def get_limits(cell: InCell) -> LimitsView:
    """What this realm takes, so that a client can check before it sends."""
    return LimitsView(
        upload=UploadLimits(max_bytes=cell.settings.max_upload_bytes, max_duration_s=cell.settings.max_clip_s),
        caption=TextLimits(max_chars=videos.CAPTION_MAX),
        comment=TextLimits(max_chars=social.COMMENT_MAX),
    )
