"""Who may watch and change a clip: the whole table."""

from datetime import UTC, datetime
from itertools import product

import pytest

from reelm.kernel.ids import AccountId, AssetId, VideoId, new_uuid
from reelm.videos import Video, VideoState, Visibility, may_edit, may_watch

AUTHOR, OTHER = AccountId(new_uuid()), AccountId(new_uuid())


def _video(state: VideoState, visibility: Visibility) -> Video:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    return Video(VideoId(new_uuid()), AUTHOR, AssetId(new_uuid()), state, "", visibility, True, at, None)


@pytest.mark.parametrize(
    ("state", "visibility", "viewer"), list(product(VideoState, Visibility, (None, AUTHOR, OTHER)))
)
def test_others_see_what_is_published_and_public_and_the_author_all_but_what_is_removed(
    state: VideoState, visibility: Visibility, viewer: AccountId | None
) -> None:
    video = _video(state, visibility)
    mine = viewer == AUTHOR and state is not VideoState.REMOVED
    assert may_edit(video, viewer) == mine
    assert may_watch(video, viewer) == (mine or (state, visibility) == (VideoState.PUBLISHED, Visibility.PUBLIC))
