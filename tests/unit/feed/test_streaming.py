"""What goes through a stream comes out as it went in; what PostgreSQL reads of a row is what was told."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from reelm.feed.model import Accepted, Ended, EventKind, WatchEvent
from reelm.feed.rows import COLUMNS, write_rows
from reelm.feed.streaming import decode_batch, encode_batch
from reelm.kernel.ids import AccountId, ImpressionId, VideoId

_moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_viewers = st.none() | st.uuids().map(AccountId)
_events = st.builds(
    WatchEvent, st.uuids().map(ImpressionId), st.uuids().map(VideoId), st.sampled_from(EventKind),
    st.integers(0, 86_400_000), _moments, st.none() | st.integers(0, 10_000), st.none() | st.sampled_from(Ended),
)  # fmt: skip


@given(st.lists(_events, max_size=5), _viewers, _moments)
def test_a_batch_comes_out_of_a_stream_as_it_went_in(
    events: list[WatchEvent], viewer: AccountId | None, at: datetime
) -> None:
    assert decode_batch(encode_batch(events, viewer, at)) == (events, viewer, at)


def _read_fields(row: bytes) -> list[bytes | None]:
    """The fields of one row, as the manual says of COPY in binary."""
    assert row[:19] == b"PGCOPY\n\xff\r\n\0" + bytes(8)
    count, at = int.from_bytes(row[19:21]), 21
    fields: list[bytes | None] = []
    for _ in range(count):
        length = int.from_bytes(row[at : at + 4], signed=True)
        at += 4
        fields.append(None if length < 0 else row[at : at + length])
        at += max(length, 0)
    assert row[at:] == b"\xff\xff"
    return fields


@given(_events, _viewers, _moments, st.booleans())
def test_a_row_holds_each_column_in_its_place(
    event: WatchEvent, viewer: AccountId | None, received_at: datetime, known: bool
) -> None:
    told = Accepted(
        event.at.date(), event.impression, event.kind, event.video, viewer, event.watched_ms, event.replays or 0,
        event.ended, known, event.at, received_at, 1000,
    )  # fmt: skip
    day, id, kind, video, who, watched, replays, ended, is_known, at, received = _read_fields(write_rows([told]))
    assert len(COLUMNS) == 11
    assert (id, video, who) == (event.impression.bytes, event.video.bytes, viewer.bytes if viewer else None)
    assert (kind, ended) == (event.kind.encode(), event.ended.encode() if event.ended else None)
    numbers = [int.from_bytes(one or b"", signed=True) for one in (day, watched, replays, is_known, at, received)]
    since = datetime(2000, 1, 1, tzinfo=UTC)
    assert numbers[:4] == [(event.at.date() - since.date()).days, event.watched_ms, told.replays, known]
    microseconds = [round((moment - since).total_seconds() * 1_000_000) for moment in (event.at, received_at)]
    assert numbers[4:] == microseconds
    assert UUID(bytes=id) == event.impression
