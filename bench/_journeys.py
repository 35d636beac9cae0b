"""What do people, staff and operators do in the sweep? Every feature there is, each thing they write a canary.

A canary is a word of 20 random letters and figures behind the realm and what it is, so that whoever finds one by hand
knows whose it is.
"""

import secrets
import shutil
import signal
import string
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from tests import footage

from bench._fleet import Realm, until

HOMES = {"eu": ("FR", None), "ca-qc": ("CA", "QC"), "us": ("US", None)}
TUS = {"Tus-Resumable": "1.0.0"}
_LETTERS = string.ascii_lowercase + string.digits
_births = count()
_looks = count(43_218_765, 1_117)


def canary(realm: str, what: str) -> str:
    """A word that is nobody else's, as a handle may be too."""
    return f"{realm.replace('-', '')}{what}{''.join(secrets.choice(_LETTERS) for _ in range(20))}"


def birthday(years: int) -> date:
    """A date of birth that nobody else has."""
    return date(2026 - years, 1, 1) + timedelta(days=next(_births))


@dataclass
class Somebody:
    """A person with a canary in everything that they can write."""

    realm: Realm
    handle: str
    password: str
    email: str
    born: date
    session: httpx.Client
    token: str

    def post(self, path: str, body: Any = None, *, ok: bool = True) -> Any:
        return _answer(self.session.post(path, json=body), ok=ok)

    def put(self, path: str) -> Any:
        return _answer(self.session.put(path))

    def get(self, path: str) -> Any:
        return _answer(self.session.get(path))


def _answer(answer: httpx.Response, *, ok: bool = True) -> Any:
    if ok:
        answer.raise_for_status()
    is_json = answer.content and answer.headers.get("content-type", "").startswith("application/json")
    return answer.json() if is_json else answer.content


@dataclass
class Town:
    """One realm with its people and what they made."""

    realm: Realm
    author: Somebody
    viewer: Somebody
    minor: Somebody
    staff: tuple[Somebody, Somebody, Somebody]
    public: str = ""
    private: str = ""
    minors_clip: str = ""
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    taken_back: list[str] = field(default_factory=list[str])


def settle(realm: Realm, work: Path) -> Town:
    """People come: an author, a viewer, a minor and three of staff; every profile is filled in."""
    author, viewer, minor = (join(realm, what, years, work) for what, years in (("a", 41), ("v", 33), ("m", 16)))
    staff = _hire(realm, "moderator"), _hire(realm, "operator"), _hire(realm, "auditor")
    return Town(realm, author, viewer, minor, staff)


def join(realm: Realm, what: str, years: int, work: Path) -> Somebody:
    """Somebody signs up, and fills in their profile."""
    country, region = HOMES[realm.code]
    handle = canary(realm.code, what)[:30]
    password, email = canary(realm.code, "pass"), f"{canary(realm.code, 'mail')}@example.org"
    form = {
        "handle": handle,
        "password": password,
        "email": email,
        "birth_date": birthday(years).isoformat(),
        "country": country,
        "region": region,
        "locale": "en",
    }
    _answer(realm.client().post("/accounts", json=form))
    person = sign_in(realm, handle, password, email, date.fromisoformat(str(form["birth_date"])))
    profile = {"display_name": canary(realm.code, "name"), "bio": f"I am {canary(realm.code, 'bio')}."}
    _answer(person.session.patch("/me", json=profile))
    look = f"color=0x{secrets.token_hex(3)}:size=300x300"
    picture = footage.make(work / "face.png", "-f", "lavfi", "-i", look, "-frames:v", "1")
    _answer(person.session.put("/me/avatar", content=picture.read_bytes()))
    return person


def sign_in(realm: Realm, handle: str, password: str, email: str, born: date) -> Somebody:
    token = _answer(realm.client().post("/session", json={"handle": handle, "password": password}))["token"]
    return Somebody(realm, handle, password, email, born, realm.client(token), token)


def _hire(realm: Realm, role: str, where: str | None = None) -> Somebody:
    """Somebody of staff, who lives in the realm or in another one."""
    country, region = HOMES[where or realm.code]
    handle, password, born = canary(realm.code, "s")[:30], canary(realm.code, "pass"), birthday(50)
    words = ["account", "create", "--handle", handle, "--birth-date", str(born), "--country", country]
    words += ["--region", region] if region else []
    done = realm.run(*words, "--role", role, "--password-stdin", text=password)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return sign_in(realm, handle, password, "", born)


