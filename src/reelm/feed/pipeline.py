"""How is a page made? Shortlist (rows) → check (what may be shown now) → rules → present (bytes)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

import numpy as np
import orjson

from reelm import accounts, realms, videos
from reelm.feed.callers import Caller, read_caller
from reelm.feed.candidates import Source
from reelm.feed.catalogue import NOBODY, Rows, no_rows
from reelm.feed.choices import has_word
from reelm.feed.errors import FeedModeUnknown
from reelm.feed.exploring import Explored, count_slots
from reelm.feed.hydrating import Fragments, Present
from reelm.feed.learning_store import count_sources
from reelm.feed.model import Mode, Reason
from reelm.feed.parameters import Parameters, tell_parameters
from reelm.feed.profiling import Profiling, decide_for
from reelm.feed.rules import pick_page, place_tried
from reelm.feed.shortlist import (
    Hidden,
    Shortlist,
    World,
    explain_scores,
    list_tried,
    make_shortlist,
    spread_out,
)
from reelm.feed.showings import ShowingKey, unix_ms
from reelm.feed.shown_log import Showing, ShownLog
from reelm.feed.stockroom import Stockroom
from reelm.feed.store import fetch_standing, find_viewer, list_following
from reelm.feed.why import Why, explain, explain_tried
from reelm.infra.db import Database, HotPool, Record
from reelm.kernel.cursors import CursorKey
from reelm.kernel.ids import ImpressionId, VideoId

MOST_SERVED = 200
_KEY_BYTES = 6
_SOURCES_FRESH = timedelta(minutes=10)
_END_OF_TIME = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


@dataclass(frozen=True)
class Page:
    """One page as JSON, and whether the token given was good."""

    body: bytes
    signed_in: bool


class _Item(NamedTuple):
    video: UUID
    author: UUID
    why: Why
    propensity: float = 1.0
    features: bytes | None = None


class _Picked(NamedTuple):
    """`rows` that may be shown; places in them of the `best` and of those `tried`, with how probable these were."""

    rows: Rows
    best: Sequence[int]
    tried: Sequence[int]
    propensity: Mapping[int, float]


class Feed:
    """Makes pages out of what the stockroom holds."""

    def __init__(
        self,
        *,
        database: Database,
        pool: HotPool,
        cursors: CursorKey,
        showings: ShowingKey,
        atlas: realms.Atlas,
        present: Present,
        stockroom: Stockroom,
    ) -> None:
        self._pool, self._cursors, self._showings, self._atlas = pool, cursors, showings, atlas
        self.stockroom = stockroom
        self._shown = ShownLog(database, pool)
        self._sources: dict[str, int] = {}
        self._sources_at: datetime | None = None
        self._fragments = Fragments(database, pool, present)
        self._rng = np.random.default_rng()

    async def page(
        self, *, token: str | None, mode: str | None, cursor: str | None, limit: int, now: datetime
    ) -> Page:
        """One page of the feed; without `mode` of the one that this person opens with.

        Raises `FeedModeUnknown`, `CursorNotOurs`; `NotSignedIn` for the following feed of nobody.
        """
        if mode is not None and mode not in set(Mode):
            raise FeedModeUnknown(offered=", ".join(Mode))
        await self.stockroom.refresh(now)
        caller, mode = await self._call(token, mode, now)
        if mode is Mode.FOLLOWING:
            return await self._following(caller, cursor, limit, now)
        return await self._ranked(mode, caller, cursor, limit, now)

    async def _ranked(self, mode: Mode, caller: Caller, cursor: str | None, limit: int, now: datetime) -> Page:
        served = self._open_served(mode, cursor)
        world = self._world(now)
        hidden = replace(caller.hidden, served=np.array(served, np.uint64))
        shortlist = make_shortlist(world, caller.interests, hidden, limit)
        slots = count_slots(limit, float(self._rng.random()))
        tried = list_tried(world, caller.interests, hidden, shortlist, slots=slots, rng=self._rng)
        items, standing = await self._pick(world, caller, shortlist, tried, limit)
        if len(items) < limit:
            more, again = await self._seen_before(world, caller, hidden, items, limit)
            items, standing = items + more, standing | again
        fragments = await self._fragments.fetch(standing, [item.video for item in items])
        shown = [item for item in items if item.video in fragments]
        self.stockroom.note_shown(world.catalogue.find([item.video.bytes for item in shown]))
        served_now = [*served, *(_short(item.video) for item in items)]
        next_cursor = None
        if self._has_more(world, hidden, served_now):
            next_cursor = self._cursors.seal(mode, _pack(served_now[-MOST_SERVED:]))
        return self._present(shown, fragments, standing, caller, next_cursor=next_cursor, now=now)

    def _world(self, now: datetime) -> World:
        room = self.stockroom
        return World(room.catalogue, room.shelves, room.model, now.timestamp())

    def _open_served(self, mode: Mode, cursor: str | None) -> list[int]:
        """What this scroll was given, in order."""
        return _unpack(cast("str", self._cursors.open(mode, cursor))) if cursor is not None else []

    @staticmethod
    def _has_more(world: World, hidden: Hidden, served: Sequence[int]) -> bool:
        """Whether anything is left that this scroll was not given."""
        if world.catalogue.size > 10 * MOST_SERVED:
            return True
        every = np.arange(world.catalogue.size, dtype=np.int32)
        gone = replace(hidden, served=np.array(served, np.uint64)).of(every, world.catalogue, but_seen=True)
        return bool((~gone).any())

    async def _call(self, token: str | None, mode: str | None, now: datetime) -> tuple[Caller, Mode]:
        """Who asks, and for which feed."""
        row = await find_viewer(self._pool, accounts.token_hash(token), now) if token else None
        if row is None:
            return Caller(), Mode(mode or Mode.FOR_YOU)
        asked = Mode(mode or row["mode"])
        profiling = decide_for(
            self._atlas, row["birth_date"], row["country"], row["region"], mode=row["mode"], now=now
        )
        profiled = profiling is Profiling.LEARNS and asked is not Mode.PLAIN
        return read_caller(row, self.stockroom.catalogue, asked, now, profiled=profiled), asked

    async def _pick(
        self, world: World, caller: Caller, shortlist: Shortlist, tried: Sequence[Explored], limit: int
    ) -> tuple[list[_Item], dict[UUID, Record]]:
        """The best that may be shown now, and those that are tried: chosen first, then looked up.

        Where one may not be shown all that come next are looked up with what takes its place, ever more of them.
        """
        best = shortlist.rows[spread_out(shortlist, world.catalogue, limit + 10)]
        trial = np.array([one.row for one in tried], np.int32)
        rows, front = np.concatenate([trial, best[~np.isin(best, trial)]]), len(trial)
        look, are_lost, looked_up = front + limit + 10, False, no_rows()
        standing: dict[UUID, Record] = {}
        while True:
            near = rows[:look]
            page = pick_page(
                world.catalogue.author[near].tolist(), world.catalogue.sound[near].tolist(), limit, range(front)
            )
            wanted = near if are_lost else near[[*range(front), *page]]
            wanted = wanted[~np.isin(wanted, looked_up)]
            if not len(wanted):
                break
            told = await self._check(world, caller, wanted)
            lost = wanted[[id not in told for id in _ids(world, wanted)]]
            front -= np.count_nonzero(np.isin(lost, trial))
            standing, looked_up, rows = standing | told, np.append(looked_up, wanted), rows[~np.isin(rows, lost)]
            if len(lost):
                are_lost, look = True, 2 * look
        picked = _Picked(near, page, range(front), {one.row: one.propensity for one in tried})
        return self._explain(world, shortlist, picked), standing

    def _explain(self, world: World, shortlist: Shortlist, picked: _Picked) -> list[_Item]:
        """The page in its order, each with what put it there."""
        kept, page, front = picked.rows, picked.best, picked.tried
        best = kept[page]
        features = shortlist.features[world.catalogue.row_places.of(best, shortlist.rows)]
        causes = explain_scores(world.model, features)
        whys = explain(shortlist.known, best, features[:, : len(Source)], causes)
        chosen: dict[int, tuple[Why, float, bytes | None]] = {}
        for at, why, feature in zip(page, whys, features.astype(np.float16), strict=True):
            chosen[at] = why, 1.0, feature.tobytes()
        chosen |= {at: (explain_tried(), picked.propensity[int(kept[at])], None) for at in front}
        order = place_tried(page, front, self._rng.random(len(front)).tolist())
        catalogue, rows = world.catalogue, kept[order]
        authors = [UUID(bytes=catalogue.authors.names[number]) for number in catalogue.author[rows].tolist()]
        return [
            _Item(id, author, *chosen[at]) for id, author, at in zip(_ids(world, rows), authors, order, strict=True)
        ]

    async def _seen_before(
        self, world: World, caller: Caller, hidden: Hidden, items: Sequence[_Item], limit: int
    ) -> tuple[list[_Item], dict[UUID, Record]]:
        """What was seen before, newest first, where there is nothing new left."""
        catalogue = world.catalogue
        every = np.arange(catalogue.size, dtype=np.int32)
        left = every[~hidden.of(every, catalogue, but_seen=True)]
        left = np.setdiff1d(left, catalogue.find([item.video.bytes for item in items]))
        left = left[np.argsort(-catalogue.published[left], kind="stable")]
        items_more: list[_Item] = []
        standing = await self._check(world, caller, left[: 4 * limit])
        why = Why(Reason.SEEN_BEFORE, "seen_before", explored=False, parts=[])
        for row, id in zip(left.tolist(), _ids(world, left[: 4 * limit]), strict=False):
            if id in standing and len(items) + len(items_more) < limit:
                items_more.append(_Item(id, UUID(bytes=catalogue.authors.names[catalogue.author[row]]), why))
        return items_more, standing

    async def _check(self, world: World, caller: Caller, rows: Rows) -> dict[UUID, Record]:
        """How these clips stand now, without those this viewer is too young for or that have a word they hide.

        Those that may not be shown any more are dropped from the stockroom, which is also told of new age limits.
        """
        ids = _ids(world, rows)
        standing = await fetch_standing(self._pool, caller.account, ids)
        self.stockroom.drop([VideoId(id) for id in ids if id not in standing])
        for row, id in zip(rows.tolist(), ids, strict=True):
            if id in standing:
                world.catalogue.age_limit[row] = standing[id]["age_limit"] or 0
        return _allowed(caller, standing)

    async def _following(self, caller: Caller, cursor: str | None, limit: int, now: datetime) -> Page:
        """What those whom the viewer follows published, newest first."""
        before = _END_OF_TIME
        if cursor is not None:
            at, id = cast("list[str]", self._cursors.open(Mode.FOLLOWING, cursor))
            before = datetime.fromisoformat(at), UUID(id)
        if caller.account is None:
            raise accounts.NotSignedIn
        found = await list_following(self._pool, caller.account, before, limit)
        world = self._world(now)
        rows = world.catalogue.find([one.video.bytes for one in found])
        gone = caller.hidden.of(rows, world.catalogue, but_seen=True) & (rows != NOBODY)
        open_ = [one for one, is_gone in zip(found, gone, strict=True) if not is_gone]
        standing = await fetch_standing(self._pool, caller.account, [one.video for one in open_])
        standing = _allowed(caller, standing)
        kept = [one for one in open_ if one.video in standing]
        fragments = await self._fragments.fetch(standing, [one.video for one in kept])
        why = Why(Reason.FOLLOWING, "following", explored=False, parts=[{"kind": "following", "share": 1.0}])
        items = [_Item(one.video, one.author, why) for one in kept if one.video in fragments]
        next_cursor = None
        if len(found) == limit:
            last = found[-1]
            next_cursor = self._cursors.seal(Mode.FOLLOWING, [last.published_at.isoformat(), str(last.video)])
        return self._present(items, fragments, standing, caller, next_cursor=next_cursor, now=now)

    def _present(
        self,
        shown: Sequence[_Item],
        fragments: Mapping[UUID, bytes],
        standing: Mapping[UUID, Record],
        caller: Caller,
        *,
        next_cursor: str | None,
        now: datetime,
    ) -> Page:
        """The page's bytes. What is shown to somebody the feed may not learn from is shown to nobody."""
        whom = caller.account if caller.profiled else None
        showings, now_ms = self._showings.towards(whom), unix_ms(now)
        ids = [showings.issue(VideoId(item.video), now_ms) for item in shown]
        model = self.stockroom.model.id if self.stockroom.model else None
        self._shown.put([
            Showing(
                now.date(), id, now, item.video, caller.pseudonym, place, item.why.source, item.propensity, model,
                item.features,
            )
            for place, (id, item) in enumerate(zip(ids, shown, strict=True))
        ])  # fmt: skip
        items = b",".join(
            _present_item(item, fragments[item.video], standing[item.video], caller, id)
            for id, item in zip(ids, shown, strict=True)
        )
        body = b'{"items":[%b],"next_cursor":%b}' % (items, orjson.dumps(next_cursor))
        return Page(body, signed_in=caller.account is not None)

    async def parameters(self, now: datetime) -> Parameters:
        """What the feed goes by; which sources gave how much is at most `_SOURCES_FRESH` old."""
        await self.stockroom.refresh(now)
        if self._sources_at is None or not timedelta(0) <= now - self._sources_at < _SOURCES_FRESH:
            self._sources, self._sources_at = await count_sources(self._pool, now - timedelta(days=1)), now
        return tell_parameters(self.stockroom.model, self._sources)

    async def aclose(self) -> None:
        """Wait until what was shown is written down."""
        await self.stockroom.aclose()
        await self._shown.close()


