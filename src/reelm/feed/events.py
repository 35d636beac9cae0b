"""What did people watch? Batches of reports, stored durably before they are acknowledged."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson

from reelm.accounts import token_hash
from reelm.feed.errors import EventsNotUnderstood
from reelm.feed.model import EventKind, WatchEvent
from reelm.feed.store import find_account, store_events
from reelm.infra.db import HotPool
from reelm.kernel.ids import ImpressionId, VideoId, new_uuid

MOST_EVENTS = 200
LONGEST_WATCH_MS = 24 * 3600 * 1000


def parse_events(body: bytes, now: datetime) -> list[WatchEvent]:
    """The batch `{"events": [{impression_id?, video_id, kind, watched_ms, at}]}`.

    Raises `EventsNotUnderstood` naming the field; a time in the future becomes `now`.
    """
    try:
        batch: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise EventsNotUnderstood(field="events") from None
    events: Any = cast("dict[str, Any]", batch).get("events") if isinstance(batch, dict) else None
    if not isinstance(events, list) or len(cast("list[Any]", events)) > MOST_EVENTS:
        raise EventsNotUnderstood(field="events")
    return [_parse_event(event, now) for event in cast("list[Any]", events)]


def _parse_event(event: Any, now: datetime) -> WatchEvent:
    field = "events"
    try:
        field = "video_id"
        video = VideoId(UUID(event["video_id"]))
        field = "impression_id"
        impression = ImpressionId(UUID(event["impression_id"]) if event.get("impression_id") else new_uuid())
        field = "kind"
        kind = EventKind(event["kind"])
        field = "watched_ms"
        watched_ms = _watched(event.get("watched_ms", 0))
        field = "at"
        at = datetime.fromisoformat(event["at"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise EventsNotUnderstood(field=field) from None
    if at > now or at < now - timedelta(days=30):
        at = now
    return WatchEvent(impression, video, kind, watched_ms, at)


def _watched(value: Any) -> int:
    watched_ms = int(value)
    if not 0 <= watched_ms <= LONGEST_WATCH_MS:
        raise ValueError(value)
    return watched_ms


async def record_events(pool: HotPool, events: list[WatchEvent], *, token: str | None, now: datetime) -> int:
    """Store a batch; returns how many impressions it touched once they are durable.

    Events of clips that don't exist are left out. A token that has ended counts as nobody: what was watched is
    still counted.
    """
    if not events:
        return 0
    viewer = await find_account(pool, token_hash(token), now) if token else None
    return await store_events(pool, viewer, events, now)
