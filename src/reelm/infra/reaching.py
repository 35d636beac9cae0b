"""Is a name answered, and does an address answer, from where we are? Asked by whoever measures it, of any machine.

Nothing is taken on trust and nothing is sent but the question: what is measured is whether somebody gets through.
"""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import httpx

ANSWER_S = 5.0
KINDS = ("A", "AAAA")
_DNS_PORT, _OK, _LINE = 53, 200, 200
_MESSAGE = "application/dns-message"


@dataclass(frozen=True)
class Answered:
    """What a resolver says of a name: its addresses, or the code that says why there are none."""

    code: str
    addresses: Sequence[str] = ()


def find_resolver() -> str:
    """`HOST:PORT` of the machine's own; where none is named, that is the machine itself (resolv.conf(5))."""
    try:
        named = [str(one) for one in dns.resolver.Resolver().nameservers]
    except dns.exception.DNSException:
        named = []
    return f"{named[0] if named else '127.0.0.1'}:{_DNS_PORT}"


async def ask_resolver(host: str, port: int, name: str) -> Answered | None:
    """What it says over DNS; `None` where it says nothing in time."""
    answers: list[dns.message.Message] = []
    for kind in KINDS:
        query = dns.message.make_query(name, kind)
        try:
            told, _ = await dns.asyncquery.udp_with_fallback(query, host, port=port, timeout=ANSWER_S)
        except (dns.exception.DNSException, OSError):
            return None
        answers.append(told)
    return _read(answers)


async def ask_over_https(url: str, name: str) -> Answered | None:
    """What it says over HTTPS (RFC 8484), by the machine's own list of authorities; `None` where it says nothing."""
    answers: list[dns.message.Message] = []
    headers = {"Content-Type": _MESSAGE, "Accept": _MESSAGE}
    async with httpx.AsyncClient(verify=ssl.create_default_context(), trust_env=False, timeout=ANSWER_S) as client:
        for kind in KINDS:
            query = dns.message.make_query(name, kind)
            query.id = 0
            try:
                told = await client.post(url, content=query.to_wire(), headers=headers)
                if told.status_code != _OK:
                    return None
                answers.append(dns.message.from_wire(told.content))
            except (httpx.HTTPError, dns.exception.DNSException, ValueError):
                return None
    return _read(answers)


async def open_address(address: str, port: int, host: str) -> str | None:
    """What an address answers to somebody who asks for a host there over HTTPS; `None` where it takes no connection.

    Whose certificate it has is not asked: it is reached or it is not.
    """
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError):
        return None
    writer.close()
    return await _fetch_line(address, port, host) or "takes connections"


async def _fetch_line(address: str, port: int, host: str) -> str | None:
    any_holder = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    any_holder.check_hostname, any_holder.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection(address, port, ssl=any_holder, server_hostname=host)
            writer.write(f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            line = await reader.readline()
            writer.close()
    except (OSError, TimeoutError, ValueError):
        return None
    return line[:_LINE].decode("latin-1").strip() or None


def _read(answers: Sequence[dns.message.Message]) -> Answered:
    addresses: list[str] = [
        str(record)
        for answer in answers
        for found in answer.answer
        if found.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA)
        for record in cast("Iterable[object]", found)
    ]
    return Answered(dns.rcode.to_text(answers[0].rcode()), tuple(sorted(set(addresses))))
