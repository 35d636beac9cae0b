"""Who may do what with a video? Decided here only, over plain data."""

from reelm.kernel.ids import AccountId
from reelm.videos.model import Video, VideoState, Visibility


def may_watch(video: Video, viewer: AccountId | None) -> bool:
    """Anybody a public, published video; its author also while it is made, failed or private."""
    if video.state is VideoState.REMOVED:
        return False
    if viewer == video.author:
        return True
    return video.state is VideoState.PUBLISHED and video.visibility is Visibility.PUBLIC


def may_edit(video: Video, viewer: AccountId | None) -> bool:
    """Its author, until it is removed."""
    return viewer == video.author and video.state is not VideoState.REMOVED
