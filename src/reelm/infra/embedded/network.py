"""How is a process kept from reaching any port of any machine? In a network of its own that leads nowhere.

A process in an empty network namespace (network_namespaces(7)) has not even a loopback that is up: no address of
another realm, another machine or itself can be reached. Unix sockets in the file system work as before. Making one
takes root (CAP_SYS_ADMIN); where the kernel refuses, the process keeps the network and the cell says so once.
"""

import ctypes
import os

_CLONE_NEWNET = 0x40000000


def leave_network(libc: ctypes.CDLL) -> None:
    """Put this very process into an empty network. Called between fork and exec; raises `OSError`."""
    if libc.unshare(_CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"could not leave the network: {os.strerror(number)}")


def may_leave_network() -> bool:
    """Whether children of this process can be put into an empty network; found out by a child that then ends."""
    if os.geteuid() != 0:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    child = os.fork()
    if child == 0:
        os._exit(0 if libc.unshare(_CLONE_NEWNET) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0
