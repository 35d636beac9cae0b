"""How is something said to a machine whose address others chose? Over HTTPS, and never to one of our own.

Only an address is called that the whole internet reaches (`names.py`), and that very one: between the look and the
call nobody answers with another.
"""

import asyncio
import ssl
from collections.abc import Mapping

import httpx

from reelm.infra.fetch import AddressNotAnswering, Answer, read_limited
from reelm.infra.names import Names


async def post_outside(
    names: Names, url: str, body: bytes, headers: Mapping[str, str], *, wait_s: float, limit_bytes: int
) -> Answer:
    """Send `body` to an `https://` address and take the answer, whatever its status.

    Raises `AddressNotAnswering`, also for a redirect, an answer over `limit_bytes` and after `wait_s` in all.
    """
    asked = httpx.URL(url)
    try:
        async with asyncio.timeout(wait_s):
            found = await names.find_addresses(asked.host)
            if asked.scheme != "https" or not found:
                raise AddressNotAnswering(url=url, fault="not-of-everybody")
            told = {**headers, "Host": asked.netloc.decode(), "User-Agent": "reelm"}
            place, names_host = asked.copy_with(host=str(found[0])), {"sni_hostname": asked.host}
            async with (
                httpx.AsyncClient(
                    verify=names.trust or True, timeout=wait_s, follow_redirects=False, trust_env=False
                ) as client,
                client.stream("POST", place, content=body, headers=told, extensions=names_host) as answer,
            ):
                if answer.is_redirect:
                    raise AddressNotAnswering(url=url, fault="redirect")
                content = await read_limited(answer, limit_bytes)
                return Answer(answer.status_code, answer.headers.get("content-type", ""), content)
    except (httpx.TimeoutException, TimeoutError):
        raise AddressNotAnswering(url=url, fault="timeout") from None
    except (httpx.HTTPError, ssl.SSLError, OSError):
        raise AddressNotAnswering(url=url, fault="unreachable") from None
