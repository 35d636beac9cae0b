"""How is the process that holds the log's keys run, and as whom?

Root's signer runs as an account of its own, which owns DATA/signer; nobody else but root can read the keys there.
It is told nothing it has no use for: neither where the database is nor the secret of the web role.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reelm.infra.embedded.credentials import Credentials, running_python, signer_account
from reelm.infra.embedded.processes import Command

STOP_TURN = 1  # after the sequencer, which may be waiting for a signature
_NOT_TOLD = frozenset({"REELM_DATABASE_URL", "REELM_SECRET", "REELM_BLOBS_URL"})


def signer_command(
    argv: tuple[str, ...],
    env: Mapping[str, str],
    log: Path,
    *,
    keys: Path,
    socket: Path,
    package: Path,
    asked_by: Credentials | None = None,
    network: bool = True,
) -> Command:
    """Make the signer's two folders and say how to run it.

    `asked_by` is the account that the sequencer runs as, where it has one: the signer shares its group, to get to its
    own folders, and hears it, because the socket's folder is that account's.

    Raises `CannotStart` where the keys are somebody else's, or root can't drop its rights and still reach them.
    """
    account = signer_account(keys)
    for folder in (keys, socket.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    if account is not None:
        account = replace(account, gid=asked_by.gid) if asked_by else account
        log.touch(mode=0o600)
        ours = () if keys.stat().st_uid == account.uid else (keys, *keys.rglob("*"))
        for path in (socket.parent, *ours):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
        if asked_by is not None:
            os.chown(socket.parent, asked_by.uid, asked_by.gid)
            socket.parent.chmod(0o770)
        account = running_python(account, package, keys, socket.parent)
    told = {name: value for name, value in env.items() if name not in _NOT_TOLD}
    return Command(
        name="Signer",
        argv=argv,
        env=told,
        log=log,
        grace_s=5.0,
        credentials=account,
        folder=Path("/"),  # the caller's may be closed to the account
        stop_turn=STOP_TURN,
        network=network,
    )
