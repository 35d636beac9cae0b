"""Is the cell answering? The smallest HTTP client that can say so, so that the supervisor stays small."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

LARGEST_ANSWER_BYTES = 2_000_000


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: its status and its body, whatever arrived of it."""

    status: int
    body: bytes

    def json(self) -> object:
        """The body read as JSON; `None` when it is not."""
        try:
            return cast(object, json.loads(self.body))
        except ValueError:
            return None


def fetch(port: int, path: str, *, byte_range: str | None = None, timeout_s: float = 5.0) -> Answer | None:
    """GET `path` from this machine's `port`; `None` when nothing sensible answers."""
    lines = [f"GET {path} HTTP/1.0", f"Host: 127.0.0.1:{port}", "Connection: close", "Accept: */*"]
    if byte_range is not None:
        lines.append(f"Range: bytes={byte_range}")
    received = bytearray()
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=timeout_s)) as connection:
            connection.settimeout(timeout_s)
            connection.sendall("\r\n".join((*lines, "", "")).encode())
            while len(received) < LARGEST_ANSWER_BYTES and (part := connection.recv(65536)):
                received += part
    except OSError:
        return None
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    words = head.split(None, 2)
    return Answer(int(words[1]), body) if len(words) > 1 and words[1].isdigit() else None


def is_listening(port: int) -> bool:
    """Whether something takes connections on this machine's `port`."""
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
        return True
    return False


def is_free(port: int) -> bool:
    """Whether this process could listen on `port`. Raises `PermissionError` for a port kept for root."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise
        except OSError:
            return False
        return True


def is_healthy(port: int) -> bool:
    """Whether the web role answers its health call and serves the first page."""
    for path in ("/api/v1/health", "/"):
        answer = fetch(port, path)
        if answer is None or answer.status != 200:
            return False
    return True


def is_clip_playable(port: int) -> bool:
    """Whether the feed has a clip whose smallest rendition answers a Range request."""
    answer = fetch(port, "/api/v1/feed?limit=1")
    if answer is None or answer.status != 200:
        return False
    url = next(_rendition_urls(answer.json()), None)
    if url is None:
        return False
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    clip = fetch(port, path, byte_range="0-1")
    return clip is not None and clip.status == 206 and len(clip.body) == 2


def _rendition_urls(feed: object) -> Iterator[str]:
    """Addresses of the clips' renditions in a feed answer, as they come.

    >>> list(_rendition_urls({"items": [{"video": {"renditions": [{"url": "/media/1/480.mp4"}]}}]}))
    ['/media/1/480.mp4']
    >>> list(_rendition_urls({"items": []})), list(_rendition_urls(None))
    ([], [])
    """
    for item in _listed(feed, "items"):
        for rendition in _listed(_entry(item, "video"), "renditions"):
            url = _entry(rendition, "url")
            if isinstance(url, str):
                yield url


def _entry(value: object, name: str) -> object:
    return cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None


def _listed(value: object, name: str) -> list[object]:
    found = _entry(value, name)
    return cast("list[object]", found) if isinstance(found, list) else []
