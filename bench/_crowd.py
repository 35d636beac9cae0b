"""A realm full of people and clips, for benchmarks of serving: rows in PostgreSQL, histories, and a trained model.

Clip `n` is the `n`-th most watched, of topic `n % TOPICS`; the `k`-th of a topic is watched as 1 / (k + 1) of the
first, but one in fifty is newly born and has had fewer showings than it is owed. Everybody has three topics of which
four in five of their clips are, `WATCHED` clips behind them, follows and likes. The model is fitted by the trainer
that a realm runs, from as many clips as that takes. Ids are MD5 of names, so that PostgreSQL and NumPy make the same
ones.
"""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import numpy as np
import psycopg
from numpy.typing import NDArray

from reelm.feed.catalogue import key_of
from reelm.feed.content.codes import MODEL
from reelm.feed.days import make_days_ahead
from reelm.feed.exploring import OWED
from reelm.feed.ranking import FEATURES, HEADS, score_linear
from reelm.feed.state import HAPPENED, Signal, State, encode, fold
from reelm.feed.training.day_files import MOST_ITEMS
from reelm.feed.training.engine import InProcess
from reelm.feed.training.fitting import fit
from reelm.feed.training.heads import Judged, train_ranker
from reelm.feed.training.interactions import Interactions
from reelm.feed.training.model_folder import write_model
from reelm.feed.training.release import publish
from reelm.infra.db import Database

TOPICS, WATCHED, HISTORIES, CLIPS_OF_CREATOR, LEARNED_FROM = 200, 300, 2000, 20, 10_000
DURATION_MS = 15_000

_IS_NEW = f"n / {TOPICS} % 50 = 49"
_VIEWS = f"CASE WHEN {_IS_NEW} THEN n % {OWED * 3 // 4} ELSE 200000 / (1 + n / {TOPICS}) END"

# Keys and triggers are not looked at while so much is loaded, which is why `clips` and `people` are filled too.
_FILL = """
SET session_replication_role = replica;
INSERT INTO accounts (id, handle, password_hash, display_name, bio, birth_date, country, locale, role, created_at)
SELECT md5('person' || n)::uuid, 'person' || n, '', 'Person ' || n, '', '1990-01-01', 'FR',
       (ARRAY['en', 'fr-CA', 'de', 'es'])[1 + n % 4], 'viewer', now() - interval '400 days'
FROM generate_series(0, {people} - 1) n;
INSERT INTO people (id, account_id) SELECT id, id FROM accounts;
INSERT INTO sessions (id, account_id, token_hash, created_at, expires_at)
SELECT id, id, sha256(('token-' || handle)::bytea), now(), now() + interval '1 day' FROM accounts;
INSERT INTO feed_people (account_id, pseudonym, mode, began_at)
SELECT id, md5('pseudonym' || id)::uuid, 'for-you', created_at FROM accounts;
INSERT INTO feed_states (pseudonym, state, updated_at)
SELECT md5('pseudonym' || md5('person' || n)::uuid)::uuid, h.state, now()
FROM generate_series(0, {people} - 1) n JOIN histories h ON h.place = n % {histories};
INSERT INTO follows (follower_id, followed_id, at)
SELECT DISTINCT ON (n, m) md5('person' || n)::uuid, md5('person' || m)::uuid, now()
FROM generate_series(0, {people} - 1) n, generate_series(1, 10) k,
    LATERAL (SELECT (n * 31 + k * k * 977) % {creators} AS m)
WHERE m <> n;
INSERT INTO assets (id, account_id, upload_id, state, attempts, duration_ms, width, height, poster_key, placeholder,
    created_at, finished_at)
SELECT md5('asset' || n)::uuid, md5('person' || n % {creators})::uuid, md5('upload' || n)::uuid, 'published', 1,
       {duration_ms}, 1080, 1920, 'clips/' || n || '/poster.webp', '\\x0102030405060708', now(), now()
FROM generate_series(0, {clips} - 1) n;
INSERT INTO renditions (asset_id, short_side, blob_key, width, height, codec, bitrate, size_bytes)
SELECT md5('asset' || n)::uuid, side, 'clips/' || n || '/' || side || '.mp4', side, side * 16 / 9,
       'avc1.64001f,mp4a.40.2', 1200000, 2250000
FROM generate_series(0, {clips} - 1) n, unnest(ARRAY[480, 720, 1080]) side;
INSERT INTO clips (id, account_id)
SELECT md5('clip' || n)::uuid, md5('person' || n % {creators})::uuid FROM generate_series(0, {clips} - 1) n;
INSERT INTO videos (id, author_id, asset_id, state, caption, visibility, allow_comments, created_at, published_at)
SELECT md5('clip' || n)::uuid, md5('person' || n % {creators})::uuid, md5('asset' || n)::uuid, 'published',
       repeat('A caption of usual length. ', 3) || '#topic' || n % {topics}, 'public', true, now(),
       now() - random() * CASE WHEN {is_new} THEN interval '4 days' ELSE interval '365 days' END
FROM generate_series(0, {clips} - 1) n;
INSERT INTO video_counts (video_id, views, likes, completions)
SELECT md5('clip' || n)::uuid, v, v / 12, v / 3
FROM generate_series(0, {clips} - 1) n, LATERAL (SELECT {views} AS v);
INSERT INTO feed_tallies (video_id, shown, views, completions, likes, shares, skips)
SELECT md5('clip' || n)::uuid, v * 1.3, v, v / 3, v / 12, v / 60, v * 0.3
FROM generate_series(0, {clips} - 1) n, LATERAL (SELECT {views} AS v);
INSERT INTO feed_content (video_id, words, looks, model, made_at)
SELECT md5('clip' || n)::uuid, decode(repeat(md5('topic' || n % {topics}), 3) || md5('words' || n), 'hex'),
       decode(md5('looks' || n) || md5('picture' || n), 'hex'), '{model}',
       now() - interval '1 hour' - random() * interval '300 days'
FROM generate_series(0, {clips} - 1) n;
INSERT INTO likes (account_id, video_id, at)
SELECT DISTINCT ON (n, m) md5('person' || n)::uuid, md5('clip' || m)::uuid, now()
FROM generate_series(0, {people} - 1) n, generate_series(1, 5) k, LATERAL (SELECT (n * 7 + k * 131) % {clips} AS m);
SET session_replication_role = origin;
DROP TABLE histories;
"""


