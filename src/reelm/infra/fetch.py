"""How is a file fetched from another machine? Over HTTP, of limited size, in limited time, from that machine only."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Self

import httpx

from reelm.kernel.errors import Problem

CONNECT_S = 10.0
SILENCE_S = 20.0
WHOLE_S = 120.0
REDIRECTS = 3
_OK = 200
_GONE = frozenset({404, 410})


@dataclass(eq=False)
class AddressNotAnswering(Problem):
    """An address could not be fetched. `fault` is a word such as `timeout`, or the status it answered with."""

    status: ClassVar[int] = 502
    url: str
    fault: str


class Site:
    """Everything below one address. Use it as a context; it keeps at most `connections` open."""

    def __init__(self, prefix: str, *, connections: int = 8, whole_s: float = WHOLE_S) -> None:
        self.prefix = prefix.rstrip("/")
        self._whole_s = whole_s
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S, pool=whole_s),
            limits=httpx.Limits(max_connections=connections),
            headers={"User-Agent": "reelm"},
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def fetch(self, path: str, limit_bytes: int) -> bytes | None:
        """The content at `path` below the prefix, or of the machine where it begins with a slash; `None` if gone.

        Raises `AddressNotAnswering`, also for a body over `limit_bytes` and a redirect to another machine.
        """
        base = httpx.URL(self.prefix + "/")
        url = base.join(path)
        try:
            async with asyncio.timeout(self._whole_s):
                return await self._follow(url, limit_bytes)
        except (httpx.TimeoutException, TimeoutError):
            raise AddressNotAnswering(url=str(url), fault="timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise AddressNotAnswering(url=str(url), fault="unreachable") from None

    async def _follow(self, url: httpx.URL, limit_bytes: int) -> bytes | None:
        for _ in range(REDIRECTS):
            async with self._client.stream("GET", url) as answer:
                if answer.is_redirect:
                    target = url.join(answer.headers["location"])
                    if (target.scheme, target.netloc) != (url.scheme, url.netloc):
                        raise AddressNotAnswering(url=str(url), fault="redirect")
                    url = target
                    continue
                if answer.status_code in _GONE:
                    return None
                if answer.status_code != _OK:
                    raise AddressNotAnswering(url=str(url), fault=str(answer.status_code))
                return await read_limited(answer, limit_bytes)
        raise AddressNotAnswering(url=str(url), fault="redirect")


async def read_limited(answer: httpx.Response, limit_bytes: int) -> bytes:
    """The body of an answer. Raises `AddressNotAnswering` for one over `limit_bytes`."""
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > limit_bytes:
            raise AddressNotAnswering(url=str(answer.url), fault="too-large")
    return bytes(content)


@dataclass(frozen=True)
class Answer:
    """What a machine answered to `post`."""

    status: int
    content_type: str
    body: bytes


async def post(url: str, body: bytes, *, wait_s: float, limit_bytes: int) -> Answer:
    """Send `body` and take the answer, whatever its status.

    Raises `AddressNotAnswering`, also after `wait_s` in all, for an answer over `limit_bytes` and for a redirect.
    """
    try:
        async with asyncio.timeout(wait_s), httpx.AsyncClient(timeout=wait_s, follow_redirects=False) as client:
            headers = {"User-Agent": "reelm", "Content-Type": "text/plain; charset=utf-8"}
            async with client.stream("POST", url, content=body, headers=headers) as answer:
                if answer.is_redirect:
                    raise AddressNotAnswering(url=url, fault="redirect")
                content_type = answer.headers.get("content-type", "")
                return Answer(answer.status_code, content_type, await read_limited(answer, limit_bytes))
    except (httpx.TimeoutException, TimeoutError):
        raise AddressNotAnswering(url=url, fault="timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise AddressNotAnswering(url=url, fault="unreachable") from None
