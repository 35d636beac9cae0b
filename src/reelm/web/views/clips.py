"""How are clips shown?"""

import base64
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from reelm.kernel.words import Language
from reelm.social import Regard
from reelm.videos import Clip, VideoState
from reelm.web.problems import problem_body
from reelm.web.views.people import PersonView, media_url


class RenditionView(BaseModel):
    """One size that can be played; `bitrate` in bits per second."""

    url: str
    width: int
    height: int
    codec: str
    bitrate: int
    bytes: int


class CountsView(BaseModel):
    views: int
    likes: int
    comments: int
    shares: int


class YouView(BaseModel):
    """How the caller stands to the clip."""

    liked: bool
    follows_author: bool
    is_author: bool

    @classmethod
    def of(cls, regard: Regard, *, is_author: bool) -> "YouView":
        return cls(liked=regard.liked, follows_author=regard.follows_author, is_author=is_author)


class VideoView(BaseModel):
    """A clip. `stage` is where processing stands; `placeholder` a ThumbHash in base64.

    `realm` is where the clip is at home; `age_limit` the age it is for, null for everybody.
    """

    id: UUID
    state: VideoState
    stage: str
    problem: dict[str, object] | None = None
    caption: str
    visibility: str
    allow_comments: bool
    age_limit: int | None
    author: PersonView
    created_at: datetime
    published_at: datetime | None
    duration_ms: int | None
    width: int | None
    height: int | None
    poster: str | None
    placeholder: str | None
    renditions: list[RenditionView]
    counts: CountsView
    realm: str

    @classmethod
    def of(cls, clip: Clip, realm: str, language: Language = "en") -> "VideoView":
        video, asset = clip.video, clip.asset
        return cls(
            id=video.id,
            state=video.state,
            stage=asset.state,
            problem=problem_body(asset.problem, 422, asset.problem_facts, language) if asset.problem else None,
            caption=video.caption,
            visibility=video.visibility,
            allow_comments=video.allow_comments,
            age_limit=video.age_limit,
            author=PersonView.of(clip.author, realm),
            created_at=video.created_at,
            published_at=video.published_at,
            duration_ms=asset.duration_ms,
            width=asset.width,
            height=asset.height,
            poster=media_url(asset.poster_key),
            placeholder=base64.b64encode(asset.placeholder).decode() if asset.placeholder else None,
            renditions=[
                RenditionView(
                    url=f"/media/{made.blob_key}",
                    width=made.width,
                    height=made.height,
                    codec=made.codec,
                    bitrate=made.bitrate,
                    bytes=made.size_bytes,
                )
                for made in asset.renditions
            ],
            counts=CountsView(
                views=video.counts.views,
                likes=video.counts.likes,
                comments=video.counts.comments,
                shares=video.counts.shares,
            ),
            realm=video.realm or realm,
        )


class VideoForYouView(VideoView):
    """A clip, and how the caller stands to it."""

    you: YouView


class VideoPage(BaseModel):
    items: list[VideoView]
    next_cursor: str | None
