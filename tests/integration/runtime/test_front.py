"""What nginx promises in front of the web role: limits, streaming, ranges, privacy, and refusals people can read."""

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Generator
from pathlib import Path

import pytest
from tests.integration.runtime import cells

HEADERS = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Generator[cells.Cell]:
    folder = tmp_path_factory.mktemp("front")
    assets = folder / "dist" / "assets"
    assets.mkdir(parents=True)
    (assets / "app-1a2b.js").write_text("export const x = 1;\n" * 200)
    running = cells.start(folder / "var", demo=True, env={"REELM_CLIENT_DIST": str(folder / "dist")})
    running.wait_for("ready")
    yield running
    running.stop()


def call(
    cell: cells.Cell,
    path: str,
    *,
    body: bytes | None = None,
    method: str = "GET",
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """One call: status, headers in lower case, body."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{cell.port}{path}", data=body, method=method, headers={**HEADERS, **(headers or {})}
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


@pytest.mark.parametrize(
    ("path", "megabytes", "status"),
    [
        ("/api/v1/videos", 1, 200),
        ("/api/v1/videos", 3, 413),
        ("/api/v1/me/avatar", 5, 200),
        ("/api/v1/me/avatar", 7, 413),
        ("/api/v1/uploads/1", 30, 200),
    ],
)
def test_a_body_may_be_as_large_as_its_address_takes(
    cell: cells.Cell, path: str, megabytes: int, status: int
) -> None:
    body = bytes(megabytes * 1_000_000)
    try:
        got, _, answer = call(cell, path, body=body, method="PATCH")
    except urllib.error.URLError:  # nginx answered and closed before all was sent; curl and browsers show the answer
        got, _, answer = call(cell, path, body=b"", method="PATCH", headers={"Content-Length": str(len(body))})
    assert got == status
    if status == 200:
        assert answer == str(len(body)).encode()


@pytest.mark.parametrize(("language", "title"), [("en-GB", "Too much at once"), ("fr-CA,fr;q=0.9", "Trop d’un coup")])
def test_a_refusal_of_nginxs_own_is_a_problem_in_the_persons_language(
    cell: cells.Cell, language: str, title: str
) -> None:
    headers = {"Accept-Language": language, "Content-Length": "9000000"}
    status, answered, body = call(cell, "/api/v1/videos", body=b"", method="POST", headers=headers)
    problem = json.loads(body)
    assert (status, answered["content-type"]) == (413, "application/problem+json")
    assert problem["type"] == "/problems/body-too-large"
    assert problem["title"] == title
    assert problem["detail"]


def test_clips_come_by_range_and_only_through_the_web_role(cell: cells.Cell) -> None:
    status, headers, body = call(cell, "/media/1/480.mp4", headers={"Range": "bytes=10-19"})
    assert (status, body) == (206, bytes(range(10, 20)))
    assert headers["content-type"] == "video/mp4"
    assert headers["x-content-type-options"] == "nosniff"
    status, headers, _ = call(cell, "/_blobs/clip.mp4")
    assert (status, headers["content-type"]) == (404, "application/problem+json")


def test_the_clients_files_are_kept_for_a_year_and_compressed(cell: cells.Cell) -> None:
    status, headers, _ = call(cell, "/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    status, headers, _ = call(cell, "/assets/gone.js")
    assert (status, headers["cache-control"]) == (404, "no-store")


def test_the_web_role_learns_who_asks_and_cannot_be_told_otherwise(cell: cells.Cell) -> None:
    _, headers, body = call(cell, "/echo", headers={"X-Real-IP": "203.0.113.9", "X-Forwarded-For": "203.0.113.9"})
    heard = json.loads(body)
    assert (heard["x-real-ip"], heard["x-forwarded-for"], heard["x-forwarded-proto"]) == (
        "127.0.0.1",
        "127.0.0.1",
        "http",
    )
    assert headers["server"] == "nginx"


def test_a_web_role_that_is_down_is_said_and_comes_back(cell: cells.Cell) -> None:
    cell.child("serve web").send_signal(signal.SIGKILL)
    assert cells.eventually(lambda: call(cell, "/")[0] == 502, 3)
    status, headers, body = call(cell, "/", headers={"Accept-Language": "en"})
    if status == 502:  # it may be back already
        assert headers["content-type"] == "application/problem+json"
        assert json.loads(body)["detail"] == "The server is starting or restarting. Try again in a few seconds."
    assert cells.eventually(lambda: call(cell, "/")[0] == 200)


def test_no_log_holds_an_address_of_a_caller(cell: cells.Cell) -> None:
    call(cell, "/nowhere")
    for name in ("nginx.log", "postgres.log"):
        assert "127.0.0.1" not in Path(cell.data, "logs", name).read_text()
    assert not (cell.data / "logs" / "access.log").exists()
