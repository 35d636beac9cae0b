"""An audit pack: who gets one, that it is the same each time, and that what it says can be checked elsewhere."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.integration.access.journeys import refusal
from tests.integration.devices.institution import Institution
from tests.integration.devices.test_audit_findings import enforce, take_pack
from tests.integration.devices.test_enrolled import make_device

from reelm.cli.__main__ import main
from reelm.devices import reporting
from reelm.ledger import VerifierKey


async def test_an_auditor_gets_a_pack_and_an_approver_or_a_stranger_does_not(institution: Institution) -> None:
    id = await institution.file()
    for duty in ("auditor", "decider", "device-admin"):
        assert (await institution.call(duty, "GET", f"/decisions/{id}/audit-pack")).status_code == 200
    answer = await institution.call("approver", "GET", f"/decisions/{id}/audit-pack")
    assert refusal(answer) == (403, "duty-missing")
    path = f"/organisations/institution/decisions/{id}/audit-pack"
    assert refusal(await institution.realm.client(institution.realm.people.carl).get(path)) == (
        403,
        "not-of-organisation",
    )
    assert refusal(await institution.realm.client().get(path)) == (401, "not-signed-in")


@pytest.mark.parametrize("language", ["en", "fr-CA"])
async def test_two_packs_of_one_moment_are_the_same_bytes(institution: Institution, language: str) -> None:
    await make_device(institution)
    id = await enforce(institution)
    path = f"/decisions/{id}/audit-pack?language={language}"
    first, second = [(await institution.call("auditor", "GET", path)).content for _ in range(2)]
    assert first == second
    assert first.startswith(b"PK")


async def test_the_decision_in_a_pack_verifies_by_the_command_line(institution: Institution, tmp_path: Path) -> None:
    pack = await take_pack(institution, await enforce(institution))
    for name, content in pack.files.items():
        (tmp_path / name).write_bytes(content)
    assert main(["devices", "verify", str(tmp_path / "decision.json")]) == 0
    changed = pack.files["decision.json"].replace(b"Reelm", b"Other", 1)
    (tmp_path / "decision.json").write_bytes(changed)
    assert main(["devices", "verify", str(tmp_path / "decision.json")]) == 1


async def test_a_state_in_a_pack_is_one_that_the_evidence_of_the_device_proves(institution: Institution) -> None:
    phone = await institution.enrol(await make_device(institution, "phone", platform="ios", enrolment="supervised"))
    id = await enforce(institution)
    await phone.show_key()
    await phone.report()
    async with institution.realm.ledger_running() as log:
        (row,) = (await take_pack(institution, id)).rows("states.csv")
        while (evidence := await institution.call("auditor", "GET", f"/devices/{row['device']}/evidence")).is_error:
            assert refusal(evidence)[1] in {"entry-not-published", "file-missing"}
            await asyncio.sleep(0.02)
        key = VerifierKey.parse((log.folder.path / "vkey").read_text().strip())
    (stood,) = reporting.check_evidence(evidence.content, [key])
    assert (row["state"], row["state_in_log"], stood.state) == ("compliant",) * 3
    assert datetime.fromisoformat(stood.since) == datetime.fromisoformat(row["since"])
    assert row["log_entry"]


async def test_probes_of_another_version_are_not_taken_into_a_pack(institution: Institution) -> None:
    id = await enforce(institution)
    told: dict[str, Any] = {"kind": "suspension-probes", "v": 1, "decision": f"urn:uuid:{id}", "probes": []}
    told |= {"sha256": "0" * 64, "at": "2026-01-01T00:00:00Z"}
    answer = await institution.call("auditor", "POST", f"/decisions/{id}/audit-pack", told)
    assert refusal(answer) == (422, "probes-malformed")
