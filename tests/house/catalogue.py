"""What is there to check? The repository's files, and the product's modules, refusals and tables."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sqlalchemy import Table

import reelm
from reelm.infra.db import metadata
from reelm.kernel.errors import Problem

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "reelm"
# Alembic runs these; importing them would do so without a database.
_RUN_ON_IMPORT = ("reelm.infra.db.migrations.",)


@cache
def list_files() -> tuple[Path, ...]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for name in names.split("\0") if name and (path := ROOT / name).is_file()))


def list_texts() -> Iterator[tuple[Path, str]]:
    """Every one of these files that is text, with its text."""
    for path in list_files():
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def list_python(*folders: str) -> list[Path]:
    """The Python files below these folders of the repository."""
    roots = [ROOT / folder for folder in folders]
    return [path for path in list_files() if path.suffix == ".py" and any(path.is_relative_to(r) for r in roots)]


@cache
def import_everything() -> None:
    """Import every module of the product, so that all its classes and tables are known."""
    for module in pkgutil.walk_packages(reelm.__path__, "reelm."):
        if not module.name.startswith(_RUN_ON_IMPORT):
            importlib.import_module(module.name)


def list_problems() -> list[type[Problem]]:
    """Every refusal of the product; classes that doctests made up are left out."""
    import_everything()
    found: list[type[Problem]] = []
    waiting = [Problem]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            module = sys.modules.get(child.__module__)
            if child.__module__.startswith("reelm.") and getattr(module, child.__name__, None) is child:
                found.append(child)
    return found


def list_tables() -> list[Table]:
    """Every table of the product, by name."""
    import_everything()
    return [metadata.tables[name] for name in sorted(metadata.tables)]
