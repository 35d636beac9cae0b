"""Who may watch and change a clip: the whole table."""

from datetime import UTC, datetime
from itertools import product

import pytest

from reelm.kernel.ids import AccountId, AssetId, VideoId, new_uuid
from reelm.videos import Video, VideoState, Visibility, is_public, may_edit, may_watch

AUTHOR, OTHER = AccountId(new_uuid()), AccountId(new_uuid())


def _video(state: VideoState, visibility: Visibility, age_limit: int | None) -> Video:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    return Video(
        VideoId(new_uuid()), AUTHOR, AssetId(new_uuid()), state, "", visibility, True, at, None, age_limit=age_limit
    )


AGES = (None, 0, 13, 17, 18, 99)
WHO = [(None, None), *product((AUTHOR, OTHER), AGES)]


@pytest.mark.parametrize(
    ("state", "visibility", "age_limit", "who"), list(product(VideoState, Visibility, (None, 18), WHO))
)
def test_others_who_are_old_enough_see_what_is_published_and_public_and_the_author_all_but_what_is_removed(
    state: VideoState, visibility: Visibility, age_limit: int | None, who: tuple[AccountId | None, int | None]
) -> None:
    viewer, age = who
    video = _video(state, visibility, age_limit)
    mine = viewer == AUTHOR and state is not VideoState.REMOVED
    open_to_all = (state, visibility) == (VideoState.PUBLISHED, Visibility.PUBLIC)
    old_enough = age_limit is None or age in (18, 99)
    assert may_edit(video, viewer) == mine
    assert is_public(video) == open_to_all
    assert may_watch(video, viewer, age) == (mine or (open_to_all and old_enough))
