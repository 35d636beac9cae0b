"""Which cell does a command work on? The one the environment names, else the one running in `--data`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from reelm.infra.settings import Settings, load_settings
from reelm.kernel.errors import Problem

# What a running cell says of itself in DATA/run/cell.json.
TOLD = ("database_url", "gateway_listen", "gateway_socket", "ledger_origin", "public_url", "realm", "signer_socket")
TOLD_PATHS = ("realms_file", "deployment_file", "peers_dir", "policies_dir", "law_dir")


@dataclass(eq=False)
class CellNotRunning(Problem):
    """No cell runs in this folder, and the environment names no database."""

    status: ClassVar[int] = 503
    data: str


def find_settings(data: Path) -> Settings:
    """The settings of the cell a command is for. Raises `CellNotRunning` and `SettingNotUnderstood`."""
    settings = load_settings()
    if settings.database_url:
        return settings
    try:
        state = json.loads((data / "run" / "cell.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        raise CellNotRunning(data=str(data)) from None
    told = {name: state[name] for name in TOLD if name in state}
    paths = {name: Path(state[name]) for name in TOLD_PATHS if state.get(name)}
    return settings.model_copy(update={"data": data, **told, **paths})
