"""The plain data of what people do to each other's clips."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reelm.kernel.ids import AccountId, CommentId, NotificationId, VideoId


class NotificationKind(StrEnum):
    """What somebody is told of. `MOVE` is the realm's own word, that they will move to another one."""

    LIKE = "like"
    COMMENT = "comment"
    FOLLOW = "follow"
    MOVE = "move"


@dataclass(frozen=True)
class Comment:
    """One remark under a video."""

    id: CommentId
    video: VideoId
    author: AccountId
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Notification:
    """Word to `account` of what `actor` did; of a move, that is they. `text` is the comment's, while it stands."""

    id: NotificationId
    kind: NotificationKind
    actor: AccountId
    video: VideoId | None
    text: str | None
    at: datetime
    is_read: bool


@dataclass(frozen=True)
class Regard:
    """How a viewer stands to a video."""

    liked: bool = False
    follows_author: bool = False
