"""What went over a wire? Ethernet frames, put together to the two directions of each TCP connection.

RFC 791 (IPv4), RFC 9293 (TCP). Addresses are the villages', so options and fragments of IP are refused, not read.
"""

import ipaddress
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
TCP, ICMPV6, HOP_BY_HOP = 6, 58, 0
SYN = 0x02

End = tuple[str, int]


@dataclass
class Direction:
    """What one end of a connection sent: its bytes in their order."""

    pieces: dict[int, bytes] = field(default_factory=dict[int, bytes])
    first: int | None = None

    @property
    def content(self) -> bytes:
        """Raises `ValueError` where something is missing."""
        told = bytearray()
        for at, piece in sorted(self.pieces.items()):
            if at > len(told):
                raise ValueError("a part of a connection was not overheard")
            told += piece[len(told) - at :]
        return bytes(told)


@dataclass
class Traffic:
    """All TCP connections by their two ends (who opened it comes first), and what else was on the wire."""

    connections: dict[tuple[End, End], tuple[Direction, Direction]] = field(
        default_factory=dict[tuple[End, End], tuple[Direction, Direction]]
    )
    others: set[str] = field(default_factory=set[str])
    bytes_on_wire: int = 0

    @property
    def ports(self) -> set[End]:
        """Where connections led to."""
        return {to for _, to in self.connections}


def read_traffic(frames: Iterable[bytes]) -> Traffic:
    """Sort frames; each direction must have begun while we listened."""
    traffic = Traffic()
    for frame in frames:
        traffic.bytes_on_wire += len(frame)
        kind, packet = int.from_bytes(frame[12:14], "big"), frame[14:]
        if kind == ARP:
            continue
        if (
            kind == IPV4
            and packet[0] == 0x45
            and packet[9] == TCP
            and not int.from_bytes(packet[6:8], "big") & 0x3FFF
        ):
            _take_segment(traffic, packet)
        elif kind == IPV6 and _is_neighbour_talk(packet):
            continue
        else:
            traffic.others.add(f"{kind:04x} {packet[:40].hex()}")
    return traffic


def _is_neighbour_talk(packet: bytes) -> bool:
    """What IPv6 says of itself on every link: ICMPv6, also behind a hop-by-hop header."""
    return packet[6] == ICMPV6 or (packet[6] == HOP_BY_HOP and packet[40] == ICMPV6)


def _take_segment(traffic: Traffic, packet: bytes) -> None:
    whole = packet[: int.from_bytes(packet[2:4], "big")]
    from_, to = (str(ipaddress.IPv4Address(whole[at : at + 4])) for at in (12, 16))
    segment = whole[20:]
    source, target, number = struct.unpack_from(">HHI", segment)
    flags, data = segment[13], segment[(segment[12] >> 4) * 4 :]
    ends = (from_, source), (to, target)
    if flags & SYN and not flags & 0x10:
        traffic.connections.setdefault(ends, (Direction(), Direction()))[0].first = (number + 1) % 2**32
        return
    known = traffic.connections.get(ends) or traffic.connections.get((ends[1], ends[0]))
    if known is None:
        traffic.others.add(f"a connection from before: {ends}")
        return
    direction = known[0] if ends in traffic.connections else known[1]
    if flags & SYN:
        direction.first = (number + 1) % 2**32
    elif data:
        assert direction.first is not None
        direction.pieces.setdefault((number - direction.first) % 2**32, data)
