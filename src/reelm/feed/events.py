"""What did people watch? Batches of reports, read strictly: one wrong event, and none of them is taken."""

from datetime import UTC, datetime
from typing import Any, cast

import orjson

from reelm.feed.errors import EventsNotUnderstood
from reelm.feed.model import Ended, EventKind, WatchEvent
from reelm.feed.plausible import MOST_REPLAYS
from reelm.infra.db import quick_uuid
from reelm.kernel.ids import ImpressionId, VideoId, new_uuid

MOST_EVENTS = 200
LONGEST_WATCH_MS = 24 * 3600 * 1000

_KINDS = {kind.value: kind for kind in EventKind}
_ENDED: dict[str | None, Ended | None] = {None: None} | {ended.value: ended for ended in Ended}


def parse_events(body: bytes) -> list[WatchEvent]:
    """The batch `{"events": [{impression_id?, video_id, kind, watched_ms?, replays?, ended?, at}]}`.

    Raises `EventsNotUnderstood` naming the field. Numbers are whole numbers of JSON: no `true`, no text, no fraction.
    """
    try:
        batch: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise EventsNotUnderstood(field="events") from None
    events: Any = cast("dict[str, Any]", batch).get("events") if isinstance(batch, dict) else None
    if not isinstance(events, list) or len(cast("list[Any]", events)) > MOST_EVENTS:
        raise EventsNotUnderstood(field="events")
    return [_parse_event(event) for event in cast("list[Any]", events)]


def _parse_event(event: Any) -> WatchEvent:
    field = "events"
    try:
        get = event.get
        field = "video_id"
        video = VideoId(quick_uuid(event["video_id"]))
        field = "impression_id"
        told = get("impression_id")
        impression = ImpressionId(quick_uuid(told) if told else new_uuid())
        field = "kind"
        kind = _KINDS[event["kind"]]
        field = "watched_ms"
        watched_ms = _whole(get("watched_ms", 0), LONGEST_WATCH_MS)
        field = "replays"
        replays = get("replays")
        if replays is not None:
            replays = _whole(replays, MOST_REPLAYS)
        field = "ended"
        ended = _ENDED[get("ended")]
        field = "at"
        at = _moment(event["at"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise EventsNotUnderstood(field=field) from None
    return WatchEvent(impression, video, kind, watched_ms, at, replays, ended)


def _whole(value: Any, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(value)
    return value


def _moment(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    return at if at.tzinfo is UTC else at.astimezone(UTC)
