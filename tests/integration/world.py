"""The shared cast and the realm they live in. Everything goes through the API and the jobs, never a raw insert.

ana, a French creator; ben, a viewer in Québec who follows ana and likes and comments on her clip; carl, a stranger;
and nobody. Ana has a clip in each state a clip can come to rest in; `Realm.post` makes one that is in processing.
The staff: olga and otto, operators; mia, a moderator; aude, an auditor.
"""

import base64
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
from fastapi import FastAPI
from tests import footage, hostile
from tests.conformance.answers import Answers
from tests.integration import quick
from tests.integration.ledger.running import Ledger, ledger_running

from reelm import accounts, media
from reelm.bootstrap import Cell, Workshop, open_workshop
from reelm.infra.db import Database
from reelm.infra.jobs import JobHandler
from reelm.infra.settings import Settings
from reelm.kernel.time import HandClock
from reelm.web.app import build_app
from reelm.web.guard import Guard

SITE = "http://reelm.test"
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {"Content-Type": "application/offset+octet-stream"}
# What must never be seen outside the answers to these people themselves.
PASSWORDS = {"ana": "la Seine au petit matin", "ben": "poutine at four o'clock", "carl": "a stranger to them all"}
BIRTH_DATE = "1990-01-31"


@dataclass(frozen=True)
class Person:
    """Somebody with an account. `token` is of a session that is open."""

    handle: str
    password: str
    token: str


@dataclass(frozen=True)
class Cast:
    """Who is there. `ended_token` is of a session of ana's that has expired; `clips` are ana's, by what they are."""

    ana: Person
    ben: Person
    carl: Person
    ended_token: str
    clips: Mapping[str, str]
    comment: str
    olga: Person
    otto: Person
    mia: Person
    aude: Person


@dataclass(frozen=True)
class Stage:
    """The cast and where its rows and files lie; `at` is the time there."""

    database: str
    data: Path
    client_dist: Path
    cast: Cast
    at: datetime


