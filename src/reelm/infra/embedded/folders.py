"""Whose are the folders of a cell, and who may enter them?

An ordinary user's cell is that user's. Root's cell may have an account of its own: then the cell's folder is root's,
open to that account's group alone and to nobody else, and so are `logs` and `run`, which root writes in. What lies in
them that the account writes belongs to the account. No folder of the account holds a name that root opens blindly,
so that an account gone bad can't turn root's writing elsewhere.
"""

import os
from pathlib import Path

from reelm.infra.embedded.credentials import Credentials

WRITTEN = ("blobs", "uploads", "work", "keys", "ledger", "demo", "moving", "evidence", "archives")
KEPT = ("logs", "run")
SOCKETS = "roles"


def make_folders(data: Path, account: Credentials | None) -> None:
    """Make what is missing of a cell's folders, and give the account what is its own. Raises `OSError`."""
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    for name in (*WRITTEN, *KEPT):
        (data / name).mkdir(exist_ok=True)
    (data / "run").chmod(0o711)  # root's PostgreSQL goes through it to its socket, and sees nothing else
    if account is None:
        return
    os.chown(data, 0, account.gid)
    data.chmod(0o710)
    for name in WRITTEN + (("postgres",) if (data / "postgres").exists() else ()):
        if (data / name).stat().st_uid != account.uid:
            give_tree(data / name, account)


def find_user(data: Path) -> int | None:
    """The number of the account that root gave this cell, if it did."""
    if not (data / "keys").exists():
        return None
    found, given = data.stat(), (data / "keys").stat()
    return given.st_uid if found.st_uid == 0 and found.st_gid == given.st_gid and given.st_uid != 0 else None


def make_socket_folder(sockets: Path, account: Credentials | None) -> Path:
    """The folder of the roles' sockets. Where there is no account others may enter it: nginx is one then."""
    folder = sockets / SOCKETS
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711 if account is None else 0o700)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def give_tree(top: Path, account: Credentials) -> None:
    """Make `top` and all below it the account's, links themselves rather than what they lead to; `top` last."""
    for _, folders, files, handle in os.fwalk(top):
        for name in (*folders, *files):
            os.chown(name, account.uid, account.gid, dir_fd=handle, follow_symlinks=False)
    os.chown(top, account.uid, account.gid, follow_symlinks=False)