def token(person: int) -> str:
    """What this person signs in with."""
    return f"token-person{person}"


def fill(url: str, superuser: str, *, clips: int, people: int) -> None:
    """All rows of a realm with so many clips and people, each with a history."""
    names = {
        "clips": clips, "people": people, "creators": clips // CLIPS_OF_CREATOR, "topics": TOPICS,
        "histories": min(HISTORIES, people), "duration_ms": DURATION_MS, "model": MODEL,
        "is_new": _IS_NEW, "views": _VIEWS,
    }  # fmt: skip
    with psycopg.connect(superuser, autocommit=True) as line, line.cursor() as cursor:
        cursor.execute("CREATE TABLE histories (place int PRIMARY KEY, state bytea NOT NULL)")
        with cursor.copy("COPY histories (place, state) FROM STDIN") as copy:
            for row in enumerate(_make_histories(clips, min(HISTORIES, people))):
                copy.write_row(row)
        for statement in _FILL.format(**names).split(";\n"):
            if statement.strip():
                cursor.execute(statement.encode())
        cursor.execute("VACUUM ANALYZE")

    async def make_days() -> None:
        async with Database(url) as database:
            await make_days_ahead(database, datetime.now(UTC))

    anyio.run(make_days)


def train(models: Path, *, clips: int) -> None:
    """The model that serves, fitted from what `LEARNED_FROM` people watched of the most watched clips."""
    known, people = min(clips, MOST_ITEMS), min(LEARNED_FROM, clips // 2)
    draws = np.random.default_rng(2)
    watched = np.concatenate([_draw(draws, known, 100) for _ in range(people)])
    ids = np.array([_clip(n) for n in range(known)], "S16")
    rows = Interactions(
        people=np.arange(people), items=ids, person=np.repeat(np.arange(people, dtype=np.int32), 100),
        item=watched.astype(np.int32),
        at_ms=int(time.time() * 1000) - 86_400_000 + np.tile(np.arange(100, dtype=np.int64), people) * 600_000,
        liked=draws.random(len(watched)) < 0.4,
    )  # fmt: skip
    made_at = datetime.now(UTC)
    write_model(models, "crowd", fit(rows, InProcess()), made_at=made_at, metrics={}, ranker=_train_ranker(draws))
    publish(models, "crowd")


def _train_ranker(draws: np.random.Generator) -> Judged:
    """A network that expects to be liked what the published weights put first."""
    x = draws.normal(0, 1, (20_000, len(FEATURES))).astype(np.float32)
    good = 1 / (1 + np.exp(-score_linear(x) / 5))
    labels = np.stack([good if HEADS[head] > 0 else 1 - good for head in HEADS], axis=1)
    return Judged(train_ranker(FEATURES, x, labels.astype(np.float32), heads=tuple(HEADS)), {})


def _make_histories(clips: int, histories: int) -> Iterator[bytes]:
    """States of people who have watched for a month."""
    draws, now_s = np.random.default_rng(1), datetime.now(UTC).timestamp()
    keys = key_of([_clip(n) for n in range(clips)])
    for _ in range(histories):
        events = np.zeros(WATCHED, HAPPENED)
        events["key"] = keys[_draw(draws, clips, WATCHED)]
        events["at"] = now_s - timedelta(days=30).total_seconds() * np.linspace(1, 0.001, WATCHED)
        events["signal"], events["duration_ms"] = Signal.VIEW, DURATION_MS
        events["watched_ms"] = np.where(draws.random(WATCHED) < 0.4, DURATION_MS, DURATION_MS * 0.1)
        state = State()
        for part in np.split(events, WATCHED // 50):
            state = fold(state, part)
        yield encode(state)


def _draw(draws: np.random.Generator, clips: int, count: int) -> NDArray[np.int64]:
    """What one person watches: `count` different clips."""
    own = draws.choice(TOPICS, 3, replace=False)
    topic = np.where(
        draws.random(3 * count) < 0.8, draws.choice(own, 3 * count), draws.integers(0, TOPICS, 3 * count)
    )
    in_topic = clips // TOPICS
    place = np.floor(np.exp(draws.random(3 * count) * np.log(in_topic + 1))).astype(np.int64) - 1
    drawn = topic + TOPICS * np.minimum(place, in_topic - 1)
    _, first = np.unique(drawn, return_index=True)
    different = drawn[np.sort(first)][:count]
    if len(different) < count:
        rest = np.setdiff1d(np.arange(clips), different)
        different = np.concatenate([different, draws.choice(rest, count - len(different), replace=False)])
    return different


def _clip(number: int) -> bytes:
    return hashlib.md5(f"clip{number}".encode(), usedforsecurity=False).digest()