def post_clips(town: Town, work: Path) -> None:
    """A public clip, a private one, one of a minor, and an upload that nobody finishes."""
    code = town.realm.code
    town.secrets["upload metadata"] = title = canary(code, "meta")
    town.public = post(town.author, film(work, title), canary(code, "caption"), "public")
    town.private = post(town.author, film(work, title), canary(code, "private"), "private")
    town.minors_clip = post(town.minor, film(work, title), canary(code, "minor"), "public")
    town.viewer.session.post("/uploads", headers={**TUS, "Upload-Length": "4096"}).raise_for_status()


def film(work: Path, title: str) -> bytes:
    """A clip of a second; no two look or sound alike."""
    look = ("-vf", f"hue=h={secrets.randbelow(360)}:s={1 + secrets.randbelow(1000) / 1000}")
    sound = ("-af", f"asetrate={40_000 + secrets.randbelow(8_000)},aresample=44100", "-metadata")
    path = footage.small(work / "clip.mp4", *look, *sound, f"title={title}", size="180x320", fps="15", seconds=1)
    return path.read_bytes()


def post(person: Somebody, content: bytes, caption: str, visibility: str) -> str:
    opened = person.session.post("/uploads", headers={**TUS, "Upload-Length": str(len(content))})
    id = opened.raise_for_status().headers["location"].rpartition("/")[2]
    headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    person.session.patch(f"/uploads/{id}", headers=headers, content=content).raise_for_status()
    return person.post("/videos", {"upload_id": id, "caption": caption, "visibility": visibility})["id"]


def wait_for_clips(towns: Sequence[Town]) -> None:
    """Until every clip can be played at home, and every public one of an adult in each other realm."""
    for town in towns:
        wait_for_own_clips(town)
    for town, other in pairs(towns):
        until(lambda t=town, o=other: is_shown(t, o.public), f"{town.realm.code} never shows a clip of another realm")


def wait_for_own_clips(town: Town) -> None:
    """Until every clip can be played at home."""
    for person, clip in ((town.author, town.public), (town.author, town.private), (town.minor, town.minors_clip)):
        wait_for_clip(town.realm, person, clip)


def wait_for_clip(realm: Realm, person: Somebody, clip: str) -> None:
    """Until a clip can be played. Raises `RuntimeError` with what the media worker said, where none will be."""

    def read_state() -> str:
        return person.get(f"/videos/{clip}")["state"]

    with suppress(TimeoutError):
        until(lambda: read_state() in ("published", "failed"), "nothing comes of it")
    if (state := read_state()) != "published":
        said = (realm.folder / "logs" / "media-worker.log").read_text()[-4000:]
        raise RuntimeError(f"a clip of {realm.code} is {state}; its media worker said: {said}")


def is_shown(town: Town, clip: str) -> bool:
    return town.realm.client().get(f"/videos/{clip}").status_code == 200


def pairs(towns: Sequence[Town]) -> Iterator[tuple[Town, Town]]:
    """Each town with each other one."""
    for town in towns:
        for other in towns:
            if other is not town:
                yield town, other


def visit(town: Town, other: Town) -> None:
    """The people of a town watch, like, follow and remark upon what is of another one, after they were told."""
    code, viewer = other.realm.code, town.viewer
    shown = viewer.get(f"/videos/{other.public}?home={code}")
    for rendition in shown["renditions"]:
        httpx.get(town.realm.address + rendition["url"], timeout=60).raise_for_status()
    watch(viewer, other.public)
    viewer.put(f"/videos/{other.public}/like")
    viewer.get(f"/accounts/{other.author.handle}@{code}")
    viewer.put(f"/accounts/{other.author.handle}@{code}/follow?told={code}")
    remark = {"text": f"Bravo {canary(town.realm.code, 'remark')}", "told": code}
    viewer.post(f"/videos/{other.public}/comments", remark)
    taken_back = viewer.post(f"/videos/{other.public}/comments", remark | {"text": canary(town.realm.code, "oops")})
    viewer.session.delete(f"/videos/{other.public}/comments/{taken_back['id']}").raise_for_status()
    town.taken_back += [taken_back["id"], taken_back["text"]]
    viewer.get(f"/videos/{other.public}/comments")
    town.minor.post(
        f"/videos/{other.public}/comments", {"text": canary(town.realm.code, "kid"), "told": code}, ok=False
    )
    town.minor.session.put(f"/accounts/{other.author.handle}@{code}/follow?told={code}")
    viewer.session.get(f"/accounts/{other.minor.handle}@{code}")
    viewer.session.get(f"/videos/{other.private}?home={code}")
    viewer.session.get(f"/videos/{other.minors_clip}?home={code}")


