"""How is the process that holds the log's keys run, and as whom?

Root's signer runs as an account of its own, which owns DATA/signer; nobody else but root can read the keys there.
It is told nothing it has no use for: neither where the database is nor the secret of the web role.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from reelm.infra.embedded.credentials import Credentials, keeping_access, signer_account
from reelm.infra.embedded.processes import Command

STOP_TURN = 1  # after the sequencer, which may be waiting for a signature
_NOT_TOLD = frozenset({"REELM_DATABASE_URL", "REELM_SECRET", "REELM_BLOBS_URL"})


def signer_command(
    argv: tuple[str, ...], env: Mapping[str, str], log: Path, *, keys: Path, socket: Path, package: Path
) -> Command:
    """Make the signer's two folders and say how to run it.

    Raises `CannotStart` where the keys are somebody else's, or root can't drop its rights and still reach them.
    """
    account = signer_account(keys)
    for folder in (keys, socket.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    if account is not None:
        log.touch(mode=0o600)
        ours = () if keys.stat().st_uid == account.uid else (keys, *keys.rglob("*"))
        for path in (socket.parent, *ours):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
        account = _keeping_python(account, Path(argv[0]), package, keys, socket.parent)
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
    )


def _keeping_python(account: Credentials, python: Path, package: Path, *folders: Path) -> Credentials:
    """`account` with what it takes to run this Python and this package from where they are installed."""
    samples = (package / "__init__.py", Path(json.__file__))
    return keeping_access(account, enter=(package, Path(sys.prefix), *folders), execute=(python,), read=samples)
