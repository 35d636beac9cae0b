"""An id of a showing: only this realm makes it, and only for one viewer, one clip and one moment."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.showings import ShowingKey, unix_ms
from reelm.infra.db import quick_uuid
from reelm.kernel.ids import AccountId, VideoId

KEY = ShowingKey(b"a secret of the realm")
_ids = st.uuids(version=4)
_viewers = st.none() | _ids.map(AccountId)
_moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(_viewers, _ids.map(VideoId), _moments)
def test_what_was_issued_is_read_to_the_millisecond(viewer: AccountId | None, video: VideoId, at: datetime) -> None:
    showing = KEY.issue(viewer, video, at)
    shown_at = KEY.read(quick_uuid(str(showing)), viewer, video)
    assert shown_at is not None
    assert timedelta() <= at - shown_at < timedelta(milliseconds=1)
    assert (showing.version, showing.variant) == (8, uuid4().variant)


@given(_viewers, _viewers, _ids.map(VideoId), _ids.map(VideoId), _moments)
def test_it_fits_nobody_else_no_other_clip_and_no_other_realm(
    viewer: AccountId | None, other: AccountId | None, video: VideoId, another: VideoId, at: datetime
) -> None:
    showing = KEY.issue(viewer, video, at)
    if other != viewer:
        assert KEY.read(showing, other, video) is None
    if another != video:
        assert KEY.read(showing, viewer, another) is None
    assert ShowingKey(b"another").read(showing, viewer, video) is None


@given(_viewers, _ids.map(VideoId), _moments, st.integers(0, 127))
def test_one_bit_changed_and_it_is_not_ours(viewer: AccountId | None, video: VideoId, at: datetime, bit: int) -> None:
    showing = KEY.issue(viewer, video, at)
    assert KEY.read(UUID(int=showing.int ^ 1 << bit), viewer, video) is None


@given(_viewers, _ids, _ids, _ids.map(VideoId), _moments, st.timedeltas(timedelta(), timedelta(days=2)))
def test_outside_a_person_has_one_name_a_clip_and_day_and_nobody_one_for_each_they_tell(
    viewer: AccountId | None, told: UUID, other: UUID, video: VideoId, at: datetime, later: timedelta
) -> None:
    showings = KEY.towards(viewer)
    name = showings.name_outside(told, video, unix_ms(at))
    same_day = (at + later).date() == at.date()
    assert (showings.name_outside(told, video, unix_ms(at + later)) == name) is same_day
    assert (showings.name_outside(other, video, unix_ms(at)) == name) is (viewer is not None or other == told)
    assert KEY.read(name, viewer, video) is None
    assert KEY.read(name, None, video) is None