def live(town: Town) -> None:
    """What people do at home: they watch, like, share, follow, remark, read what happened, and look at their log."""
    viewer, author, code = town.viewer, town.author, town.realm.code
    for clip in (town.public, town.minors_clip):
        watch(viewer, clip)
        viewer.put(f"/videos/{clip}/like")
        viewer.post(f"/videos/{clip}/comments", {"text": f"At home {canary(code, 'home')}"})
    town.minor.post(f"/videos/{town.public}/comments", {"text": canary(code, "kidhome")})
    viewer.put(f"/accounts/{author.handle}/follow")
    viewer.put(f"/accounts/{town.minor.handle}/follow")
    viewer.session.delete(f"/accounts/{town.minor.handle}/follow").raise_for_status()
    author.get("/notifications")
    author.post("/notifications/read")
    for path in ("/me", "/me/residence", "/me/ledger", "/me/ledger/key", "/feed?limit=20", "/feed?mode=following"):
        author.get(path)
    _answer(author.session.patch(f"/videos/{town.private}", json={"caption": canary(code, "edited")}))


def watch(viewer: Somebody, clip: str) -> None:
    """Shown and watched, for longer than anybody can: it is stored as what is possible."""
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    seen = {"impression_id": str(uuid4()), "video_id": clip, "kind": "view", "watched_ms": next(_looks), "at": at}
    shared = {"impression_id": str(uuid4()), "video_id": clip, "kind": "share", "at": at}
    viewer.post("/events", {"events": [seen, shared]})


def change_their_mind(town: Town, others: Sequence[Town], look: Callable[[], None]) -> None:
    """The author keeps the public clip to themselves, which the other realms are told; and shows it again."""
    for visibility, shown in (("private", False), ("public", True)):
        _answer(town.author.session.patch(f"/videos/{town.public}", json={"visibility": visibility}))
        for other in others:
            until(
                lambda o=other, s=shown: is_shown(o, town.public) is s,
                f"{other.realm.code} never learns that a clip is {visibility}",
            )
        look()


def look_as_staff(town: Town) -> None:
    """Staff ask, a second one agrees, they look at all there is; and once they break the glass."""
    asker, second, judge = town.staff
    offered = asker.get("/access/terms")
    classes = sorted({one for collection in offered["collections"] for one in collection["classes"]})
    form = {"handle": town.author.handle, "reason": "person-asked-for-help", "classes": classes, "minutes": 30}
    id = asker.post("/access/requests", form)["id"]
    second.post(f"/access/requests/{id}/approve")
    asker.post(f"/access/requests/{id}/open")
    for collection in offered["collections"]:
        asker.get(f"/access/requests/{id}/data/{collection['name']}")
    asker.post(f"/access/requests/{id}/end")
    broken = second.post("/access/break-glass", form | {"handle": town.viewer.handle})["id"]
    second.get(f"/access/requests/{broken}/data/profile")
    second.post(f"/access/requests/{broken}/end")
    judge.post(f"/access/requests/{broken}/review", {"finding": "justified"})


def look_from_abroad(town: Town, other: Town) -> None:
    """Staff who live where another realm serves people look: at what may be shown there, and at what may not."""
    far, second = _hire(town.realm, "moderator", other.realm.code), town.staff[1]
    offered = far.get("/access/terms")
    for collection in offered["collections"]:
        form = {"handle": town.author.handle, "reason": "person-asked-for-help", "minutes": 30}
        id = far.post("/access/requests", form | {"classes": collection["classes"]})["id"]
        second.post(f"/access/requests/{id}/approve")
        far.post(f"/access/requests/{id}/open")
        far.session.get(f"/access/requests/{id}/data/{collection['name']}")
        far.post(f"/access/requests/{id}/end")


