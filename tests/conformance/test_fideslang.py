"""Our data map, read by fideslang itself, which nobody here wrote. It lives apart, in `.venv/oracles`."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.ledger.tools import ORACLES
from tests.house.catalogue import ROOT

from reelm.kernel.data_classes import DataClass

PYTHON = ORACLES / "python"
GLUE = Path(__file__).parent / "outside" / "fides.py"
MAP = ROOT / "contracts" / "data-map.fides.yml"
TIMEOUT_S = 60


@pytest.fixture(scope="module")
def python() -> Path:
    """The Python that has fideslang; skips where there is none."""
    asked = [str(PYTHON), "-c", "import fideslang, yaml"]
    if not PYTHON.exists() or subprocess.run(asked, capture_output=True, timeout=TIMEOUT_S, check=False).returncode:
        pytest.skip("fideslang is not installed in .venv/oracles: run make test")
    return PYTHON


def read(python: Path, path: Path) -> subprocess.CompletedProcess[str]:
    command = [str(python), str(GLUE), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def test_fideslang_reads_the_data_map_and_knows_every_word_of_it(python: Path) -> None:
    answer = read(python, MAP)
    assert answer.returncode == 0, answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout)
    tables: list[dict[str, Any]] = json.loads((ROOT / "contracts" / "data-map.json").read_text("utf-8"))["tables"]
    assert said["fields"] == {
        f"{table['name']}.{column['name']}": [column["data_class"]] for table in tables for column in table["columns"]
    }
    assert {one.value for one in DataClass if one.is_ours} <= set(said["ours"])


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ('- "user.contact.email"', '- "user.contact.pigeon"', "no category"),
        ('data_use: "essential.service"', 'data_use: "essential.curiosity"', "no use"),
        ('- "customer"', '- "passer_by"', "no subject"),
        ('_processing: "Contract"', '_processing: "Habit"', "legal_basis_for_processing"),
        ('parent_key: "reelm.user"', 'parent_key: "reelm.user.nowhere"', "parent"),
        ('field: "accounts.id"', 'field: "accounts.ident"', "refers to no field"),
        ('fides_key: "reelm.aggregate"', 'fides_key: "user.name"', "user.name"),
    ],
)
def test_fideslang_refuses_a_map_with_a_wrong_word(
    python: Path, right: str, wrong: str, complaint: str, tmp_path: Path
) -> None:
    text = MAP.read_text("utf-8")
    assert right in text
    planted = tmp_path / "map.yml"
    planted.write_text(text.replace(right, wrong), "utf-8")
    answer = read(python, planted)
    assert answer.returncode != 0
    assert complaint in answer.stderr
