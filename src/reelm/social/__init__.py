"""What people do to each other's clips: likes, comments, follows, and word of it. Owns their four tables."""

from reelm.social.comments import COMMENT_MAX, add_comment, list_comments, remove_comment
from reelm.social.errors import CommentEmpty, CommentNotFound, CommentsClosed, NotYourself
from reelm.social.follows import FollowOutcome, follow, unfollow
from reelm.social.likes import LikeOutcome, like, unlike
from reelm.social.model import Comment, Notification, NotificationKind, Regard
from reelm.social.store import (
    LIKES_AND_FOLLOWS,
    count_comments,
    count_follows,
    count_unread,
    fetch_regards,
    is_following,
    list_likes_and_follows,
    list_notifications,
    mark_read,
)

__all__ = [
    "COMMENT_MAX",
    "LIKES_AND_FOLLOWS",
    "Comment",
    "CommentEmpty",
    "CommentNotFound",
    "CommentsClosed",
    "FollowOutcome",
    "LikeOutcome",
    "NotYourself",
    "Notification",
    "NotificationKind",
    "Regard",
    "add_comment",
    "count_comments",
    "count_follows",
    "count_unread",
    "fetch_regards",
    "follow",
    "is_following",
    "like",
    "list_comments",
    "list_likes_and_follows",
    "list_notifications",
    "mark_read",
    "remove_comment",
    "unfollow",
    "unlike",
]
