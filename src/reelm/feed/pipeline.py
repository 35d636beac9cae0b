"""How is a page made? Skeleton (ids) → hydrate (what to show) → rules → present (bytes)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import orjson

from reelm import accounts, videos
from reelm.feed.errors import FeedModeUnknown
from reelm.feed.model import Candidate, Mode, Ranked, Reason, ViewerState
from reelm.feed.ranking import rank
from reelm.feed.rules import pick_page
from reelm.feed.showings import ShowingKey, unix_ms
from reelm.feed.store import find_account, find_viewer_state, list_candidates, list_following, list_newest
from reelm.infra.db import Database, HotPool
from reelm.kernel.cursors import CursorKey
from reelm.kernel.ids import ImpressionId, VideoId

FRESH_S = 2.0
NEWEST, LIKED = 600, 400
# How many of the best are looked up at once against what a viewer has seen, growing until the page is full.
LOOK_UP = 60
MOST_SERVED = 200
_KEY_BYTES = 6
_MOST_FRAGMENTS = 5000
_END_OF_TIME = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))

Present = Callable[[videos.Clip], bytes]


@dataclass(frozen=True)
class Page:
    """One page as JSON, and whether the token given was good."""

    body: bytes
    signed_in: bool


def _key(video: VideoId) -> bytes:
    """The random tail of an id: enough to tell the clips of one scroll apart."""
    return video.bytes[-_KEY_BYTES:]


class Feed:
    """Makes pages. Keeps the ranked candidates and each clip's JSON for `FRESH_S` seconds."""

    def __init__(
        self, database: Database, pool: HotPool, cursors: CursorKey, showings: ShowingKey, present: Present
    ) -> None:
        self._showings = showings
        self._database = database
        self._pool = pool
        self._cursors = cursors
        self._present = present
        self._ranked: list[Ranked] = []
        self._ranked_until = 0.0
        self._ranking = asyncio.Lock()
        self._fragments: dict[VideoId, tuple[bytes, float]] = {}

    async def page(self, *, token: str | None, mode: str, cursor: str | None, limit: int, now: datetime) -> Page:
        """One page of the feed.

        Raises `FeedModeUnknown`, `CursorNotOurs`; `NotSignedIn` for the following feed of nobody.
        """
        if mode == Mode.FOR_YOU:
            return await self._for_you(token, cursor, limit, now)
        if mode in (Mode.FOLLOWING, Mode.PLAIN):
            return await self._newest_first(Mode(mode), token, cursor, limit, now)
        raise FeedModeUnknown(offered=", ".join(Mode))

    async def _for_you(self, token: str | None, cursor: str | None, limit: int, now: datetime) -> Page:
        served = self._open_served(cursor)
        ranked = await self._rank(now)
        open_ = [item for item in ranked if _key(item.candidate.video) not in served] if served else ranked
        viewer, page = await self._pick(token, open_, limit, now)
        fragments = await self._hydrate([item.candidate for item in page])
        shown = [item for item in page if item.candidate.video in fragments]
        served_now = [*served, *(_key(item.candidate.video) for item in page)][-MOST_SERVED:]
        more = len(open_) > len(page)
        next_cursor = self._cursors.seal("for-you", b"".join(served_now).hex()) if more else None
        return self._present_page(shown, fragments, viewer, next_cursor, now)

    def _open_served(self, cursor: str | None) -> dict[bytes, None]:
        """The keys of what this scroll was given, in order."""
        if cursor is None:
            return {}
        raw = bytes.fromhex(cast("str", self._cursors.open("for-you", cursor)))
        return {raw[at : at + _KEY_BYTES]: None for at in range(0, len(raw), _KEY_BYTES)}

    async def _pick(
        self, token: str | None, ranked: list[Ranked], limit: int, now: datetime
    ) -> tuple[ViewerState | None, list[Ranked]]:
        """The best unseen ones; once there are none left, those seen before."""
        if token is None:
            return None, pick_page(ranked, without=(), limit=limit)
        look_up = LOOK_UP
        while True:
            best = ranked[:look_up]
            hashed = accounts.token_hash(token)
            viewer = await find_viewer_state(self._pool, hashed, [item.candidate for item in best], now)
            if viewer is None:
                return None, pick_page(ranked, without=(), limit=limit)
            page = pick_page(best, without=viewer.seen, limit=limit)
            if len(page) == limit or look_up >= len(ranked):
                break
            look_up *= 4
        if len(page) < limit:
            again = [replace(item, reason=Reason.SEEN_BEFORE) for item in best if item.candidate.video in viewer.seen]
            page += pick_page(again, without=(), limit=limit - len(page))
        return viewer, page

    async def _newest_first(
        self, mode: Mode, token: str | None, cursor: str | None, limit: int, now: datetime
    ) -> Page:
        before = self._open_position(mode, cursor)
        hashed = accounts.token_hash(token) if token else None
        if mode is Mode.FOLLOWING:
            account = await find_account(self._pool, hashed, now) if hashed else None
            if account is None:
                raise accounts.NotSignedIn
            found = await list_following(self._pool, account, before, limit)
        else:
            found = await list_newest(self._pool, before, limit)
        viewer = await find_viewer_state(self._pool, hashed, found, now) if hashed else None
        reason = Reason.FOLLOWING if mode is Mode.FOLLOWING else Reason.NEWEST
        fragments = await self._hydrate(found)
        shown = [Ranked(item, 0.0, reason) for item in found if item.video in fragments]
        next_cursor = None
        if len(found) == limit:
            last = found[-1]
            next_cursor = self._cursors.seal(mode, [last.published_at.isoformat(), str(last.video)])
        return self._present_page(shown, fragments, viewer, next_cursor, now)

    def _open_position(self, mode: Mode, cursor: str | None) -> tuple[datetime, UUID]:
        if cursor is None:
            return _END_OF_TIME
        at, id = cast("list[str]", self._cursors.open(mode, cursor))
        return datetime.fromisoformat(at), UUID(id)

    async def _rank(self, now: datetime) -> list[Ranked]:
        """All candidates, best first, at most `FRESH_S` old. One caller ranks, the others wait for it."""
        if time.monotonic() < self._ranked_until:
            return self._ranked
        async with self._ranking:
            if time.monotonic() >= self._ranked_until:
                self._ranked = rank(await list_candidates(self._pool, newest=NEWEST, liked=LIKED), now)
                self._ranked_until = time.monotonic() + FRESH_S
        return self._ranked

    async def _hydrate(self, candidates: Sequence[Candidate]) -> dict[VideoId, bytes]:
        """Each clip's JSON; one that may no longer be shown is left out."""
        at = time.monotonic()
        known = {c.video: self._fragments[c.video] for c in candidates if c.video in self._fragments}
        stale = [c.video for c in candidates if c.video not in known or known[c.video][1] < at]
        fragments = {video: fragment for video, (fragment, until) in known.items() if until >= at}
        if stale:
            async with self._database.read() as unit:
                clips = await videos.fetch_clips(unit, stale)
            fresh = {id: self._present(clip) for id, clip in clips.items() if videos.may_watch(clip.video, None)}
            if len(self._fragments) > _MOST_FRAGMENTS:
                self._fragments.clear()
            self._fragments.update({id: (fragment, at + FRESH_S) for id, fragment in fresh.items()})
            for gone in set(stale) - fresh.keys():
                self._fragments.pop(gone, None)
            fragments |= fresh
        return fragments

    def _present_page(
        self,
        shown: Sequence[Ranked],
        fragments: dict[VideoId, bytes],
        viewer: ViewerState | None,
        next_cursor: str | None,
        now: datetime,
    ) -> Page:
        showings, now_ms = self._showings.towards(viewer.account if viewer else None), unix_ms(now)
        items = b",".join(
            _present_item(
                item,
                fragments[item.candidate.video],
                viewer,
                showings.issue(item.candidate.video, now_ms),
            )
            for item in shown
        )
        body = b'{"items":[%b],"next_cursor":%b}' % (items, orjson.dumps(next_cursor))
        return Page(body, signed_in=viewer is not None)


def _present_item(item: Ranked, fragment: bytes, viewer: ViewerState | None, showing: ImpressionId) -> bytes:
    candidate, reason = item.candidate, item.reason
    liked = follows = own = False
    if viewer:
        liked = candidate.video in viewer.liked
        follows = candidate.author in viewer.follows
        own = candidate.author == viewer.account
        if follows and reason is not Reason.SEEN_BEFORE:
            reason = Reason.FOLLOWING
    return (
        b'{"impression_id":"%b","video":%b,"reason":"%b","you":{"liked":%b,"follows_author":%b,"is_author":%b}}'
        % (
            str(showing).encode(),
            fragment,
            reason.encode(),
            b"true" if liked else b"false",
            b"true" if follows else b"false",
            b"true" if own else b"false",
        )
    )
