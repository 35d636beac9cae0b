"""The queries of descriptions."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from reelm.feed.content.codes import MODEL, join
from reelm.feed.content.model import Described, Undescribed
from reelm.infra.db import HotPool, ReadUnit, WriteUnit

_LISTED = "v.state = 'published' AND v.visibility = 'public'"
_LACKS = "NOT EXISTS (SELECT FROM feed_content k WHERE k.video_id = {id} AND k.model = :model)"
_UNDESCRIBED = text(
    f"""
    (SELECT v.id, v.caption, a.placeholder, NULL AS told FROM videos v JOIN assets a ON a.id = v.asset_id
     WHERE {_LISTED} AND {_LACKS.format(id="v.id")} ORDER BY v.published_at DESC LIMIT :most)
    UNION ALL
    (SELECT f.id, f.caption, NULL, f.media ->> 'placeholder' FROM foreign_clips f
     WHERE {_LACKS.format(id="f.id")} ORDER BY f.published_at DESC LIMIT :most)
    """  # noqa: S608
)

# Whoever changes a clip waits for this transaction, and then what it wrote goes by a trigger; where the change came
# first nothing is written, since the caption is another.
_WRITE = """
    INSERT INTO feed_content (video_id, words, looks, model, made_at)
    SELECT t.id, t.words, t.looks, :model, clock_timestamp()
    FROM unnest(CAST(:ids AS uuid[]), CAST(:captions AS text[]), CAST(:words AS bytea[]), CAST(:looks AS bytea[]))
        AS t(id, caption, words, looks)
    JOIN {clips} v ON v.id = t.id AND v.caption = t.caption WHERE {where} FOR SHARE OF v
    ON CONFLICT (video_id) DO UPDATE
        SET words = excluded.words, looks = excluded.looks, model = excluded.model, made_at = excluded.made_at
"""
_WRITE_OURS = text(_WRITE.format(clips="videos", where=_LISTED))
_WRITE_COPIES = text(_WRITE.format(clips="foreign_clips", where="true"))

# A row at the least, which says when it was looked.
_SINCE = """
    SELECT now(), k.video_id, k.words, k.looks FROM (VALUES (1)) always
    LEFT JOIN feed_content k ON k.made_at > $1::timestamptz - interval '1 minute' AND k.model = $2
"""


class News(NamedTuple):
    """Descriptions made since some time: ids, the `CONTENT_BYTES` of each, and when it was looked for them."""

    ids: Sequence[bytes]
    contents: Sequence[bytes]
    looked_at: datetime


async def list_undescribed(unit: ReadUnit, most: int) -> list[Undescribed]:
    """Public clips without a description by `MODEL`: `most` of ours and `most` copies, the newest first."""
    return [Undescribed(*row) for row in await unit.all(_UNDESCRIBED.bindparams(model=MODEL, most=most))]


async def upsert_described(unit: WriteUnit, described: Sequence[Described]) -> int:
    """Keep those that are public and have the caption they were made of; returns how many."""
    ids, captions, words, looks = map(list, zip(*described, strict=True))
    bound = {"ids": ids, "captions": captions, "words": words, "looks": looks, "model": MODEL}
    return await unit.write(_WRITE_OURS.bindparams(**bound)) + await unit.write(_WRITE_COPIES.bindparams(**bound))


async def find_now(pool: HotPool) -> datetime:
    """The time of the database."""
    return await pool.fetchval("SELECT now()")


async def list_since(pool: HotPool, since: datetime) -> News:
    """Those made since, and in the minute before: what was made in a transaction that was still open then."""
    rows = await pool.fetch(_SINCE, since, MODEL)
    found = [row for row in rows if row[1] is not None]
    return News([row[1].bytes for row in found], [join(row[2], row[3]) for row in found], rows[0][0])
