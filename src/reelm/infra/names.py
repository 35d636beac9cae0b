"""What do the DNS, and a site's well-known address, say of a name? Asked for proofs: of names that others choose.

A site is fetched only where the whole internet reaches it: never from a private, local or reserved address, which
could be a machine of our own.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.nameserver
import httpx

ANSWER_S = 5.0
MOST_BYTES = 4096
_HTTPS, _OK = 443, 200

Address = IPv4Address | IPv6Address
# IPv4 addresses behind a translator (RFC 6052, 2.1; RFC 8215).
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def is_of_everybody(address: Address) -> bool:
    """Whether an address is one that the whole internet reaches.

    >>> is_of_everybody(ip_address("127.0.0.1")), is_of_everybody(ip_address("8.8.8.8"))
    (False, True)
    >>> is_of_everybody(ip_address("::ffff:10.0.0.1")), is_of_everybody(ip_address("64:ff9b::a00:1"))
    (False, False)
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_of_everybody(inner)
        if any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


@dataclass(frozen=True)
class Names:
    """Asks the name server `server` (`HOST:PORT`; empty: the machine's). What is not answered in time is nothing."""

    server: str = ""
    may_reach: Callable[[Address], bool] = is_of_everybody
    port: int = _HTTPS
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    async def list_texts(self, name: str) -> list[str]:
        """The TXT records of a name, the parts of each joined."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in await self._ask(name, "TXT")]

    async def find_addresses(self, host: str) -> list[Address]:
        """Where a host is, as far as it may be called there."""
        found = [ip_address(one.address) for kind in ("A", "AAAA") for one in await self._ask(host, kind)]
        return list(filter(self.may_reach, found))

    async def fetch_text(self, host: str, path: str) -> str:
        """What lies at a path of a host, over HTTPS by its own certificate; empty where nothing can be had."""
        for address in await self.find_addresses(host):
            try:
                async with asyncio.timeout(ANSWER_S):
                    return await self._fetch(host, address, path)
            except (httpx.HTTPError, TimeoutError, ssl.SSLError):
                continue
        return ""

    async def _ask(self, name: str, kind: str) -> list[Any]:
        resolver = dns.asyncresolver.Resolver(configure=not self.server)
        if self.server:
            host, _, port = self.server.rpartition(":")
            resolver.nameservers = [dns.nameserver.Do53Nameserver(host, int(port))]
        try:
            return list(await resolver.resolve(name, kind, lifetime=ANSWER_S, search=False))
        except (dns.exception.DNSException, OSError):
            return []

    async def _fetch(self, host: str, address: Address, path: str) -> str:
        """From this very address, so that nobody answers with another one a moment later."""
        place = f"[{address}]" if address.version == 6 else str(address)
        headers, names = {"Host": host, "User-Agent": "reelm"}, {"sni_hostname": host}
        async with (
            httpx.AsyncClient(verify=self.trust or True, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", f"https://{place}:{self.port}{path}", headers=headers, extensions=names) as answer,
        ):
            if answer.status_code != _OK:
                return ""
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    return ""
            return content.decode("utf-8", "replace")
