"""A commit that fails: the answer says so, and nothing was stored. The database itself refuses at COMMIT."""

from typing import Any

import pytest
from tests.conftest import Log
from tests.integration import quick
from tests.integration.world import CHUNK, TUS, Realm, connect

# The act, and the table whose new row makes PostgreSQL refuse the commit.
ACTS = {
    "sign-up": "accounts", "sign-in": "sessions", "upload": "uploads", "chunk": "uploads", "post": "videos",
    "like": "likes", "comment": "comments", "follow": "follows", "event": "impressions", "edit": "videos",
    "profile": "accounts", "removal": "videos",
}  # fmt: skip


async def _refuse_commits(realm: Realm, table: str) -> None:
    connection = await connect(realm.settings.database_url)
    await connection.execute(
        f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE OR DELETE ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
        """
    )
    await connection.close()


async def _state(realm: Realm) -> dict[str, list[str]]:
    """Every row of every table."""
    return {
        table: sorted(row["row"] for row in await realm.rows(f'SELECT t::text AS row FROM "{table}" t'))
        for table in await realm.count_rows()
        if table != "rate_limits"  # a try counts, whatever comes of it
    }


@pytest.mark.parametrize("act", ACTS)
async def test_a_commit_that_fails_is_answered_500(act: str, realm: Realm, log: Log) -> None:
    cast, clip = realm.people, realm.people.clips["public"]
    ana, carl = realm.client(cast.ana), realm.client(cast.carl)
    upload = await realm.upload(cast.ana, quick.CLIP)
    opened = await ana.post("/uploads", headers=TUS | {"Upload-Length": "3"})
    chunked = opened.headers["location"].rpartition("/")[2]
    await _refuse_commits(realm, ACTS[act])
    before = await _state(realm)
    person = {"handle": "dora", "password": "ten or more", "birth_date": "1990-01-31", "country": "FR"}
    event = {"video_id": clip, "kind": "view", "watched_ms": 1000, "at": realm.clock.now().isoformat()}
    calls: dict[str, tuple[Any, str, dict[str, Any]]] = {
        "sign-up": (carl.post, "/accounts", {"json": person}),
        "sign-in": (carl.post, "/session", {"json": {"handle": "ana", "password": cast.ana.password}}),
        "upload": (ana.post, "/uploads", {"headers": TUS | {"Upload-Length": "3"}}),
        "chunk": (
            ana.patch, f"/uploads/{chunked}", {"headers": TUS | CHUNK | {"Upload-Offset": "0"}, "content": b"abc"}
        ),
        "post": (ana.post, "/videos", {"json": {"upload_id": upload, "caption": "never"}}),
        "like": (carl.put, f"/videos/{clip}/like", {}),
        "comment": (carl.post, f"/videos/{clip}/comments", {"json": {"text": "never"}}),
        "follow": (carl.put, "/accounts/ana/follow", {}),
        "event": (carl.post, "/events", {"json": {"events": [event]}}),
        "edit": (ana.patch, f"/videos/{clip}", {"json": {"caption": "never"}}),
        "profile": (ana.patch, "/me", {"json": {"bio": "never"}}),
        "removal": (ana.delete, f"/videos/{clip}", {}),
    }  # fmt: skip
    log.lines.clear()
    call, path, how = calls[act]
    answer = await call(path, **how)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/server-failed")
    assert await _state(realm) == before
    assert len(log.lines) == 1
    assert "never" not in log.text
    assert (await carl.get("/feed")).status_code == 200
