"""Who may do what with a video? Decided here only, over plain data."""

from reelm.kernel.ids import AccountId
from reelm.videos.model import Video, VideoState, Visibility


def is_public(video: Video) -> bool:
    """Whether everybody may watch it who is old enough, in other realms too."""
    return video.state is VideoState.PUBLISHED and video.visibility is Visibility.PUBLIC


def is_old_enough(age_limit: int | None, age: int | None) -> bool:
    """Whether somebody of `age` full years may watch; `None`, an age that is not known, is below every limit.

    >>> is_old_enough(None, None), is_old_enough(18, 17), is_old_enough(18, 18), is_old_enough(18, None)
    (True, False, True, False)
    """
    return age_limit is None or (age is not None and age >= age_limit)


def may_watch(video: Video, viewer: AccountId | None, age: int | None) -> bool:
    """Anybody old enough a public, published video; its author also while it is made, failed or private.

    `age` is the viewer's today, `None` where nobody is signed in.
    """
    if video.state is VideoState.REMOVED:
        return False
    if viewer == video.author:
        return True
    return is_public(video) and is_old_enough(video.age_limit, age)


def may_edit(video: Video, viewer: AccountId | None) -> bool:
    """Its author, until it is removed."""
    return viewer == video.author and video.state is not VideoState.REMOVED
