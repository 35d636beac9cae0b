"""How many bytes left towards each realm, by the kernel's own count? Read from TCP_INFO of every connection (tcp(7)).

It knows nothing of messages and entries, so that the two counts can be compared.
"""

import os
import socket
import struct
from collections import defaultdict

# Of `struct tcp_info` in linux/tcp.h: what the other side has acknowledged, since Linux 4.1.
_BYTES_ACKED_AT = 120
_LONG_ENOUGH = _BYTES_ACKED_AT + 8


def read_acked(fd: int) -> int:
    """Bytes of this connection that the other side has acknowledged; 0 where it is no TCP connection."""
    try:
        copy = socket.socket(fileno=os.dup(fd))
    except OSError:
        return 0
    with copy:
        try:
            told = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        except OSError:
            return 0
    if len(told) < _LONG_ENOUGH:
        return 0
    return max(0, struct.unpack_from("Q", told, _BYTES_ACKED_AT)[0] - 1)  # the first is the SYN's


class Meter:
    """Adds up what left by the connections it was shown. A connection is named by its socket's cookie (SO_COOKIE)."""

    def __init__(self) -> None:
        self._ended: defaultdict[str, int] = defaultdict(int)
        self._open: defaultdict[str, dict[int, tuple[int, int]]] = defaultdict(dict)

    def watch(self, realm: str, fd: int) -> None:
        """Count this connection for `realm` from now on; showing it again tells how far it has come."""
        cookie = _cookie(fd)
        if cookie is not None:
            self._open[realm][cookie] = (fd, read_acked(fd))

    def close(self, realm: str, fd: int) -> None:
        """The connection is about to end."""
        cookie = _cookie(fd)
        if cookie is not None:
            self._ended[realm] += read_acked(fd)
            self._open[realm].pop(cookie, None)

    def settle(self, realm: str) -> None:
        """Every connection of this realm is about to end."""
        self._ended[realm] = self.read(realm)
        self._open[realm].clear()

    def read(self, realm: str) -> int:
        """Bytes so far."""
        total = self._ended[realm]
        for cookie, (fd, known) in list(self._open[realm].items()):
            now = read_acked(fd) if _cookie(fd) == cookie else None
            if now is None:  # it ended meanwhile: what was known last is what is known
                self._ended[realm] += known
                del self._open[realm][cookie]
                total += known
            else:
                self._open[realm][cookie] = (fd, now)
                total += now
        return total


_SO_COOKIE = 57


def _cookie(fd: int) -> int | None:
    """A number of the kernel's that no other socket of this machine has had or will have."""
    try:
        copy = socket.socket(fileno=os.dup(fd))
    except OSError:
        return None
    with copy:
        try:
            return int(struct.unpack("Q", copy.getsockopt(socket.SOL_SOCKET, _SO_COOKIE, 8))[0])
        except OSError:
            return None
