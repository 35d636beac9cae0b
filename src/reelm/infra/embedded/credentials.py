"""Whom does an embedded server run as?

An ordinary user's servers run as that user. PostgreSQL refuses to run as root, and nothing that parses
what strangers send should, so root's servers run as an account without rights. Such an account may be
unable to enter a checkout below a folder with mode 0700; it then keeps the one capability that lets it
(capabilities(7), "ambient"), and nothing else. Of several realms on one machine, each has an account of its own.
"""

import ctypes
import json
import os
import pwd
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CAP_CHOWN = 0
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAP_SETGID = 6
CAP_SETUID = 7
ACCOUNTS = ("reelm", "nobody")
SIGNER_UID = 61917

_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522


class CannotStart(Exception):
    """Something keeps the cell from starting. The message is one line that says what to do."""


@dataclass(frozen=True)
class Credentials:
    """User and group ids a child takes on, and the capabilities it keeps (numbers of capabilities(7))."""

    uid: int
    gid: int
    capabilities: tuple[int, ...] = ()

    def take_on(self, libc: ctypes.CDLL) -> None:
        """Become this user, for good. Called in the child between fork and exec; raises `OSError`."""
        os.setgroups([])
        if self.capabilities:
            _checked(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities")
        os.setresgid(self.gid, self.gid, self.gid)
        os.setresuid(self.uid, self.uid, self.uid)
        if not self.capabilities:
            return
        mask = sum(1 << number for number in self.capabilities)
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable; low word
        _checked(libc.capset(header, data), "set capabilities")
        for number in self.capabilities:
            _checked(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, number, 0, 0), "keep a capability")


def service_account() -> Credentials | None:
    """The account root's servers drop to; `None` for an ordinary user, whose servers run as that user.

    Raises `CannotStart` when root has no such account.
    """
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Credentials(entry.pw_uid, entry.pw_gid)
    raise CannotStart("PostgreSQL does not run as root and there is no user `nobody`: run as an ordinary user.")


def given_account(user: str) -> Credentials | None:
    """The account `user`, a name or a number of its own, that everything of a cell is to run as; `None` where
    the kernel lets nobody change users here.

    Raises `CannotStart` when there is no such user, or this process is not root.
    """
    if os.geteuid() != 0:
        raise CannotStart("--user is for root: an ordinary user's processes run as that user.")
    try:
        entry = pwd.getpwnam(user)
        account = Credentials(entry.pw_uid, entry.pw_gid)
    except KeyError:
        number = int(user) if user.isascii() and user.isdigit() else 0
        account = Credentials(number, number)
    if not 0 < account.uid < 2**31:
        raise CannotStart(f"There is no user `{user}` to run as: give the name or number of one that is not root.")
    return account if _may_become(account) else None


def signer_account(keys: Path) -> Credentials | None:
    """The account that root's signer drops to, which nothing else of ours runs as; `None`: as this process's user.

    Whoever owns the folder `keys` already; else a user `reelm-signer`; else a number that no distribution gives away
    by itself. Where root may not change its user (a container without the right), the signer stays root. Raises
    `CannotStart` where the folder is another ordinary user's.
    """
    me, owner = os.geteuid(), keys.stat().st_uid if keys.exists() else 0
    if me != 0:
        if keys.exists() and owner != me:
            raise CannotStart(f"{keys} belongs to the user id {owner}: run as root or that user.")
        return None
    if owner != 0:
        return Credentials(owner, keys.stat().st_gid)
    try:
        entry = pwd.getpwnam("reelm-signer")
        account = Credentials(entry.pw_uid, entry.pw_gid)
    except KeyError:
        account = Credentials(SIGNER_UID, SIGNER_UID)
    return account if _may_become(account) else None


def keeping_access(
    account: Credentials,
    *,
    enter: Iterable[Path] = (),
    execute: Iterable[Path] = (),
    read: Iterable[Path] = (),
    read_all: bool = False,
) -> Credentials:
    """`account` with the least capability that lets it use these folders and programs, and read these files.

    `read_all` says that it reads files that only their owner may read. Raises `CannotStart` when this
    process holds no capability that would do.
    """
    programs, files = tuple(execute), tuple(read)
    closed = any(not _may(account, file, 0o4) for file in files)
    wanted: tuple[int, ...] = ()
    if any(not _may(account, program, 0o5) for program in programs):
        wanted = (CAP_DAC_OVERRIDE,)
    elif read_all or closed or any(not _may_enter(account, path) for path in (*enter, *programs, *files)):
        wanted = (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE)
    if not wanted:
        return account
    held = _permitted_capabilities()
    for number in wanted:
        if held >> number & 1:
            return Credentials(account.uid, account.gid, (number,))
    raise CannotStart(
        "This folder is closed to the account that servers run as: run as an ordinary user, "
        "or move the checkout and DATA to where others may enter (chmod o+x)."
    )


def running_python(account: Credentials, package: Path, *folders: Path) -> Credentials:
    """`account` with what it takes to run this Python and this package from where they are, and enter `folders`."""
    samples = (package / "__init__.py", Path(json.__file__))
    enter = (package, Path(sys.prefix), *folders)
    return keeping_access(account, enter=enter, execute=(Path(sys.executable),), read=samples)


def _may(account: Credentials, path: Path, bits: int) -> bool:
    """Whether the account has all of `bits` (4 read, 2 write, 1 execute or enter) on one path."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid == account.uid:
        return mode >> 6 & bits == bits
    if found.st_gid == account.gid:
        return mode >> 3 & bits == bits
    return mode & bits == bits


def _may_enter(account: Credentials, path: Path) -> bool:
    """Whether the account may walk down to `path`. Access lists (ACLs) are not considered."""
    real = Path(os.path.realpath(path))
    return all(_may(account, folder, 0o1) for folder in (real, *real.parents) if folder.is_dir())


def _may_become(account: Credentials) -> bool:
    """Whether this process may take on the account's user, and give it files (user_namespaces(7) may say no)."""
    held = _permitted_capabilities()
    if any(not held >> number & 1 for number in (CAP_CHOWN, CAP_SETGID, CAP_SETUID)):
        return False
    return all(_is_mapped(table, id) for table, id in (("uid_map", account.uid), ("gid_map", account.gid)))


def _is_mapped(table: str, id: int) -> bool:
    rows = [[int(word) for word in line.split()] for line in Path("/proc/self", table).read_text().splitlines()]
    return any(first <= id < first + count for first, _, count in rows)


def _permitted_capabilities() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"could not {what}: {os.strerror(number)}")
