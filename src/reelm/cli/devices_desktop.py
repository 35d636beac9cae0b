"""What does the agent do on a desktop? It puts policies in place, takes them away again, and looks for apps.

Only files that it has written itself are changed or removed, and the folders that it had to make for them; somebody
else's file in one of these places is left alone.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from reelm.cli.files import FileNotUsable, read_file, write_file
from reelm.kernel.errors import Problem

# Below the folder of policies: with /etc they are where Chromium and Firefox look for them. A hosts file can't be
# made of several, so that its lines lie beside it.
PLACES: Mapping[tuple[str, str], str] = {
    ("chromium", "suspensions.json"): "chromium/policies/managed/reelm-suspensions.json",
    ("firefox", "policies.json"): "firefox/policies/policies.json",
    ("hosts", "hosts"): "reelm-suspensions.hosts",
}
_WRITTEN = "written.json"
_FLATPAK = (Path("/var/lib/flatpak/app"), Path.home() / ".local/share/flatpak/app")
_DPKG = Path("/var/lib/dpkg/status")


@dataclass(eq=False)
class PolicyFileTaken(Problem):
    """Somebody else has a file where a policy would go."""

    status: ClassVar[int] = 409
    path: str


def place(files: Mapping[str, Mapping[str, str]], root: Path, state: Path) -> list[str]:
    """Have these files in place, by target and name, and no others of ours; returns what was done, a line each.

    Raises `PolicyFileTaken` before anything is done, `FileNotUsable`.
    """
    wanted = {
        PLACES[target, name]: content.encode()
        for target, one in files.items()
        for name, content in one.items()
        if (target, name) in PLACES
    }
    ours = _read_written(state)
    for path in wanted.keys() - ours.files.keys():
        if _digest(root / path) is not None:
            raise PolicyFileTaken(path=str(root / path))
    digests = {path: _hash(content) for path, content in wanted.items()}
    changed = {path: content for path, content in wanted.items() if _digest(root / path) != digests[path]}
    gone = [path for path in ours.files if path not in wanted]
    folders = ours.folders | _list_missing_folders(root, changed)
    # Nothing is done that is not noted before.
    _write_written(state, _Written({**ours.files, **digests}, folders))
    for path, content in changed.items():
        write_file(root / path, content)
    for path in gone:
        _remove(root / path)
    deepest_first = sorted(folders, key=len, reverse=True)
    _write_written(state, _Written(digests, frozenset(one for one in deepest_first if not _remove_empty(root, one))))
    lines = [f"written: {root / path}" for path in sorted(changed)]
    return lines + [f"removed: {root / path}" for path in sorted(gone)]


def find_apps(asked: Iterable[str]) -> frozenset[str]:
    """Which of these identities are those of something installed here: of an application's desktop entry, of a
    Flatpak, or of a Debian package. What is installed under another name, or in somebody else's home, is not found.
    """
    there = {name.lower() for name in (*_list_entries(), *_list_flatpaks(), *_list_packages())}
    return frozenset(one for one in asked if one.lower() in there)


def _list_entries() -> list[str]:
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders = [Path(one) / "applications" for one in (home, *shared.split(":")) if one]
    return [entry.name.removesuffix(".desktop") for one in folders for entry in _list_folder(one)]


def _list_flatpaks() -> list[str]:
    return [entry.name for one in _FLATPAK for entry in _list_folder(one)]


def _list_packages() -> list[str]:
    try:
        lines = _DPKG.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line.removeprefix("Package: ") for line in lines if line.startswith("Package: ")]


def _list_folder(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


@dataclass(frozen=True)
class _Written:
    """Files of ours by path with their digests, and folders that were made for them."""

    files: Mapping[str, str]
    folders: frozenset[str]


def _read_written(state: Path) -> _Written:
    path = state / _WRITTEN
    if not path.exists():
        return _Written({}, frozenset())
    try:
        told = json.loads(read_file(path))
        return _Written(dict(told["files"]), frozenset(told["folders"]))
    except (ValueError, KeyError, TypeError):
        raise FileNotUsable(path=str(path)) from None


def _write_written(state: Path, written: _Written) -> None:
    told = {"files": dict(written.files), "folders": sorted(written.folders)}
    write_file(state / _WRITTEN, json.dumps(told, indent=1).encode() + b"\n")


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _digest(path: Path) -> str | None:
    try:
        return _hash(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError:
        raise FileNotUsable(path=str(path)) from None


def _list_missing_folders(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Those between the root and the files that are not there yet."""
    parents = {str(parent) for path in paths for parent in Path(path).parents if parent != Path()}
    return frozenset(one for one in parents if not (root / one).is_dir())


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        raise FileNotUsable(path=str(path)) from None


def _remove_empty(root: Path, folder: str) -> bool:
    """Whether a folder is gone."""
    try:
        (root / folder).rmdir()
    except FileNotFoundError:
        return True
    except OSError:  # something is in it
        return False
    return True