def _allowed(caller: Caller, standing: Mapping[UUID, Record]) -> dict[UUID, Record]:
    """Those that this viewer is old enough for, and that have no word they hide."""
    age, words = caller.hidden.age, caller.choices.hidden_words
    return {
        id: row
        for id, row in standing.items()
        if videos.is_old_enough(row["age_limit"], age) and not (words and has_word(row["caption"], words))
    }


def _ids(world: World, rows: Rows) -> list[UUID]:
    packed = world.catalogue.ids[rows].tobytes()
    return [UUID(bytes=packed[at : at + 16]) for at in range(0, len(packed), 16)]


def _short(video: UUID) -> int:
    """The upper 48 bits of a clip's key: enough to tell the clips of one scroll apart."""
    return int.from_bytes(video.bytes[-_KEY_BYTES:], "little")


def _pack(served: Sequence[int]) -> str:
    return b"".join(one.to_bytes(_KEY_BYTES, "little") for one in served).hex()


def _unpack(packed: str) -> list[int]:
    raw = bytes.fromhex(packed)
    return [int.from_bytes(raw[at : at + _KEY_BYTES], "little") for at in range(0, len(raw), _KEY_BYTES)]


def _present_item(item: _Item, fragment: bytes, row: Record, caller: Caller, showing: ImpressionId) -> bytes:
    follows = item.author in caller.follows
    reason = Reason.FOLLOWING if follows and item.why.reason is not Reason.SEEN_BEFORE else item.why.reason
    return (
        b'{"impression_id":"%b","video":%b,"reason":"%b","why":%b,'
        b'"you":{"liked":%b,"follows_author":%b,"is_author":%b}}'
        % (
            str(showing).encode(),
            fragment,
            reason.encode(),
            orjson.dumps(item.why.told(row["handle"])),
            b"true" if row["liked"] else b"false",
            b"true" if follows else b"false",
            b"true" if item.author == caller.account else b"false",
        )
    )
