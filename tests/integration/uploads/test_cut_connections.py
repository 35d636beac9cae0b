"""Connections that break and servers that die in the middle of a body, with real sockets and real processes."""

import json
import os
import socket
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from tests.integration.processes import Role, start, wait_until
from tests.integration.world import CHUNK, TUS, Stage

from reelm.infra.settings import Settings

CONTENT = os.urandom(3_000_000)
HALF = len(CONTENT) // 2


@pytest.fixture
def web(settings: Settings, tmp_path: Path) -> Generator[Role]:
    """The web role over a copy of the stage."""
    role = start("web", settings, tmp_path / "web.log")
    yield role
    role.stop()


@pytest.fixture
def ana(web: Role, stage: Stage) -> Generator[httpx.Client]:
    with web.client(stage.cast.ana.token) as client:
        yield client


def _open(client: httpx.Client, size: int = len(CONTENT)) -> str:
    answer = client.post("/uploads", headers=TUS | {"Upload-Length": str(size)})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def _offset(client: httpx.Client, upload: str) -> int:
    return int(client.head(f"/uploads/{upload}", headers=TUS).headers["upload-offset"])


def _head(method: str, path: str, token: str, length: int, **headers: str) -> bytes:
    """The head of an HTTP/1.1 request that announces `length` bytes."""
    fields = {"Host": "reelm", "Authorization": f"Bearer {token}", "Content-Length": str(length)} | headers
    lines = [f"{method} /api/v1{path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def _patch_head(upload: str, token: str, offset: int, length: int) -> bytes:
    return _head("PATCH", f"/uploads/{upload}", token, length, **TUS, **CHUNK, **{"Upload-Offset": str(offset)})


def _refusals(web: Role) -> list[dict[str, object]]:
    return [json.loads(line) for line in web.log if '"refused"' in line]


def test_what_arrived_before_the_cut_is_kept_and_the_upload_goes_on(
    web: Role, ana: httpx.Client, stage: Stage, settings: Settings
) -> None:
    upload = _open(ana)
    cut = web.send_raw(_patch_head(upload, stage.cast.ana.token, 0, len(CONTENT)), CONTENT[:HALF])
    cut.close()
    wait_until(lambda: _offset(ana, upload) > 0)
    offset = _offset(ana, upload)
    assert 0 < offset <= HALF
    assert (settings.uploads_dir / upload).read_bytes()[:offset] == CONTENT[:offset]
    headers = TUS | CHUNK | {"Upload-Offset": str(offset)}
    rest = ana.patch(f"/uploads/{upload}", headers=headers, content=CONTENT[offset:])
    assert (rest.status_code, rest.headers["upload-offset"]) == (204, str(len(CONTENT)))
    assert (settings.uploads_dir / upload).read_bytes() == CONTENT
    (refusal,) = _refusals(web)
    assert (refusal["problem"], refusal["status"]) == ("body-cut-off", 400)
    assert stage.cast.ana.token not in "".join(web.log)


def test_every_byte_that_arrived_counts(web: Role, ana: httpx.Client, stage: Stage) -> None:
    upload = _open(ana)
    connection = web.send_raw(_patch_head(upload, stage.cast.ana.token, 0, len(CONTENT)), CONTENT[:HALF])
    connection.shutdown(socket.SHUT_WR)  # the server reads to the end of what was sent
    connection.recv(65536)
    connection.close()
    wait_until(lambda: _offset(ana, upload) == HALF)


def test_a_chunk_with_a_checksum_counts_whole_or_not_at_all(web: Role, ana: httpx.Client, stage: Stage) -> None:
    upload = _open(ana)
    checksum = {"Upload-Checksum": "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "Upload-Offset": "0"}
    head = _head("PATCH", f"/uploads/{upload}", stage.cast.ana.token, len(CONTENT), **TUS, **CHUNK, **checksum)
    web.send_raw(head, CONTENT[:HALF]).close()
    wait_until(lambda: len(_refusals(web)) == 1)
    assert _offset(ana, upload) == 0


def test_a_kill_in_the_middle_loses_nothing_that_was_acknowledged(
    web: Role, ana: httpx.Client, stage: Stage, settings: Settings, tmp_path: Path
) -> None:
    upload, first = _open(ana), 100_000
    headers = TUS | CHUNK | {"Upload-Offset": "0"}
    assert ana.patch(f"/uploads/{upload}", headers=headers, content=CONTENT[:first]).status_code == 204
    connection = web.send_raw(
        _patch_head(upload, stage.cast.ana.token, first, len(CONTENT) - first), CONTENT[first:HALF]
    )
    wait_until(lambda: (settings.uploads_dir / upload).stat().st_size > first)
    web.kill()
    connection.close()
    again = start("web", settings, tmp_path / "again.log")
    web.process = again.process  # for the fixture to stop
    with again.client(stage.cast.ana.token) as client:
        offset = _offset(client, upload)
        assert first <= offset <= HALF
        assert (settings.uploads_dir / upload).read_bytes()[:offset] == CONTENT[:offset]
        headers = TUS | CHUNK | {"Upload-Offset": str(offset)}
        assert client.patch(f"/uploads/{upload}", headers=headers, content=CONTENT[offset:]).status_code == 204
    assert (settings.uploads_dir / upload).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/videos", "application/json"),
        ("POST", "/events", "application/json"),
        ("PUT", "/me/avatar", "image/png"),
    ],
)
def test_a_body_cut_half_way_is_refused_once_and_changes_nothing(
    web: Role, ana: httpx.Client, stage: Stage, method: str, path: str, kind: str
) -> None:
    before = ana.get("/me").json()
    head = _head(method, path, stage.cast.ana.token, 100_000, **{"Content-Type": kind})
    web.send_raw(head, b'{"caption": "only half of it').close()
    wait_until(lambda: bool(_refusals(web)))
    assert ana.get("/me").json() == before
    (refusal,) = _refusals(web)
    assert (refusal["problem"], refusal["status"]) == ("body-cut-off", 400)
    assert not [line for line in web.log if "only half" in line or '"level":"error"' in line]
    assert ana.post("/events", json={"events": []}).status_code == 202


def test_stopping_is_clean(web: Role, ana: httpx.Client) -> None:
    assert ana.get("/me").status_code == 200
    ana.close()
    assert web.stop() == 0
    assert [line for line in web.log if '"level":"error"' in line] == []
