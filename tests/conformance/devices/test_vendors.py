"""Policies are what Google's and Microsoft's own descriptions of their services take."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.conformance.devices.compiling import compile_example
from tests.house.catalogue import ROOT

ORACLE = ROOT / ".venv" / "oracles" / "bin" / "python"
GLUE = ROOT / "tests" / "conformance" / "outside"


def _ask(glue: str, content: bytes, folder: Path) -> tuple[int, str]:
    file = folder / "content.json"
    file.write_bytes(content)
    command = [ORACLE, GLUE / glue, file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if "ModuleNotFoundError" in done.stderr or "ImportError" in done.stderr:
        pytest.skip("other people's programs are not installed: run make test")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["fully-managed", "work-profile-company", "work-profile-personal"])
def test_android_policies_have_fields_and_words_of_the_api_only(name: str, tmp_path: Path) -> None:
    content = compile_example("android")[f"{name}.json"]
    assert _ask("android_policy.py", content, tmp_path) == (0, "\n")
    policy = json.loads(content)
    policy["applications"][0]["installType"] = "FORBIDDEN"
    code, said = _ask("android_policy.py", json.dumps(policy | {"suspended": True}).encode(), tmp_path)
    assert code == 1
    assert "policy.suspended is unknown" in said
    assert "policy.applications[0].installType can't be FORBIDDEN" in said


@pytest.mark.parametrize(
    ("name", "read_as", "app"),
    [
        ("ios.json", "IosGeneralDeviceConfiguration", "example.shortvideo.app=Shortvideo"),
        ("android.json", "AndroidGeneralDeviceConfiguration", "example.shortvideo.android=Shortvideo"),
    ],
)
def test_microsofts_sdk_reads_every_field_of_our_configurations(
    name: str, read_as: str, app: str, tmp_path: Path
) -> None:
    content = compile_example("intune")[name]
    code, said = _ask("intune.py", content, tmp_path)
    assert (code, said.split()[0], app in said) == (0, read_as, True), said
    changed = json.loads(content) | {"suspendedApps": []}
    assert _ask("intune.py", json.dumps(changed).encode(), tmp_path)[0] == 1
