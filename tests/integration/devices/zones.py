"""A name server of a test's own: records that tests put in and take out, asked over real UDP."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class Zones:
    """What it answers: texts and addresses by name. `server` is where it listens, `questions` how many there were."""

    server: str = ""
    texts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    addresses: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    questions: int = 0

    def answer(self, data: bytes) -> bytes:
        self.questions += 1
        asked = dns.message.from_wire(data)
        question = asked.question[0]
        name = question.name.to_text(omit_final_dot=True)
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA | dns.flags.RA
        if name not in self.texts and name not in self.addresses:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.TXT and name in self.texts:
            quoted = [f'"{text}"' for text in self.texts[name]]
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *quoted))
        elif question.rdtype == dns.rdatatype.A and name in self.addresses:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", *self.addresses[name]))
        return answer.to_wire()


class _Port(asyncio.DatagramProtocol):
    def __init__(self, zones: Zones) -> None:
        self._zones = zones

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self._zones.answer(data), addr)


@asynccontextmanager
async def zones_running() -> AsyncGenerator[Zones]:
    """On a free port of loopback, until the block ends."""
    zones = Zones()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Port(zones), local_addr=("127.0.0.1", 0)
    )
    host, port = transport.get_extra_info("sockname")
    zones.server = f"{host}:{port}"
    yield zones
    transport.close()
