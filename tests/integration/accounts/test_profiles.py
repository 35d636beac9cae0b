"""What people show of themselves."""

import io
import struct
import zlib
from pathlib import Path

import av
import pytest
from tests import hostile
from tests.integration.world import SITE, Realm

SECRET_PLACE = b"GPS 48.8577N 2.2950E"


async def test_a_profile_shows_what_its_owner_wrote(realm: Realm) -> None:
    edit = {"display_name": "Ana  B \u202e", "bio": "Films la rue.\nQuébec ↔ Paris", "locale": "en"}
    changed = await realm.client(realm.people.ana).patch("/me", json=edit)
    assert changed.status_code == 200
    assert changed.json()["locale"] == "en"
    shown = (await realm.client().get("/accounts/Ana")).json()
    assert (shown["display_name"], shown["bio"]) == ("Ana  B", "Films la rue.\nQuébec ↔ Paris")
    assert shown["counts"] == {"followers": 1, "following": 0, "videos": 1, "likes": 1}
    assert shown["you"] == {"follows": False, "is_you": False, "muted": False}
    assert (await realm.client(realm.people.ben).get("/accounts/ana")).json()["you"]["follows"]
    assert (await realm.client(realm.people.ana).get("/accounts/ana")).json()["you"]["is_you"]


async def test_what_is_left_out_of_an_edit_stays(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    await ana.patch("/me", json={"bio": "one"})
    await ana.patch("/me", json={"display_name": "Ana"})
    assert (await ana.get("/me")).json()["bio"] == "one"


async def test_a_profile_tells_nobody_else_where_its_owner_lives_or_when_they_were_born(realm: Realm) -> None:
    text = (await realm.client(realm.people.carl).get("/accounts/ben")).text
    assert "QC" not in text
    assert "1990" not in text
    assert "birth" not in (await realm.client(realm.people.ben).get("/me")).text


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ({"display_name": " \u202e"}, "display-name-not-taken"),
        ({"display_name": "x" * 51}, "text-too-long"),
        ({"bio": "x" * 301}, "text-too-long"),
        ({"locale": "tlh"}, "locale-not-offered"),
        ({"bio": 7}, "request-not-understood"),
    ],
)
async def test_an_edit_that_is_wrong_is_refused_by_name(realm: Realm, edit: dict[str, str], expected: str) -> None:
    answer = await realm.client(realm.people.ana).patch("/me", json=edit)
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{expected}")


@pytest.mark.parametrize("handle", ["zoe", "zo%00e", "%F0%9F%A6%86", "a%2Fb"])
async def test_a_handle_nobody_has_is_answered_404(realm: Realm, handle: str) -> None:
    for path in (f"/accounts/{handle}", f"/accounts/{handle}/videos"):
        assert (await realm.client().get(path)).status_code == 404
    assert (await realm.get(f"/@{handle}")).status_code == 404


def _png_with_a_place() -> bytes:
    """A red PNG of 300x200 that tells where it was taken."""
    rows = b"".join(b"\0" + b"\xff\0\0" * 300 for _ in range(200))
    text = b"Comment\0" + SECRET_PLACE
    header = struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 0)
    exif = (b"eXIf", b"MM\0*\0\0\0\x08" + bytes(6) + SECRET_PLACE)
    chunks = ((b"IHDR", header), (b"tEXt", text), exif, (b"IDAT", zlib.compress(rows)))
    body = b"".join(_chunk(kind, content) for kind, content in (*chunks, (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


async def test_an_avatar_is_served_as_a_clean_square(realm: Realm) -> None:
    carl, picture = realm.client(realm.people.carl), _png_with_a_place()
    assert SECRET_PLACE in picture
    changed = await carl.put("/me/avatar", content=picture)
    assert changed.status_code == 200, changed.text
    served = await realm.get(changed.json()["avatar"])
    assert (served.status_code, served.headers["content-type"]) == (200, "image/webp")
    assert SECRET_PLACE not in served.content
    assert b"EXIF" not in served.content
    with av.open(io.BytesIO(served.content), "r") as file:
        frame = next(file.decode(video=0))
        assert (frame.width, frame.height) == (256, 256)
    shown = (await realm.client().get("/accounts/carl")).json()
    assert shown["avatar"] == changed.json()["avatar"]
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean


async def test_the_avatar_before_is_gone_from_disk(realm: Realm) -> None:
    ana = realm.client(realm.people.ana)
    first = (await ana.get("/me")).json()["avatar"]
    second = (await ana.put("/me/avatar", content=hostile.png(80, 80))).json()["avatar"]
    assert first != second
    assert (await realm.get(first)).status_code == 404
    assert (await realm.get(second)).status_code == 200
    assert (await ana.delete("/me/avatar")).json()["avatar"] is None
    assert (await realm.get(second)).status_code == 404
    assert (await realm.faults()).is_clean
    assert _files(realm.settings.blobs_dir / "avatars") == []


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        hostile.png(64, 64)[:33],
        b"GIF89a" + bytes(90),
    ],
    ids=["empty", "text", "svg", "truncated", "gif"],
)
async def test_what_is_no_picture_is_refused_and_leaves_nothing(realm: Realm, picture: bytes) -> None:
    before = (await realm.client(realm.people.ana).get("/me")).json()["avatar"]
    answer = await realm.client(realm.people.ana).put("/me/avatar", content=picture)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/image-not-taken")
    assert (await realm.client(realm.people.ana).get("/me")).json()["avatar"] == before
    assert realm.leftovers() == []
    assert (await realm.faults()).is_clean


async def test_a_picture_beyond_five_megabytes_is_refused(realm: Realm) -> None:
    answer = await realm.client(realm.people.ana).put("/me/avatar", content=bytes(5 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["limit_bytes"]) == (413, 5 * 1024 * 1024)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_no_other_file_is_served_under_avatars(realm: Realm) -> None:
    me = (await realm.client(realm.people.ana).get("/me")).json()
    account = me["avatar"].split("/")[-2]
    for name in ("..%2F..%2Fkeys%2Fsecret", "secret", f"{'0' * 32}.webp", "%00.webp"):
        assert (await realm.client().get(f"{SITE}/media/avatars/{account}/{name}")).status_code == 404
