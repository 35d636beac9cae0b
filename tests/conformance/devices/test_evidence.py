"""How a device stood when, shown to somebody who has the evidence and the log's files, and asks nobody here."""

import base64
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.ledger.tools import Question, list_tools
from tests.integration.devices.conftest import institution, realm, zones
from tests.integration.devices.institution import Institution
from tests.integration.devices.test_enrolled import make_device
from tests.integration.web.published import wait_for_log

from reelm.devices import EvidenceWrong, reporting
from reelm.kernel.errors import Problem
from reelm.ledger import VerifierKey

__all__ = ["institution", "realm", "zones"]

TOOLS = ("sumdb", "tlog-scales", "aics-tlog")


@pytest.fixture
async def evidence(institution: Institution) -> tuple[bytes, Path, str]:
    """The file of a phone that had the app and took it off; the log's folder, and its key."""
    realm = institution.realm
    phone = await make_device(institution, "phone-1", platform="ios", enrolment="supervised")
    other = await institution.enrol(await make_device(institution, "phone-2", platform="ios", enrolment="supervised"))
    gadget = await institution.enrol(phone)
    async with realm.ledger_running():
        await institution.publish()
        realm.clock.advance(timedelta(days=2))
        for one in (gadget, other):
            await one.show_key()
        for apps in (("example.reelm.app",), ()):
            realm.clock.advance(timedelta(minutes=5))
            assert (await gadget.report(*apps)).status_code == 200
            assert (await other.report()).status_code == 200
        await wait_for_log(realm)
        answer = await institution.client("auditor").get(f"/organisations/institution/devices/{phone}/evidence")
    assert answer.status_code == 200, answer.text
    folder = realm.settings.data / "ledger"
    return answer.content, folder, (folder / "vkey").read_text().strip()


def _proofs(content: bytes) -> list[tuple[int, bytes]]:
    """The index and the entry of each, read as the format says (C2SP tlog-proof), by nothing of ours."""
    found: list[tuple[int, bytes]] = []
    for proof in json.loads(content)["proofs"]:
        lines = proof.split("\n")
        told = dict(line.split(" ", 1) for line in lines if line.startswith(("extra ", "index ")))
        found.append((int(told["index"]), base64.b64decode(told["extra"])))
    return found


@pytest.mark.parametrize("tool", TOOLS)
def test_outside_verifiers_find_each_entry_of_the_evidence_in_the_log(
    tool: str, evidence: tuple[bytes, Path, str], tmp_path: Path
) -> None:
    content, folder, vkey = evidence
    leaves = dict(_proofs(content))
    assert [json.loads(entry)["fact"]["state"] for entry in leaves.values()] == ["not-compliant", "compliant"]
    answer = list_tools(tmp_path)[tool](Question(str(folder), vkey, leaves=leaves))
    assert answer.holds, answer.said


def test_the_command_tells_how_the_device_stood_without_asking_anybody(
    evidence: tuple[bytes, Path, str], tmp_path: Path
) -> None:
    content, _, vkey = evidence
    file = tmp_path / "evidence.json"
    file.write_bytes(content)
    command = [sys.executable, "-m", "reelm.cli", "devices", "check-evidence", str(file), "--vkey", vkey, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)
    assert [one["state"] for one in told] == ["not-compliant", "compliant"]


def test_evidence_of_another_device_or_with_one_letter_changed_does_not_hold(
    evidence: tuple[bytes, Path, str],
) -> None:
    content, _, vkey = evidence
    key = VerifierKey.parse(vkey)
    assert len(reporting.check_evidence(content, [key])) == 2
    told = json.loads(content)
    another = told | {"device": "019aa000-0000-7000-8000-000000000000"}
    with pytest.raises(EvidenceWrong):
        reporting.check_evidence(json.dumps(another).encode(), [key])
    index, entry = _proofs(content)[0]
    changed = base64.b64encode(entry.replace(b"not-compliant", b"unmanaged")).decode()
    told["proofs"][0] = told["proofs"][0].replace(base64.b64encode(entry).decode(), changed)
    with pytest.raises(Problem, match="proof-wrong"):
        reporting.check_evidence(json.dumps(told).encode(), [key])
    assert index >= 0
