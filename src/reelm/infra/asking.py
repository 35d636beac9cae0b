"""How does a program on somebody's device call a realm's API? JSON over HTTP, of limited size and in limited time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self, cast

import httpx

from reelm.infra.fetch import AddressNotAnswering

WHOLE_S = 30.0
LIMIT_BYTES = 8 * 1024 * 1024
_NO_CONTENT = 204


@dataclass(frozen=True)
class Heard:
    """What was answered, and what time it was there. `told` is nothing where there was no object of JSON."""

    status: int
    told: Mapping[str, Any] | None
    at: datetime | None


class Line:
    """A line to one realm. Use it as a context."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(timeout=WHOLE_S, headers={"User-Agent": "reelm-agent"}, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, method: str, path: str, told: Any = None, **headers: str) -> Heard:
        """Call what is at `path` of the API. Raises `AddressNotAnswering`; a refusal is an answer."""
        url = f"{self.url}/api/v1{path}"
        try:
            with self._client.stream(method, url, json=told, headers=headers) as answer:
                if answer.is_redirect:
                    raise AddressNotAnswering(url=url, fault="redirect")
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > LIMIT_BYTES:
                        raise AddressNotAnswering(url=url, fault="too-large")
                return Heard(answer.status_code, _read(answer, content), _read_date(answer.headers.get("date", "")))
        except httpx.TimeoutException:
            raise AddressNotAnswering(url=url, fault="timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise AddressNotAnswering(url=url, fault="unreachable") from None


def _read(answer: httpx.Response, content: bytes | bytearray) -> Mapping[str, Any] | None:
    if answer.status_code == _NO_CONTENT or "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        found: object = json.loads(content)
    except ValueError:
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _read_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