@dataclass
class Realm:
    """A realm running in this process."""

    settings: Settings
    clock: HandClock
    app: FastAPI
    workshop: Workshop
    answers: Answers
    cast: Cast | None = None
    _clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    @property
    def cell(self) -> Cell:
        return self.app.state.cell

    @property
    def people(self) -> Cast:
        assert self.cast
        return self.cast

    def client(self, who: Person | str | None = None, **headers: str) -> httpx.AsyncClient:
        """A caller of the API: with the bearer token of `who`, or nobody."""
        token = who.token if isinstance(who, Person) else who
        if token:
            headers["Authorization"] = f"Bearer {token}"
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(Guard(self.app), raise_app_exceptions=False),
            base_url=f"{SITE}/api/v1",
            headers=headers,
            event_hooks={"response": [self.answers.check]},
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    async def sign_up(self, handle: str, password: str = "a password for tests", **form: str | None) -> Person:
        """Create an account and sign it in."""
        facts = {"birth_date": BIRTH_DATE, "country": "FR", "locale": "en"} | form
        nobody = self.client()
        made = await nobody.post("/accounts", json={"handle": handle, "password": password, **facts})
        assert made.status_code == 201, made.text
        return Person(handle, password, await self.sign_in(handle, password))

    async def hire(self, handle: str, role: accounts.Role, country: str = "FR", region: str | None = None) -> Person:
        """Create an account with a role, as `reelm account create` does, and sign it in."""
        password = f"{handle} keeps the house in order"
        born = date.fromisoformat(BIRTH_DATE)
        new = accounts.NewAccount(handle, password, born, country, region, "en", role=role)
        await accounts.sign_up(self.cell.database, new, atlas=self.cell.atlas, at=self.clock.now())
        return Person(handle, password, await self.sign_in(handle, password))

    @asynccontextmanager
    async def ledger_running(self) -> AsyncGenerator[Ledger]:
        """The realm's log at work, until the block ends: a signer, and a sequencer that publishes every 10 ms."""
        settings = self.settings
        async with (
            Database(settings.database_url, pool_size=2) as database,
            ledger_running(settings.data, database, self.clock, settings.realm) as ledger,
        ):
            self.cell.signer.path = ledger.signer.socket
            yield ledger
            await self.cell.signer.close()

    async def sign_in(self, handle: str, password: str) -> str:
        """A new session's token."""
        answer = await self.client().post("/session", json={"handle": handle, "password": password})
        assert answer.status_code == 200, answer.text
        return answer.json()["token"]

    async def upload(self, who: Person, content: bytes, **metadata: str) -> str:
        """Send a whole file by tus; the upload's id."""
        client = self.client(who)
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
        headers = TUS | {"Upload-Length": str(len(content))} | ({"Upload-Metadata": told} if told else {})
        opened = await client.post("/uploads", headers=headers)
        assert opened.status_code == 201, opened.text
        id = opened.headers["location"].rpartition("/")[2]
        if content:
            sent = await client.patch(f"/uploads/{id}", headers=TUS | CHUNK | {"Upload-Offset": "0"}, content=content)
            assert sent.status_code == 204, sent.text
        return id

    async def post(self, who: Person, content: bytes = quick.CLIP, **form: Any) -> str:
        """Upload and post a clip that is not processed yet; its id."""
        upload = await self.upload(who, content)
        made = await self.client(who).post("/videos", json={"upload_id": upload, "caption": "a clip", **form})
        assert made.status_code == 201, made.text
        return made.json()["id"]

    async def publish(self, who: Person, **form: Any) -> str:
        """Post a clip and have it processed, by an engine that only pretends; its id."""
        video = await self.post(who, **form)
        with quick.engine():
            await self.work()
        return video

    async def publish_rubbish(self, who: Person) -> str:
        """Post what is no clip, and have it processed; the id of a clip that has failed."""
        video = await self.post(who, quick.RUBBISH, caption="a wrong file")
        with quick.engine():
            await self.work()
        return video

    async def video(self, id: str, who: Person | None = None) -> dict[str, Any]:
        """A clip, as `who` sees it."""
        answer = await self.client(who).get(f"/videos/{id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, path: str, who: Person | None = None, **headers: str) -> httpx.Response:
        """Whatever lies at `path`, outside the API too."""
        return await self.client(who, **headers).get(SITE + path)

    async def work(self) -> int:
        """Do every job that is queued, in order, as the media worker does; returns how many there were.

        A job that raises stays queued, and the error comes out here.
        """
        return await self._do_jobs(self.workshop.media_jobs)

    async def work_outside(self) -> int:
        """The same as the worker does that has a network."""
        return await self._do_jobs(self.workshop.outside_jobs)

    async def _do_jobs(self, handlers: Mapping[str, JobHandler]) -> int:
        done = 0
        while rows := await self.rows("SELECT id, task_name, args FROM procrastinate_jobs ORDER BY id LIMIT 1"):
            job = rows[0]
            await handlers[job["task_name"]](_as_dict(job["args"]))
            await self.rows("DELETE FROM procrastinate_jobs WHERE id = $1", job["id"])
            done += 1
        return done

    async def rows(self, query: str, *args: object) -> list[Any]:
        """Look behind the curtain. For looking only, but for the queue above and for faults."""
        connection = await connect(self.settings.database_url)
        try:
            return await connection.fetch(query, *args)
        finally:
            await connection.close()

    async def count_rows(self) -> dict[str, int]:
        """How many rows each table has."""
        tables = await self.rows(
            "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
        names = sorted(row["name"] for row in tables)
        return {name: (await self.rows(f'SELECT count(*) AS n FROM "{name}"'))[0]["n"] for name in names}

    async def faults(self) -> media.Findings:
        return await self.workshop.find_faults()

    def leftovers(self) -> list[Path]:
        """Files of uploads and of work in progress."""
        folders = (self.settings.uploads_dir, self.settings.work_dir)
        return [path for folder in folders if folder.is_dir() for path in folder.iterdir()]


def _as_dict(args: Any) -> dict[str, str]:
    return json.loads(args) if isinstance(args, str) else args


async def connect(database_url: str) -> Any:
    """A raw connection."""
    parts = urlsplit(database_url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return await cast("Any", asyncpg).connect(
        host=query["host"],
        port=int(query.get("port", parts.port or 5432)),
        user=query.get("user", parts.username),
        password=query.get("password", parts.password),
        database=parts.path.lstrip("/"),
    )


@cache
def _answers() -> Answers:
    return Answers(build_app(Settings()).openapi())


@asynccontextmanager
async def open_realm(settings: Settings, clock: HandClock, cast: Cast | None = None) -> AsyncGenerator[Realm]:
    """The web role and the workers of one realm, in this process."""
    app = build_app(settings, clock)
    async with app.router.lifespan_context(app), open_workshop(settings, clock) as workshop:
        realm = Realm(settings, clock, app, workshop, _answers(), cast)
        try:
            yield realm
        finally:
            await realm.close()


def stand_in_client(folder: Path) -> Path:
    """Put in `folder` what stands for the built client where no browser looks; returns it."""
    folder.mkdir(exist_ok=True)
    (folder / "api-docs.html").write_text("<!doctype html><title>API</title>")
    (folder / "index.html").write_text("<!doctype html><title>Reelm</title><!--reelm:head-->")
    return folder


async def build_stage(database: str, settings: Settings) -> Stage:
    """Let the cast make their accounts, clips and remarks."""
    client_dist = stand_in_client(settings.data.parent / "client-dist")
    now = datetime.now(UTC).replace(microsecond=0)
    clock = HandClock(now - timedelta(days=61))
    async with open_realm(settings, clock) as realm:
        early = await realm.sign_up("ana", PASSWORDS["ana"], locale="fr-CA")
        clock.advance(timedelta(days=61) - timedelta(minutes=30))
        ana = Person("ana", early.password, await realm.sign_in("ana", early.password))
        ben = await realm.sign_up("ben", PASSWORDS["ben"], country="CA", region="QC", locale="fr-CA")
        carl = await realm.sign_up("carl", PASSWORDS["carl"], country="US")
        clips = await _make_clips(realm, ana, settings.data.parent)
        viewer = realm.client(ben)
        await viewer.put("/accounts/ana/follow")
        await viewer.put(f"/videos/{clips['public']}/like")
        said = await viewer.post(f"/videos/{clips['public']}/comments", json={"text": "Magnifique !"})
        assert said.status_code == 201, said.text
        staff = [
            await realm.hire("olga", accounts.Role.OPERATOR),
            await realm.hire("otto", accounts.Role.OPERATOR),
            await realm.hire("mia", accounts.Role.MODERATOR),
            await realm.hire("aude", accounts.Role.AUDITOR),
        ]
        clock.advance(timedelta(minutes=30))
        people = Cast(ana, ben, carl, early.token, clips, said.json()["id"], *staff)
        return Stage(database, settings.data, client_dist, people, clock.now())


async def _make_clips(realm: Realm, ana: Person, folder: Path) -> dict[str, str]:
    """One clip of each kind; the public one has gone through the real engine."""
    source = footage.small(folder / "source.mp4", size="180x320", fps="15", seconds=1)
    public = await realm.post(ana, source.read_bytes(), caption="Place de la République")
    await realm.work()
    assert (await realm.video(public))["state"] == "published"
    private = await realm.publish(ana, caption="for nobody else", visibility="private")
    failed = await realm.publish_rubbish(ana)
    removed = await realm.publish(ana, caption="a mistake")
    assert (await realm.client(ana).delete(f"/videos/{removed}")).status_code == 204
    await realm.work()
    picture = hostile.png(64, 64)
    assert (await realm.client(ana).put("/me/avatar", content=picture)).status_code == 200
    return {"public": public, "private": private, "failed": failed, "removed": removed}
