"""What runs here? SHA-256 over the program's files, so that anyone can compare them with a release."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import rfc8785

import reelm
from reelm.ledger.entry import entry_schema
from reelm.ledger.model import RunningDigest

_PACKAGE = Path(reelm.__file__).parent
_POLICIES = frozenset({"policy.py", "rules.py", "placement.py"})
_KINDS = frozenset({".py", ".sql", ".toml"})


@cache
def digest_running() -> RunningDigest:
    """The digests of the files below the package, those that decide, the migrations, and the entries' schema.

    Looked at once: a process runs what was there when it began.
    """
    files = sorted(path for path in _PACKAGE.rglob("*") if path.suffix in _KINDS)
    return RunningDigest(
        version=reelm.__version__,
        code=digest_files(files),
        policies=digest_files(path for path in files if path.name in _POLICIES),
        schema=digest_files(path for path in files if "migrations" in path.parts),
        entries=hashlib.sha256(rfc8785.dumps(entry_schema())).hexdigest(),
    )


def digest_files(files: Iterable[Path]) -> str:
    """SHA-256, in hex, of what `sha256sum` writes for these files when it is run in the package's folder."""
    found = ((hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(_PACKAGE).as_posix()) for path in files)
    return hashlib.sha256("".join(f"{digest}  {name}\n" for digest, name in found).encode()).hexdigest()