def err(town: Town) -> None:
    """Wrong input that carries what is private, in bodies, addresses, queries and headers: 4xx and worse."""
    author, stranger = town.author, town.realm.client()
    private, mail = canary(town.realm.code, "wrong"), author.email
    town.secrets["wrong input"] = private
    for path in (
        f"/videos/{private}",
        f"/nothing/{mail}",
        f"/feed?cursor={private}",
        f"/accounts/{private}@atlantis",
    ):
        author.session.get(path)
    author.post("/accounts", {"handle": author.handle, "email": mail, "birth_date": private}, ok=False)
    author.post("/session", {"handle": author.handle, "password": private}, ok=False)
    author.post(f"/videos/{town.public}/comments", {"text": private * 100}, ok=False)
    author.post("/videos", {"upload_id": str(uuid4()), "caption": private}, ok=False)
    author.post("/events", {"events": [{"video_id": mail}]}, ok=False)
    author.session.patch("/me", json={"display_name": private * 9, "locale": mail})
    author.session.put("/me/avatar", content=private.encode() * 50)
    author.session.post("/me/password", json={"current": private, "new": mail})
    stranger.post("/session", content=f'{{"handle": "{mail}", "pass'.encode())
    stranger.get("/me", headers={"Authorization": f"Bearer {private}", "Cookie": f"x={mail}"})
    with suppress(httpx.HTTPError):
        stranger.get("/me", headers={"X-Long": private * 400})


def knock_at_the_wrong_door(town: Town, other: Town) -> None:
    """A stale client signs somebody up in a realm that is not theirs, and somebody signs in there."""
    code = town.realm.code
    town.secrets[f"sign-up in {other.realm.code}"] = mail = canary(code, "stale")
    country, region = HOMES[code]
    form = {"handle": mail[:30], "password": mail, "email": f"{mail}@example.org", "birth_date": "1990-01-31"}
    stranger = other.realm.client()
    refused = stranger.post("/accounts", json=form | {"country": country, "region": region, "locale": "en"})
    if refused.status_code < 400:
        raise RuntimeError("somebody could sign up in a realm that is not theirs")
    author = town.author
    stranger.post("/session", json={"handle": author.handle, "password": author.password})
    stranger.get("/me", headers={"Authorization": f"Bearer {author.token}"})


def crash(town: Town) -> None:
    """Two roles are ended as faults end them, with leave to write core files; the cell starts them again."""
    for name, number in (("media-worker", signal.SIGSEGV), ("web", signal.SIGABRT)):
        before = town.realm.role(name)
        before.send_signal(number)
        until(lambda n=name, b=before: town.realm.role(n).pid != b.pid, f"{name} is not started again")
    until(lambda: _is_healthy(town.realm), "a realm does not answer after a crash")


def _is_healthy(realm: Realm) -> bool:
    with suppress(httpx.HTTPError):
        return realm.client().get("/health").status_code == 200
    return False


def operate(town: Town, kept: Path) -> None:
    """The operator looks after the realm: doctor, fsck, logs put by, and a copy of the folder as backup."""
    realm = town.realm
    realm.run("doctor")
    checked = realm.run("ledger", "fsck")
    if checked.returncode:
        raise RuntimeError(f"{realm.code}: {checked.stdout}{checked.stderr}")
    logs = kept / "logs"
    shutil.copytree(realm.folder / "logs", logs)
    shutil.make_archive(str(kept / "logs"), "gztar", logs)
    shutil.copytree(
        realm.folder, kept / "backup", symlinks=True, ignore=_no_sockets, copy_function=_copy_what_is_there
    )


def _no_sockets(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not (Path(folder) / name).is_dir() and not (Path(folder) / name).is_file()}


def _copy_what_is_there(source: str, target: str) -> str:
    """A file that goes away meanwhile is not in the copy."""
    with suppress(FileNotFoundError):
        shutil.copyfile(source, target)
    return target


def act_while_away(town: Town, others: Sequence[Town], look: Callable[[], None]) -> None:
    """Remarks and follows towards a realm whose gateway does not answer wait in the outbox; `look` then."""
    gateway = town.realm.role("gateway")
    gateway.suspend()
    try:
        for other in others:
            text = f"Later {canary(other.realm.code, 'later')}"
            other.viewer.post(f"/videos/{town.public}/comments", {"text": text, "told": town.realm.code})
        look()
    finally:
        gateway.resume()
    for other in others:
        until(lambda o=other: not _count_waiting(o.realm), f"{other.realm.code} never gets rid of what waits")


def _count_waiting(realm: Realm) -> int:
    with realm.database() as database:
        found = database.execute("SELECT count(*) FROM gateway_outbox").fetchone()
        return found[0] if found else 0
