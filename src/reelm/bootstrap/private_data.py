"""Which collections of private data can staff be given to see, and which function reads each of them?

A package that keeps another one is added here; nothing else is reachable through staff access.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reelm import access, accounts, feed, social, videos

Reader = Callable[[access.Eyes], Awaitable[access.Sight]]


@dataclass(frozen=True)
class PrivateData:
    """A collection and the one function that reads it."""

    collection: access.Collection
    read: Reader

    @property
    def name(self) -> str:
        return self.collection.name


COLLECTIONS = (
    PrivateData(accounts.PROFILE, accounts.fetch_private_profile),
    PrivateData(accounts.SIGN_INS, accounts.list_sign_ins),
    PrivateData(feed.WATCH_HISTORY, feed.list_watch_history),
    PrivateData(feed.FEED_CHOICES, feed.list_feed_choices),
    PrivateData(social.LIKES_AND_FOLLOWS, social.list_likes_and_follows),
    PrivateData(social.BLOCKS_AND_MUTES, social.list_blocks_and_mutes),
    PrivateData(videos.PRIVATE_CLIPS, videos.list_private_clips),
)


async def look_at(name: str, eyes: access.Eyes) -> access.Sight:
    """Read one collection with these eyes. Raises `CollectionUnknown` and the refusals of a look."""
    for private in COLLECTIONS:
        if private.name == name:
            return await private.read(eyes)
    raise access.CollectionUnknown(offered=", ".join(private.name for private in COLLECTIONS))
