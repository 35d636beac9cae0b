"""Realms each in a network namespace of its own, with one bridge between them on which everything is overheard.

`ip netns` makes the namespaces, veth pairs lead to a bridge that lies in one more of them, so that neither this
machine's network nor its firewall is touched (network_namespaces(7), veth(4), packet(7)).
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ALL_PROTOCOLS = 0x0003
SOL_PACKET, PACKET_STATISTICS = 263, 6
SO_RCVBUFFORCE = 33
BRIDGE = "wire"


@dataclass(frozen=True)
class Village:
    """One realm's network: a namespace with one address."""

    code: str
    network: str
    address: str

    def words(self, *command: str) -> tuple[str, ...]:
        """How to run a command in it."""
        return ("ip", "netns", "exec", self.network, *command)

    @contextmanager
    def inside(self) -> Generator[None]:
        """This thread is in it: the sockets it opens belong there."""
        with _in_network(self.network):
            yield

    def reaches(self, address: str, port: int) -> bool:
        """Whether a connection from here to there comes about."""
        with self.inside(), socket.socket() as asking:
            asking.settimeout(1)
            return asking.connect_ex((address, port)) == 0


def why_not() -> str:
    """Why there can be no such networks here; empty where there can."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    if shutil.which("ip") is None:
        return "there is no ip program here (iproute2)"
    try:
        with villages(("probe",)):
            return ""
    except subprocess.CalledProcessError as error:
        return f"the kernel makes no network namespaces with veth and a bridge: {error.stderr}"


@contextmanager
def villages(codes: Sequence[str]) -> Generator[tuple[dict[str, Village], str]]:
    """A namespace for each, and the name of the one with the bridge. All of them go with the block."""
    tag = f"rl{os.getpid() % 100_000}"
    between = f"{tag}-wire"
    with ExitStack() as made:
        _make_network(between, made)
        _ip("-n", between, "link", "add", BRIDGE, "type", "bridge", "mcast_snooping", "0")
        _ip("-n", between, "link", "set", BRIDGE, "up", "promisc", "on")
        found: dict[str, Village] = {}
        for place, code in enumerate(codes, 1):
            one = Village(code, f"{tag}-{code}", f"10.77.0.{place}")
            _make_network(one.network, made)
            ends = ("peer", "name", f"to{place}", "netns", between)
            _ip("-n", one.network, "link", "add", "eth0", "type", "veth", *ends)
            _ip("-n", between, "link", "set", f"to{place}", "master", BRIDGE, "up")
            _ip("-n", one.network, "addr", "add", f"{one.address}/24", "dev", "eth0")
            _ip("-n", one.network, "link", "set", "eth0", "up")
            found[code] = one
        yield found, between


def _make_network(name: str, made: ExitStack) -> None:
    _ip("netns", "add", name)
    made.callback(_ip, "netns", "del", name)
    _ip("-n", name, "link", "set", "lo", "up")


def _ip(*words: str) -> None:
    subprocess.run(("ip", *words), check=True, capture_output=True, text=True, timeout=20)


@contextmanager
def _in_network(name: str) -> Generator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    asked = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        _join(libc, asked)
        yield
    finally:
        _join(libc, before)
        os.close(before)
        os.close(asked)


def _join(libc: ctypes.CDLL, network: int) -> None:
    if libc.setns(network, 0) != 0:
        raise OSError(ctypes.get_errno(), "could not enter a network")


@dataclass
class Overheard:
    """Every frame that went over the bridge so far, and how many the kernel had to drop."""

    frames: list[bytes] = field(default_factory=list[bytes])
    dropped: int = 0


@contextmanager
def overhearing(between: str) -> Generator[Overheard]:
    """Listen on the bridge until the block ends."""
    with _in_network(between):
        ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    ear.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 256 * 1024 * 1024)
    ear.bind((BRIDGE, ALL_PROTOCOLS))
    ear.settimeout(0.2)
    heard, over = Overheard(), threading.Event()

    def listen() -> None:
        while True:
            try:
                heard.frames.append(ear.recv(128 * 1024))
            except TimeoutError:
                if over.is_set():
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield heard
    finally:
        over.set()
        listener.join()
        heard.dropped = int.from_bytes(ear.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)[4:8], "little")
        ear.close()


def listening_ports(pid: int) -> dict[int, set[str]]:
    """The TCP ports that processes in this one's network listen on, with the addresses (proc_pid_net(5))."""
    found: dict[int, set[str]] = {}
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A":
                address, port = words[1].split(":")
                found.setdefault(int(port, 16), set()).add(address)
    return found
