"""How many bytes left towards each realm, by the kernel's own count? Read from TCP_INFO of every connection (tcp(7)).

It knows nothing of messages and entries, so that the two counts can be compared. Of each connection it keeps a file
descriptor of its own, so that the last bytes of one that ends are counted too.
"""

import os
import socket
import struct
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

# Of `struct tcp_info` in linux/tcp.h: what the other side has acknowledged, since Linux 4.1.
_BYTES_ACKED_AT = 120
_LONG_ENOUGH = _BYTES_ACKED_AT + 8
_CLOSED = 7
_SO_COOKIE = 57
# How often a connection that ended here is looked at while the other side has not acknowledged everything.
PATIENCE = 30
# So many questions or small answers count as another exchange.
PARTS = 20


class Count(NamedTuple):
    """Bytes by the kernel's count; requests and answers; bytes that need no entry, by our own count."""

    metered: int
    exchanges: int
    excused: int


@dataclass
class _Connection:
    """`socket` is our copy; `theirs` the number of the one it was made from, `cookie` the kernel's name of both."""

    socket: socket.socket
    theirs: int
    cookie: int
    looks: int = 0


class Meter:
    """Adds up what left by the connections it was shown."""

    def __init__(self) -> None:
        self._ended: defaultdict[str, int] = defaultdict(int)
        self._open: defaultdict[str, dict[int, _Connection]] = defaultdict(dict)
        self._exchanges: defaultdict[str, int] = defaultdict(int)
        self._excused: defaultdict[str, int] = defaultdict(int)

    def watch(self, realm: str, fd: int) -> None:
        """Count this connection for `realm`, from its first byte on."""
        copy = _copy(fd)
        if copy is None:
            return
        cookie = _cookie(copy)
        if cookie is None or cookie in self._open[realm]:
            copy.close()
            return
        self._open[realm][cookie] = _Connection(copy, fd, cookie)

    def end(self, realm: str, fd: int) -> None:
        """We close this connection: the other side is told at once, and not only when somebody reads the meter."""
        for one in self._open[realm].values():
            if one.theirs == fd:
                with suppress(OSError):
                    one.socket.shutdown(socket.SHUT_RDWR)

    def note_exchange(self, realm: str, parts: int = 1) -> None:
        """A request or an answer goes to `realm`, with so many parts in it, such as questions."""
        self._exchanges[realm] += 1 + parts // PARTS

    def note_excused(self, realm: str, size_bytes: int) -> None:
        """Bytes go to `realm` that need no entry of their own: they have one and go again, or are public files."""
        self._excused[realm] += size_bytes

    def count(self, realm: str) -> Count:
        """What left so far."""
        return Count(self.read(realm), self._exchanges[realm], self._excused[realm])

    def read(self, realm: str) -> int:
        """Bytes so far. Connections that have ended are let go of."""
        for cookie, one in list(self._open[realm].items()):
            if _has_ended(one):
                self._ended[realm] += _read_acked(one.socket)
                one.socket.close()
                del self._open[realm][cookie]
        return self._ended[realm] + sum(_read_acked(one.socket) for one in self._open[realm].values())

    def close(self) -> None:
        """Let go of every connection."""
        for realm in list(self._open):
            for one in self._open.pop(realm).values():
                one.socket.close()


def _has_ended(one: _Connection) -> bool:
    """Whether nothing more will leave by it; where our side has closed it, the other side is told so."""
    told = _info(one.socket)
    if not told or told[0] == _CLOSED:
        return True
    if _cookie_of(one.theirs) == one.cookie:
        return False
    with suppress(OSError):
        one.socket.shutdown(socket.SHUT_RDWR)
    one.looks += 1
    return one.looks > PATIENCE


def _info(copy: socket.socket) -> bytes:
    """`struct tcp_info`; empty where it is no TCP connection."""
    try:
        told = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    except OSError:
        return b""
    return told if len(told) >= _LONG_ENOUGH else b""


def _read_acked(copy: socket.socket) -> int:
    """Bytes of this connection that the other side has acknowledged."""
    told = _info(copy)
    return max(0, struct.unpack_from("Q", told, _BYTES_ACKED_AT)[0] - 1) if told else 0  # the first is the SYN's


def _copy(fd: int) -> socket.socket | None:
    """The same socket under a number of ours; `None` where this is no socket any more."""
    try:
        number = os.dup(fd)
    except OSError:
        return None
    try:
        return socket.socket(fileno=number)
    except OSError:
        os.close(number)
        return None


def _cookie_of(fd: int) -> int | None:
    copy = _copy(fd)
    if copy is None:
        return None
    with copy:
        return _cookie(copy)


def _cookie(copy: socket.socket) -> int | None:
    """A number of the kernel's that no other socket of this machine has had or will have."""
    try:
        return int(struct.unpack("Q", copy.getsockopt(socket.SOL_SOCKET, _SO_COOKIE, 8))[0])
    except OSError:
        return None
