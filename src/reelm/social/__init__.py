"""What people do to each other's clips: likes, comments, follows, and word of it, the realm's own too.

Owns their four tables.
"""

from reelm.social.abroad import (
    COMMENT_MAX,
    answer_comments,
    take_comment_removal,
    take_comment_revocation,
    take_comments,
    take_follow,
    take_unfollow,
)
from reelm.social.comments import add_comment, list_comments, remove_comment
from reelm.social.errors import CommentEmpty, CommentNotFound, CommentsClosed, NotYourself
from reelm.social.follows import FollowOutcome, fetch_known, follow, unfollow
from reelm.social.likes import LikeOutcome, like, unlike
from reelm.social.model import Comment, Notification, NotificationKind, Regard
from reelm.social.store import (
    LIKES_AND_FOLLOWS,
    count_comments,
    count_follows,
    count_regard,
    count_unread,
    fetch_regards,
    find_comments,
    forget_follows_abroad,
    is_following,
    list_liked,
    list_likes_and_follows,
    list_notifications,
    list_remarked,
    mark_read,
    rename_followed,
    rename_follower,
    rename_writer,
    tell_of_move,
)
from reelm.social.tables import BELONGINGS, TOWARDS
from reelm.social.visits import (
    CommentAbroad,
    answer_profile,
    keep_clip,
    visit_clip,
    visit_comments,
    visit_profile,
)

__all__ = [
    "BELONGINGS",
    "COMMENT_MAX",
    "LIKES_AND_FOLLOWS",
    "TOWARDS",
    "Comment",
    "CommentAbroad",
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
    "answer_comments",
    "answer_profile",
    "count_comments",
    "count_follows",
    "count_regard",
    "count_unread",
    "fetch_known",
    "fetch_regards",
    "find_comments",
    "follow",
    "forget_follows_abroad",
    "is_following",
    "keep_clip",
    "like",
    "list_comments",
    "list_liked",
    "list_likes_and_follows",
    "list_notifications",
    "list_remarked",
    "mark_read",
    "remove_comment",
    "rename_followed",
    "rename_follower",
    "rename_writer",
    "take_comment_removal",
    "take_comment_revocation",
    "take_comments",
    "take_follow",
    "take_unfollow",
    "tell_of_move",
    "unfollow",
    "unlike",
    "visit_clip",
    "visit_comments",
    "visit_profile",
]
